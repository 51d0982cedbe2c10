"""Patients in the admin."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.roles import Right, may
from appointments.by_role import ByRole
from common.admin import Bounded, ReadOnly, Searched, ServiceAdmin
from patients import duplicates, services
from patients.identifiers import IDENTIFIERS, masked
from patients.models import Patient, PatientMerge


@admin.register(Patient)
class PatientAdmin(ByRole, Searched, ServiceAdmin):
    reads = Right.READ_PATIENTS
    adds = Right.REGISTER_PATIENTS
    changes = Right.EDIT_PATIENTS
    fields = (
        "full_name",
        "phone_number",
        "email",
        "date_of_birth",
        "sex",
        "national_id",
        "insurance_number",
        "preferred_language",
        "contact_preference",
        "guardian",
        "desk_notes",
        "active",
    )
    readonly_fields = ("active",)
    autocomplete_fields = ("guardian",)
    list_display = ("full_name", "date_of_birth", "phone_number", "email", "national_id", "active")
    list_filter = ("active",)
    actions = ("deactivate", "reactivate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        """Without merged records: those that were kept stand for them."""
        return super().get_queryset(request).filter(merged_into=None)

    def get_fields(self, request: HttpRequest, obj: Patient | None = None) -> Any:
        return self._readable(request, self.fields)

    def get_list_display(self, request: HttpRequest) -> Any:
        return self._readable(request, self.list_display)

    def _readable(self, request: HttpRequest, names: Iterable[str]) -> list[str]:
        """The columns with those in their place that the role reads masked, or not at all."""
        if not may(request.user, Right.READ_IDENTIFIERS):
            names = [f"masked_{name}" if name in IDENTIFIERS else name for name in names]
        if not may(request.user, Right.READ_DESK_NOTES):
            names = [name for name in names if name != "desk_notes"]
        return list(names)

    @admin.display(description="national id")
    def masked_national_id(self, patient: Patient) -> str:
        return masked(patient.national_id) or ""

    @admin.display(description="insurance number")
    def masked_insurance_number(self, patient: Patient) -> str:
        return masked(patient.insurance_number) or ""

    def searched(self, request: HttpRequest, queryset: Any, term: str) -> Any:
        return queryset.search(term, identifiers=may(request.user, Right.READ_IDENTIFIERS))

    def store(self, request: HttpRequest, current: Patient | None, entered: dict[str, Any]) -> Patient:
        if current:
            patient = services.amend(current, **entered)
            similar = duplicates.candidates_after(current, patient)
        else:
            patient = services.register(**entered)
            similar = duplicates.candidates(patient)
        if similar:
            names = ", ".join(f"{other} ({other.pk})" for other in similar)
            self.message_user(request, f"Possible duplicates: {names}.", messages.WARNING)
        return patient

    @admin.action(description="Deactivate", permissions=["change"])
    def deactivate(self, request: HttpRequest, patients: QuerySet[Patient]) -> None:
        self.apply(request, patients, services.deactivate, "deactivated")

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate(self, request: HttpRequest, patients: QuerySet[Patient]) -> None:
        self.apply(request, patients, services.reactivate, "reactivated")


@admin.register(PatientMerge)
class PatientMergeAdmin(ReadOnly, ByRole, Bounded):
    reads = Right.MERGE_PATIENTS
    list_display = ("at", "kept", "merged", "by", "reason")
    list_select_related = ("kept", "merged", "by")
