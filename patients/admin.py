"""Patients in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import Searched, ServiceAdmin
from patients import services
from patients.models import Patient


@admin.register(Patient)
class PatientAdmin(Searched, ServiceAdmin):
    fields = ("full_name", "phone_number", "email", "national_id", "insurance_number", "active")
    readonly_fields = ("active",)
    list_display = ("full_name", "phone_number", "email", "national_id", "active")
    list_filter = ("active",)
    actions = ("deactivate", "reactivate")

    def store(self, request: HttpRequest, current: Patient | None, entered: dict[str, Any]) -> Patient:
        return services.amend(current, **entered) if current else services.register(**entered)

    @admin.action(description="Deactivate", permissions=["change"])
    def deactivate(self, request: HttpRequest, patients: QuerySet[Patient]) -> None:
        self.apply(request, patients, services.deactivate, "deactivated")

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate(self, request: HttpRequest, patients: QuerySet[Patient]) -> None:
        self.apply(request, patients, services.reactivate, "reactivated")
