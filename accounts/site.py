"""The admin's site: who is let in, and what the audit trail keeps of all others.

It has no door of its own: the pages of /accounts/ alone judge names, passwords and codes.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from allauth.account.decorators import secure_admin_login
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.exceptions import NotRegistered
from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from common import trail
from common.admin import Audited
from common.open_trail import Outcome, current

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class Site(admin.AdminSite):
    site_header = site_title = f"{settings.CLINIC_NAME}: administration"

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Only who is signed in, and may open the admin, comes as far. Django's form would ask for no second factor."""
        return redirect("admin:index")

    def password_change(  # type: ignore[override]  # Django shows a page there
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Names what a page does before it is reached: who is sent to sign in leaves a row, as on every page."""
        guarded = super().admin_view(view, cacheable)

        def noted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            denied = not self.has_permission(request)
            self._note(view, request, kwargs.get("object_id") or kwargs.get("id"))
            response: HttpResponseBase = guarded(request, *args, **kwargs)
            if denied and (noted := current()):
                noted.close(Outcome.DENIED)
            return response

        return cast(View, noted)

    def _note(self, view: Callable[..., HttpResponseBase], request: HttpRequest, object_id: str | None) -> None:
        if view == self.index:  # it shows what one has changed oneself: of whom is in the rows of that
            trail.name("log_entry.list")
        elif view == self.autocomplete_view:
            if model_admin := self._searched(request):
                model_admin.note("search")
        elif isinstance(model_admin := getattr(view, "__self__", None), Audited):
            model_admin.note_page(view.__name__, request, object_id)

    def _searched(self, request: HttpRequest) -> Audited | None:
        """Among what a field of a form looks up; None if there is no such field."""
        asked = request.GET
        try:
            field = apps.get_model(asked["app_label"], asked["model_name"])._meta.get_field(asked["field_name"])
            found = self.get_model_admin(field.remote_field.model)
        except (LookupError, AttributeError, FieldDoesNotExist, NotRegistered):
            return None
        return found if isinstance(found, Audited) else None
