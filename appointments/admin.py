"""Appointments, their history and the waiting list in the admin: changed by the services, as everywhere."""

from functools import partial
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from accounts.roles import Right
from appointments import services, waitlist
from appointments.by_role import ByRole
from appointments.lifecycle import allowed_from
from appointments.models import Appointment, AppointmentChange, Hold, Series, WaitlistEntry, WaitlistOffer
from clinics.forms import PICKERS_OF_DAYS, WallTimeField, WallTimeForm, by_the_clock
from clinics.models import AbstractWeeklyHours, Location
from common import clock
from common.admin import Bounded, ReadOnly, Searched, ServiceAdmin, ServiceForm
from doctors.models import LONGEST_VISIT_MINUTES
from scheduling.hours import start_of_day
from scheduling.intervals import DAY


class BookingForm(WallTimeForm):
    """A new visit."""

    renamed: ClassVar = {"appointment_time": "start"}

    start = WallTimeField()
    duration_minutes = forms.IntegerField(
        min_value=1, max_value=LONGEST_VISIT_MINUTES, required=False, help_text="Default: the doctor's own."
    )


class ChangeForm(WallTimeForm):
    """A visit to move, to correct or to take a step on. ``seen_version`` is the one that the form was opened on."""

    renamed: ClassVar = {"appointment_time": "start"}

    start = WallTimeField()
    duration_minutes = forms.IntegerField(min_value=1, max_value=LONGEST_VISIT_MINUTES)
    reason = forms.CharField(max_length=500, required=False, help_text="Why, for the history.")
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        visit = self.instance
        self.initial = {**self.initial, "duration_minutes": visit.duration_minutes, "seen_version": visit.version}
        if "status" in self.fields:
            followers = ", ".join(allowed_from(visit.status))
            self.fields["status"].help_text = f"It can become: {followers}." if followers else "It is final."


class DayFilter(admin.SimpleListFilter):
    """Whole days by the clock of the clinic's first location."""

    title = "day"
    parameter_name = "day"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("past", "Before today"), ("today", "Today"), ("week", "The next 7 days")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Appointment]) -> QuerySet[Appointment]:
        if self.value() is None:
            return queryset
        location = Location.objects.default()
        today = location.local(clock.now()).date()
        since, tomorrow, next_week = (start_of_day(today + days * DAY, location.zone) for days in (0, 1, 7))
        if self.value() == "past":
            return queryset.filter(start__lt=since)
        return queryset.filter(start__gte=since, start__lt=tomorrow if self.value() == "today" else next_week)


class Told:
    """How a line of the history shows its times: by the clock of the place that the visit was to be at then."""

    @admin.display(description="at", ordering="at")
    def recorded(self, change: AppointmentChange) -> str:
        return by_the_clock(change.to_location, change.at)

    @admin.display(description="from time")
    def from_time(self, change: AppointmentChange) -> str:
        return by_the_clock(change.from_location or change.to_location, change.from_start)

    @admin.display(description="to time")
    def to_time(self, change: AppointmentChange) -> str:
        return by_the_clock(change.to_location, change.to_start)


TOLD = (
    *("recorded", "action", "by", "reason", "from_status", "to_status"),
    *("from_time", "to_time", "from_doctor", "to_doctor", "to_location"),
)
NAMED = ("by", "from_doctor", "to_doctor", "from_location", "to_location")


class HistoryInline(Told, ReadOnly, ByRole, admin.TabularInline):
    reads = Right.READ_APPOINTMENTS
    model = AppointmentChange
    fields = readonly_fields = TOLD
    extra = 0
    verbose_name_plural = "history"

    def get_queryset(self, request: HttpRequest) -> QuerySet[AppointmentChange]:
        return super().get_queryset(request).select_related(*NAMED)


def actor(request: HttpRequest) -> User:
    return cast(User, request.user)  # nobody gets here without signing in


@admin.register(Appointment)
class AppointmentAdmin(ByRole, Searched, ServiceAdmin):
    reads = Right.READ_APPOINTMENTS
    adds = Right.BOOK
    changes = Right.BOOK
    list_display = ("patient", "doctor", "starts", "duration_minutes", "status", "location")
    list_select_related = ("patient", "doctor", "location")
    list_filter = (DayFilter, "status", "location")
    ordering = ("-start", "-id")
    autocomplete_fields = ("patient", "doctor")
    actions = ("confirm", "cancel", "mark_no_show")

    @admin.display(description="start", ordering="start")
    def starts(self, visit: Appointment) -> str:
        return by_the_clock(visit.location, visit.start)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **{"form": ChangeForm if obj else BookingForm, **kwargs})

    def get_fields(self, request: HttpRequest, obj: Appointment | None = None) -> Any:
        if obj is None:
            return ("patient", "doctor", "start", "duration_minutes", "notes")
        if not self.has_change_permission(request, obj):
            return (*self.list_display, "notes")
        start = ("patient", "doctor", "location", "start", "duration_minutes")
        return (*start, "status", "notes", "reason", "seen_version")

    def get_readonly_fields(self, request: HttpRequest, obj: Appointment | None = None) -> Any:
        return ("patient", "location") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: Appointment | None) -> Any:
        return [HistoryInline] if obj else []

    def store(self, request: HttpRequest, current: Appointment | None, entered: dict[str, Any]) -> Appointment:
        verb = partial(services.amend, current) if current else services.book
        return verb(**entered, actor=actor(request))

    def has_run_permission(self, request: HttpRequest) -> bool:
        return self._may(request, Right.RUN_THE_DAY)

    @admin.action(description="Confirm", permissions=["run"])
    def confirm(self, request: HttpRequest, visits: QuerySet[Appointment]) -> None:
        self.apply(request, visits, partial(services.confirm, actor=actor(request)), "confirmed")

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, visits: QuerySet[Appointment]) -> None:
        self.apply(request, visits, partial(services.cancel, actor=actor(request)), "cancelled")

    @admin.action(description="Mark as no-show", permissions=["run"])
    def mark_no_show(self, request: HttpRequest, visits: QuerySet[Appointment]) -> None:
        self.apply(request, visits, partial(services.mark_no_show, actor=actor(request)), "marked as no-show")


@admin.register(AppointmentChange)
class AppointmentChangeAdmin(Told, ReadOnly, ByRole, Bounded):
    """The history. Written by the services, with the change itself."""

    reads = Right.READ_APPOINTMENTS

    fields = ("appointment", *TOLD)
    list_display = ("appointment", *TOLD)
    list_select_related = ("appointment", *NAMED)
    list_filter = ("action", "to_status")
    ordering = ("-id",)


# --- The waiting list --------------------------------------------------------------------------------


class WaitlistForm(ServiceForm):
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        choices=AbstractWeeklyHours.Weekday.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None: on any.",
    )


class Kept:
    """How an offer or a hold shows its times: by the clock of its location."""

    @admin.display(description="time", ordering="start")
    def starts(self, kept: WaitlistOffer | Hold) -> str:
        return by_the_clock(kept.location, kept.start)

    @admin.display(description="until", ordering="expires_at")
    def expires(self, kept: WaitlistOffer | Hold) -> str:
        return by_the_clock(kept.location, kept.expires_at)


class OfferInline(Kept, ReadOnly, ByRole, admin.TabularInline):
    reads = Right.READ_WAITLIST
    model = WaitlistOffer
    fields = readonly_fields = ("doctor", "location", "starts", "expires", "status")
    extra = 0
    verbose_name_plural = "what was offered"

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistOffer]:
        return super().get_queryset(request).select_related("doctor", "location")


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ByRole, Searched, ServiceAdmin):
    reads = Right.READ_WAITLIST
    adds = Right.WAIT
    changes = Right.WAIT
    form = WaitlistForm
    fields = (
        *("patient", "doctor", "specialization", "appointment_type", "location"),
        *("earliest", "latest", "weekdays", "part_of_day", "priority"),
    )
    formfield_overrides = PICKERS_OF_DAYS
    list_display = (
        *("patient", "priority", "doctor", "specialization", "appointment_type"),
        *("earliest", "latest", "status"),
    )
    list_select_related = ("patient", "doctor", "appointment_type")
    list_filter = ("status", "location")
    ordering = ("-priority", "created_at", "id")
    autocomplete_fields = ("patient", "doctor")
    actions = ("accept", "decline", "withdraw")

    def get_fields(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> Any:
        return (*self.fields, "status", "appointment") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> Any:
        return ("patient", "status", "appointment") if obj else ()

    def get_inlines(self, request: HttpRequest, obj: WaitlistEntry | None) -> Any:
        return [OfferInline] if obj else []

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        waitlist.lapse_due()
        return super().changelist_view(request, extra_context)

    def store(self, request: HttpRequest, current: WaitlistEntry | None, entered: dict[str, Any]) -> WaitlistEntry:
        return waitlist.amend(current, **entered) if current else waitlist.join(**entered, actor=actor(request))

    @admin.action(description="Accept the offer", permissions=["change"])
    def accept(self, request: HttpRequest, entries: QuerySet[WaitlistEntry]) -> None:
        self.apply(request, entries, partial(waitlist.accept, actor=actor(request)), "booked")

    @admin.action(description="Decline the offer", permissions=["change"])
    def decline(self, request: HttpRequest, entries: QuerySet[WaitlistEntry]) -> None:
        self.apply(request, entries, waitlist.decline, "declined")

    @admin.action(description="Take off the list", permissions=["change"])
    def withdraw(self, request: HttpRequest, entries: QuerySet[WaitlistEntry]) -> None:
        self.apply(request, entries, waitlist.withdraw, "taken off the list")


# --- Kept by the services, only looked at ------------------------------------------------------------


@admin.register(Hold)
class HoldAdmin(Kept, ReadOnly, ByRole, Bounded):
    """Times that are kept. The token is known to its holder alone."""

    reads = Right.READ_APPOINTMENTS

    fields = ("doctor", "location", "room", "patient", "appointment_type", "starts", "expires", "created_by")
    list_display = ("doctor", "starts", "location", "room", "expires")
    list_select_related = ("doctor", "location", "room")
    ordering = ("-id",)


@admin.register(Series)
class SeriesAdmin(ReadOnly, ByRole, Bounded):
    """Visits that repeat. Each of them is changed as any other appointment."""

    reads = Right.READ_APPOINTMENTS

    list_display = ("id", "patient", "doctor", "rule")
    list_select_related = ("patient", "doctor")
    ordering = ("-id",)
