"""Doctors, their weekly hours and exceptions in the admin."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.roles import Right
from appointments import availability, hours
from appointments.by_role import ByRole, WeekByRole
from clinics.forms import PICKERS, WallTimeField, WallTimeForm, WeekFormSet, by_the_clock
from clinics.models import Location
from common import clock
from common.admin import Searched, ServiceAdmin
from doctors import services
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.intervals import Interval


def report_outside_hours(request: HttpRequest, doctor: Doctor, within: Interval | None = None) -> None:
    """Changed hours never cancel: tell the desk how many visits they no longer cover."""
    number = len(availability.outside_hours(doctor, now=clock.now(), within=within))
    if number:
        visits = "1 appointment is" if number == 1 else f"{number} appointments are"
        messages.warning(request, f"{visits} now outside the hours of {doctor}: kept, for the desk to move or cancel.")


class DoctorsWeek(WeekFormSet):
    def store(self, week: list[WeeklyHours]) -> None:
        hours.set_weekly_hours(self.instance, week)


class WeeklyHoursInline(WeekByRole, admin.TabularInline):
    reads = Right.READ_AVAILABILITY
    changes = Right.EDIT_AVAILABILITY
    model = WeeklyHours
    formset = DoctorsWeek
    formfield_overrides = PICKERS
    extra = 0
    verbose_name_plural = "weekly hours, by each location's clock"


@admin.register(Doctor)
class DoctorAdmin(ByRole, Searched, ServiceAdmin):
    reads = Right.READ_DOCTORS
    adds = Right.EDIT_DOCTORS
    changes = Right.EDIT_DOCTORS
    fields = ("full_name", "email", "specialization", "default_duration_minutes", "active")
    readonly_fields = ("active",)
    list_display = ("full_name", "specialization", "email", "default_duration_minutes", "active")
    list_filter = ("active", "specialization")
    actions = ("deactivate", "reactivate")

    def get_inlines(self, request: HttpRequest, obj: Doctor | None) -> Any:
        return [WeeklyHoursInline] if obj else []  # a new one starts with the clinic's opening hours

    def store(self, request: HttpRequest, current: Doctor | None, entered: dict[str, Any]) -> Doctor:
        return services.amend(current, **entered) if current else services.add(**entered)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if any(week.has_changed() for week in formsets):
            report_outside_hours(request, form.instance)

    @admin.action(description="Deactivate", permissions=["change"])
    def deactivate(self, request: HttpRequest, doctors: QuerySet[Doctor]) -> None:
        self.apply(request, doctors, services.deactivate, "deactivated")

    @admin.action(description="Reactivate", permissions=["change"])
    def reactivate(self, request: HttpRequest, doctors: QuerySet[Doctor]) -> None:
        self.apply(request, doctors, services.reactivate, "reactivated")


class ExceptionForm(WallTimeForm):
    start = WallTimeField()
    end = WallTimeField()


@admin.register(AvailabilityException)
class ExceptionAdmin(ByRole, ServiceAdmin):
    reads = Right.READ_AVAILABILITY
    adds = Right.EDIT_AVAILABILITY
    changes = Right.EDIT_AVAILABILITY
    form = ExceptionForm
    fields = ("doctor", "kind", "start", "end", "location", "reason")
    autocomplete_fields = ("doctor",)
    list_display = ("doctor", "kind", "starts", "ends", "location", "reason")
    list_select_related = ("doctor", "location")
    list_filter = ("kind", "location")
    search_fields = ("doctor__full_name",)
    ordering = ("-start", "-id")
    actions = ("remove",)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"location": Location.objects.default(), **super().get_changeform_initial_data(request)}

    def get_fields(self, request: HttpRequest, obj: AvailabilityException | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return self.list_display
        return self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: AvailabilityException | None = None) -> Any:
        return ("doctor",) if obj else ()

    @admin.display(ordering="start")
    def starts(self, exception: AvailabilityException) -> str:
        return by_the_clock(exception.location, exception.start)

    @admin.display(ordering="end")
    def ends(self, exception: AvailabilityException) -> str:
        return by_the_clock(exception.location, exception.end)

    def store(
        self, request: HttpRequest, current: AvailabilityException | None, entered: dict[str, Any]
    ) -> AvailabilityException:
        before = current.interval if current else None
        stored = hours.amend_exception(current, **entered) if current else hours.add_exception(**entered)
        report_outside_hours(request, stored.doctor, within=stored.interval.hull(before or stored.interval))
        return stored

    @admin.action(description="Remove", permissions=["change"])
    def remove(self, request: HttpRequest, exceptions: QuerySet[AvailabilityException]) -> None:
        rows = list(exceptions)
        self.apply(request, exceptions, hours.remove_exception, "removed")
        for exception in rows:
            report_outside_hours(request, exception.doctor, within=exception.interval)
