"""The audit trail in the admin: to be read, by those who may."""

import json
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.roles import SUPERUSER, Right, Role
from appointments.by_role import ByRole
from audit.models import AuditEvent, AuditSeal
from audit.reading import changes_for
from common.admin import Bounded, ReadOnly
from common.ids import read_id
from common.open_trail import kind_of
from common.text import typed

# What has no page of its own in the admin.
OF_NO_ROW = {"calendar_feed", "report", "session"}


class Told(admin.SimpleListFilter):
    """What is asked about is told beforehand: Django would look for all values that there are, in every row."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter((self.parameter_name, self.value())) if self.value() else queryset


class RoleFilter(Told):
    title = parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*Role.choices, (SUPERUSER, "Superuser")]


class KindFilter(Told):
    title = parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        kinds = {kind_of(model) for model in apps.get_models() if admin.site.is_registered(model)} | OF_NO_ROW
        return [(kind, kind.replace("_", " ")) for kind in sorted(kinds)]


@admin.register(AuditEvent)
class AuditEventAdmin(ByRole, ReadOnly, Bounded):
    reads = Right.READ_AUDIT
    fields = (
        *("at", "actor", "username", "role", "action", "object_ids", "patient_ids", "outcome", "what_changed"),
        *("details", "request_id", "address", "route"),
    )
    readonly_fields = fields
    list_display = ("at", "username", "role", "action", "object_ids", "patient_ids", "outcome", "address")
    list_filter = ("outcome", RoleFilter, KindFilter)
    search_fields = ("username",)
    search_help_text = "A user name or, as patient:12, a patient's id."
    ordering = ("-id",)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[QuerySet[Any], bool]:
        term = typed(search_term)
        kind, _, text = term.partition(":")
        pk = read_id(text)
        if kind == "patient" and pk is not None:
            return queryset.about_patient(pk), False
        return queryset.filter(username=term) if term else queryset, False

    def get_object(self, request: HttpRequest, object_id: str, from_field: Any = None) -> Any:
        event = super().get_object(request, object_id, from_field)
        if event is not None:
            event.shown = changes_for(request.user, event)
        return event

    @admin.display(description="changes")
    def what_changed(self, event: AuditEvent) -> str:
        return json.dumps(getattr(event, "shown", []), ensure_ascii=False, indent=1)


@admin.register(AuditSeal)
class AuditSealAdmin(ByRole, ReadOnly, Bounded):
    """Seals are made by `manage.py audit seal`."""

    reads = Right.READ_AUDIT
    fields = readonly_fields = ("number", "sealed_at", "first_id", "last_id", "count", "previous", "digest")
    list_display = ("number", "sealed_at", "first_id", "last_id", "count")
    ordering = ("-number",)
