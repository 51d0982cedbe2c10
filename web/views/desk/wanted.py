"""What of the calendar somebody wants to see: the day, the view, and the filters, which the session remembers."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from appointments.models import AppointmentQuerySet
from appointments.permissions import within_reach
from clinics.models import Location
from common import clock
from common.ids import read_id
from common.text import folded
from doctors.models import AvailabilityException, Doctor, DoctorQuerySet, WeeklyHours
from scheduling.intervals import DAY
from web.forms.doctors import MOST_LISTED, DoctorChoice, Typed, found_by_name

VIEWS = ("day", "week", "agenda")
MOST_DOCTORS = 100  # side by side
REMEMBERED = "desk"
CHOICE = DoctorChoice()
FIRST_DAY, LAST_DAY = date(1900, 1, 2), date(2199, 12, 1)


@dataclass(frozen=True)
class Wanted:
    """What is to be shown. Without a ``location`` it is every place, by the clock of the clinic's first.

    ``everybody`` are all whose calendars the visitor may see: thousands, of whom no more are read than are shown.
    ``unknown`` is what was typed as a doctor's name and means nobody, or several.
    """

    day: date
    today: date
    view: str
    location: Location | None
    specialization: str
    doctor: Doctor | None
    locations: list[Location]
    everybody: DoctorQuerySet
    unknown: Typed | None = None

    @classmethod
    def read(cls, request: HttpRequest, actor: User, *, view: str = "") -> "Wanted":
        """From the address; what it does not say is as it was the last time. What makes no sense is left out.

        A page that has one ``view`` only names it: in which one the calendar was seen last says nothing there.
        """
        asked = request.GET
        kept: dict[str, Any] = dict(request.session.get(REMEMBERED, {}))
        told = {name: asked[name] for name in ("view", "location", "specialization", "doctor") if name in asked}
        everybody = within_reach(actor, Right.READ_AVAILABILITY, Doctor.objects.active()).order_by("name_key", "id")
        typed, unknown = CHOICE.value_from_datadict(asked, None, "doctor"), None
        if isinstance(typed, Typed):
            meant = found_by_name(everybody, typed) if typed.name else []
            told["doctor"] = str(meant[0].pk) if len(meant) == 1 else ""
            unknown = typed if typed.name and len(meant) != 1 else None
        if told and (kept | told) != kept:
            request.session[REMEMBERED] = kept = kept | {name: value[:100] for name, value in told.items()}
        locations = list(Location.objects.active().order_by("id"))
        location = next((place for place in locations if str(place.pk) == kept.get("location")), None)
        today = (location or locations[0]).local(clock.now()).date()
        doctor = everybody.filter(pk=read_id(kept["doctor"]) or 0).first() if kept.get("doctor") else None
        view = view or kept.get("view", "day")
        if view == "week" and doctor is None:
            key = folded(kept.get("specialization", ""))
            doctor = (everybody.practising(key) if key else everybody).first()
        return cls(
            day=_day(asked.get("date", ""), today),
            today=today,
            view=view if view in VIEWS else "day",
            location=location,
            specialization=kept.get("specialization", ""),
            doctor=doctor,
            locations=locations,
            everybody=everybody,
            unknown=unknown,
        )

    @property
    def place(self) -> Location:
        """Whose clock it is."""
        return self.location or self.locations[0]

    @property
    def first(self) -> date:
        return self.day - self.day.weekday() * DAY if self.view == "week" else self.day

    @property
    def days(self) -> int:
        return 7 if self.view == "week" else 1

    @property
    def passing(self) -> DoctorQuerySet:
        """Those who pass the filters."""
        here = self.everybody.filter(pk__in=_seeing_patients_at(self.location)) if self.location else self.everybody
        return here.practising(self.specialization) if folded(self.specialization) else here

    @cached_property
    def _first(self) -> list[Doctor]:
        """As many as can be looked at together, and another one if there is."""
        if self.doctor:
            return [self.doctor]
        filtered = self.location or folded(self.specialization)
        return list(self.passing[: MOST_DOCTORS + 1]) if filtered else self.listed[: MOST_DOCTORS + 1]

    @property
    def doctors(self) -> list[Doctor]:
        """Of those the first by name, as many as can be looked at together."""
        return self._first[:MOST_DOCTORS]

    @cached_property
    def number(self) -> int:
        """How many pass the filters."""
        return self.passing.count() if len(self._first) > MOST_DOCTORS else len(self._first)

    def among(self, visits: AppointmentQuerySet) -> AppointmentQuerySet:
        """Those of ``visits`` that the filters and the calendar leave: at the location, or of doctors who are shown."""
        shown = Q(doctor__in=self.doctors)
        if self.doctor or self.specialization or len(self._first) > MOST_DOCTORS:
            return visits.filter(shown)
        return visits.filter(shown | Q(location=self.location)) if self.location else visits

    @cached_property
    def listed(self) -> list[Doctor]:
        """The first of all; one more than a list holds, where there are more."""
        return list(self.everybody[: MOST_LISTED + 1])

    @property
    def specializations(self) -> list[str]:
        few = len(self.listed) <= MOST_LISTED
        names = {doctor.specialization for doctor in self.listed} if few else self.everybody.specializations()
        return sorted(names, key=folded)

    @property
    def choice(self) -> SafeString:
        """The field of the filters that says which doctor."""
        widget = DoctorChoice()
        widget.doctors, widget.listed = self.everybody, self.listed
        widget.in_a_row = True
        widget.empty_label = None if self.view == "week" else _("All doctors")
        return widget.render("doctor", self.unknown or self.doctor, {"id": "f-doctor", "class": "form-select"})

    def url(self, *, view: str = "", day: date | None = None) -> str:
        """The page of another day or in another view; the session knows the filters."""
        return f"{reverse('desk')}?{urlencode({'date': day or self.day, 'view': view or self.view})}"

    @property
    def earlier(self) -> str:
        return self.url(day=max(self.day - timedelta(days=self.days), FIRST_DAY))

    @property
    def later(self) -> str:
        return self.url(day=min(self.day + timedelta(days=self.days), LAST_DAY))

    @property
    def now(self) -> str:
        return self.url(day=self.today)


def _seeing_patients_at(location: Location) -> QuerySet[Any, Any]:
    weekly = WeeklyHours.objects.filter(location=location).order_by().values("doctor")
    return weekly.union(AvailabilityException.objects.filter(location=location).order_by().values("doctor"))


def _day(text: str, today: date) -> date:
    try:
        return min(max(date.fromisoformat(text), FIRST_DAY), LAST_DAY)
    except ValueError:
        return today
