"""Patients in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import Bounded, ReadOnly, Searched, ServiceAdmin
from patients import duplicates, services
from patients.models import Patient, PatientMerge


@admin.register(Patient)
class PatientAdmin(Searched, ServiceAdmin):
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
class PatientMergeAdmin(ReadOnly, Bounded):
    list_display = ("at", "kept", "merged", "by", "reason")
    list_select_related = ("kept", "merged", "by")
