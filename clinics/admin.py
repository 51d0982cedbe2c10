"""The clinic in the admin: locations with opening hours, their exceptions, holidays, rooms and appointment types."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.roles import Right
from appointments import hours
from appointments.by_role import ByRole, WeekByRole
from appointments.displaced import displaced
from clinics import services
from clinics.forms import PICKERS, PICKERS_OF_DAYS, WallTimeField, WallTimeForm, WeekFormSet, by_the_clock
from clinics.models import AppointmentType, Holiday, Location, LocationException, OpeningHours, Room
from common import clock
from common.admin import ServiceAdmin, ServiceForm
from common.lines import validate_one_line
from doctors import offering, places
from doctors.models import Doctor
from scheduling.intervals import Interval


def report_displaced(
    request: HttpRequest, location: Location | None, within: Interval | None = None, days: Collection[date] = ()
) -> None:
    """Closing never cancels: tell the desk how many visits are outside the hours now."""
    found = displaced(location, now=clock.now(), within=within, days=days)
    number = len(found.visits)
    if number:
        visits = "1 appointment is" if number == 1 else f"{number} appointments are"
        more = " or more" if found.more else ""
        place = location or "the clinic"
        messages.warning(
            request, f"{visits}{more} now outside the hours at {place}: kept, for the desk to move or cancel."
        )


class OpeningWeek(WeekFormSet):
    def store(self, week: list[OpeningHours]) -> None:
        services.set_opening_hours(self.instance, week)


class OpeningHoursInline(WeekByRole, admin.TabularInline):
    reads = Right.READ_CLINIC
    changes = Right.EDIT_CLINIC
    model = OpeningHours
    formset = OpeningWeek
    formfield_overrides = PICKERS
    extra = 0
    verbose_name_plural = "opening hours, by the location's clock; a new doctor starts with them"


@admin.register(Location)
class LocationAdmin(ByRole, ServiceAdmin):
    reads = Right.READ_CLINIC
    adds = Right.EDIT_CLINIC
    changes = Right.EDIT_CLINIC
    fields = ("name", "time_zone", "patient_cutoff_minutes", "marks_no_shows", "active")
    list_display = ("name", "time_zone", "active")
    ordering = ("id",)

    def get_fields(self, request: HttpRequest, obj: Location | None = None) -> Any:
        return self.fields if obj else self.fields[:-1]

    def get_inlines(self, request: HttpRequest, obj: Location | None) -> Any:
        return [OpeningHoursInline] if obj else []  # a new one opens with the usual hours

    def store(self, request: HttpRequest, current: Location | None, entered: dict[str, Any]) -> Location:
        if current is None:
            return services.open_location(**entered)
        before = (current.time_zone, current.active)
        location = places.amend_location(current, **entered)
        if (location.time_zone, location.active) != before:
            report_displaced(request, location)
        return location


class LocationExceptionForm(WallTimeForm):
    start = WallTimeField()
    end = WallTimeField()


@admin.register(LocationException)
class LocationExceptionAdmin(ByRole, ServiceAdmin):
    reads = Right.READ_CLINIC
    adds = Right.EDIT_CLINIC
    changes = Right.EDIT_CLINIC
    form = LocationExceptionForm
    fields = ("location", "kind", "start", "end", "reason")
    list_display = ("location", "kind", "starts", "ends", "reason")
    list_select_related = ("location",)
    list_filter = ("kind", "location")
    ordering = ("-start", "-id")
    actions = ("remove",)

    def get_fields(self, request: HttpRequest, obj: LocationException | None = None) -> Any:
        if obj and not self.has_change_permission(request, obj):
            return self.list_display
        return self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: LocationException | None = None) -> Any:
        return ("location",) if obj else ()

    @admin.display(ordering="start")
    def starts(self, exception: LocationException) -> str:
        return by_the_clock(exception.location, exception.start)

    @admin.display(ordering="end")
    def ends(self, exception: LocationException) -> str:
        return by_the_clock(exception.location, exception.end)

    def store(
        self, request: HttpRequest, current: LocationException | None, entered: dict[str, Any]
    ) -> LocationException:
        if current is None:
            stored = hours.add_location_exception(**entered)
            report_displaced(request, stored.location, stored.interval)
        else:
            stored = hours.amend_location_exception(current, **entered)
            report_displaced(request, stored.location, stored.interval.hull(current.interval))
        return stored

    @admin.action(description="Remove", permissions=["change"])
    def remove(self, request: HttpRequest, exceptions: QuerySet[LocationException]) -> None:
        rows = list(exceptions)
        self.apply(request, exceptions, hours.remove_location_exception, "removed")
        for exception in rows:
            report_displaced(request, exception.location, exception.interval)


@admin.register(Holiday)
class HolidayAdmin(ByRole, ServiceAdmin):
    reads = Right.READ_CLINIC
    adds = Right.EDIT_CLINIC
    changes = Right.EDIT_CLINIC
    fields = ("date", "name", "location")
    formfield_overrides = PICKERS_OF_DAYS
    list_display = ("date", "name", "where")
    list_select_related = ("location",)
    list_filter = ("location",)
    ordering = ("-date", "-id")
    actions = ("remove",)

    @admin.display(ordering="location")
    def where(self, holiday: Holiday) -> str:
        return str(holiday.location) if holiday.location else "everywhere"

    def store(self, request: HttpRequest, current: Holiday | None, entered: dict[str, Any]) -> Holiday:
        holiday = hours.amend_holiday(current, **entered) if current else places.add_holiday(**entered)
        report_displaced(request, holiday.location, days=[holiday.date])
        return holiday

    @admin.action(description="Remove", permissions=["change"])
    def remove(self, request: HttpRequest, holidays: QuerySet[Holiday]) -> None:
        self.apply(request, holidays, hours.remove_holiday, "removed")


@admin.register(Room)
class RoomAdmin(ByRole, ServiceAdmin):
    reads = Right.READ_CLINIC
    adds = Right.EDIT_CLINIC
    changes = Right.EDIT_CLINIC
    fields = ("location", "name", "kind", "active")
    list_display = ("name", "kind", "location", "active")
    list_select_related = ("location",)
    list_filter = ("active", "location", "kind")
    ordering = ("location", "name", "id")

    def get_fields(self, request: HttpRequest, obj: Room | None = None) -> Any:
        return self.fields if obj else self.fields[:-1]

    def get_readonly_fields(self, request: HttpRequest, obj: Room | None = None) -> Any:
        return ("location",) if obj else ()

    def store(self, request: HttpRequest, current: Room | None, entered: dict[str, Any]) -> Room:
        return services.amend_room(current, **entered) if current else services.add_room(**entered)


class AppointmentTypeForm(ServiceForm):
    doctors = forms.ModelMultipleChoiceField(
        Doctor.objects.order_by("full_name", "id"),
        required=False,
        help_text="Those who offer it beside the specializations; if there are neither, everybody does.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial = {**self.initial, "doctors": self.instance.doctors.all()}

    def clean_specializations(self) -> list[str]:
        entered = self.cleaned_data["specializations"] or []
        if not (isinstance(entered, list) and all(isinstance(name, str) and name.strip() for name in entered)):
            raise forms.ValidationError('Enter a list of names such as ["Cardiology", "Paediatrics"].')
        for name in entered:
            validate_one_line(name)
        return [" ".join(name.split()) for name in entered]


@admin.register(AppointmentType)
class AppointmentTypeAdmin(ByRole, ServiceAdmin):
    reads = Right.READ_CLINIC
    adds = Right.EDIT_CLINIC
    changes = Right.EDIT_CLINIC
    form = AppointmentTypeForm
    fields = (
        *("name", "duration_minutes", "buffer_before_minutes", "buffer_after_minutes"),
        *("minimum_notice_minutes", "booking_horizon_days", "bookable_online"),
        *("specializations", "doctors", "room_kind", "colour", "active"),
    )
    list_display = ("name", "duration_minutes", "room_kind", "bookable_online", "active")
    list_filter = ("active", "bookable_online")
    ordering = ("name", "id")

    def store(self, request: HttpRequest, current: AppointmentType | None, entered: dict[str, Any]) -> AppointmentType:
        return offering.amend_type(current, **entered) if current else offering.add_type(**entered)
