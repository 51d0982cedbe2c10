"""The admin by role: the same table and the same rows as in the API. Django's own tables of permissions do not count.

`is_staff` opens the admin, the role says what is in it. It is no place for patients: their rules are not asked there.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin.options import BaseModelAdmin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.roles import Right, may
from appointments.permissions import asks_as_patient, covers, visible_to, within_reach
from doctors.models import Doctor

if TYPE_CHECKING:
    Base = BaseModelAdmin[Any]
else:
    Base = object


class ByRole(Base):
    """A model of the admin, or rows below one: who ``reads``, ``adds`` and ``changes`` it."""

    reads: ClassVar[Right]
    adds: ClassVar[Right | None] = None
    changes: ClassVar[Right | None] = None

    def _may(self, request: HttpRequest, right: Right | None) -> bool:
        return right is not None and not asks_as_patient(request.user) and may(request.user, right)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, self.reads)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Of a row as of all: others are not in `get_queryset`."""
        return self._may(request, self.reads)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self._may(request, self.adds)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not self._may(request, self.changes):
            return False
        assert self.changes
        return obj is None or obj.pk is None or covers(request.user, self.changes, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return within_reach(request.user, self.reads, super().get_queryset(request))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """What can be chosen is what one sees; of doctors, those whom the right to change reaches."""
        rows = db_field.remote_field.model._default_manager.all()
        if db_field.remote_field.model is Doctor and self.changes:
            kwargs.setdefault("queryset", within_reach(request.user, self.changes, rows))
        else:
            kwargs.setdefault("queryset", visible_to(request.user, rows))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class WeekByRole(ByRole):
    """Windows of a week: whoever changes the whole replaces them."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_change_permission(request, obj)
