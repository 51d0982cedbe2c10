"""What of the calendar somebody wants to see: the day, the view, and the filters, which the session remembers."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Right
from appointments.models import AppointmentQuerySet
from appointments.permissions import within_reach
from clinics.models import Location
from common import clock
from common.text import folded
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.intervals import DAY

VIEWS = ("day", "week", "agenda")
MOST_DOCTORS = 100  # side by side
REMEMBERED = "desk"
FIRST_DAY, LAST_DAY = date(1900, 1, 2), date(2199, 12, 1)


@dataclass(frozen=True)
class Wanted:
    """What is to be shown. Without a ``location`` it is every place, by the clock of the clinic's first.

    ``at_place`` are the ids of those who see patients at the location at any time; None without one.
    """

    day: date
    today: date
    view: str
    location: Location | None
    specialization: str
    doctor: Doctor | None
    locations: list[Location]
    everybody: list[Doctor]
    at_place: frozenset[int] | None

    @classmethod
    def read(cls, request: HttpRequest, actor: User) -> "Wanted":
        """From the address; what it does not say is as it was the last time. What makes no sense is left out."""
        asked = request.GET
        kept: dict[str, Any] = dict(request.session.get(REMEMBERED, {}))
        told = {name: asked[name] for name in ("view", "location", "specialization", "doctor") if name in asked}
        if told and (kept | told) != kept:
            request.session[REMEMBERED] = kept = kept | {name: value[:100] for name, value in told.items()}
        locations = list(Location.objects.active().order_by("id"))
        everybody = list(
            within_reach(actor, Right.READ_AVAILABILITY, Doctor.objects.active()).order_by("name_key", "id")
        )
        location = next((place for place in locations if str(place.pk) == kept.get("location")), None)
        today = (location or locations[0]).local(clock.now()).date()
        doctor = next((doctor for doctor in everybody if str(doctor.pk) == kept.get("doctor")), None)
        view = kept.get("view", "day")
        if view == "week" and doctor is None:
            key = folded(kept.get("specialization", ""))
            doctor = next((one for one in everybody if not key or one.specialization_key == key), None)
        return cls(
            day=_day(asked.get("date", ""), today),
            today=today,
            view=view if view in VIEWS else "day",
            location=location,
            specialization=kept.get("specialization", ""),
            doctor=doctor,
            locations=locations,
            everybody=everybody,
            at_place=_seeing_patients_at(location) if location else None,
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

    @cached_property
    def passing(self) -> list[Doctor]:
        """Those who pass the filters."""
        if self.doctor:
            return [self.doctor]
        key = folded(self.specialization)
        here = [doctor for doctor in self.everybody if self.at_place is None or doctor.pk in self.at_place]
        return [doctor for doctor in here if not key or doctor.specialization_key == key]

    @property
    def doctors(self) -> list[Doctor]:
        """Of those the first by name, as many as can be looked at together."""
        return self.passing[:MOST_DOCTORS]

    def among(self, visits: AppointmentQuerySet) -> AppointmentQuerySet:
        """Those of ``visits`` that the filters and the calendar leave: at the location, or of doctors who are shown."""
        shown = Q(doctor__in=self.doctors)
        if self.doctor or self.specialization or len(self.passing) > MOST_DOCTORS:
            return visits.filter(shown)
        return visits.filter(shown | Q(location=self.location)) if self.location else visits

    @property
    def specializations(self) -> list[str]:
        return sorted({doctor.specialization for doctor in self.everybody}, key=folded)

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


def _seeing_patients_at(location: Location) -> frozenset[int]:
    weekly = WeeklyHours.objects.filter(location=location).order_by().values_list("doctor", flat=True)
    extra = AvailabilityException.objects.filter(location=location).order_by().values_list("doctor", flat=True)
    return frozenset(weekly.union(extra))


def _day(text: str, today: date) -> date:
    try:
        return min(max(date.fromisoformat(text), FIRST_DAY), LAST_DAY)
    except ValueError:
        return today
