"""What of the calendar somebody wants to see: the day, the view, and the filters, which the session remembers."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Right
from appointments.permissions import within_reach
from clinics.models import Location
from common import clock
from common.text import folded
from doctors.models import Doctor
from scheduling.intervals import DAY

VIEWS = ("day", "week", "agenda")
REMEMBERED = "desk"
FIRST_DAY, LAST_DAY = date(1900, 1, 2), date(2199, 12, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be shown. Without a ``location`` it is every place, by the clock of the clinic's first."""

    day: date
    today: date
    view: str
    location: Location | None
    specialization: str
    doctor: Doctor | None
    locations: list[Location]
    everybody: list[Doctor]

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
    def doctors(self) -> list[Doctor]:
        """Those who pass the filters."""
        if self.doctor:
            return [self.doctor]
        key = folded(self.specialization)
        return [doctor for doctor in self.everybody if not key or doctor.specialization_key == key]

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


def _day(text: str, today: date) -> date:
    try:
        return min(max(date.fromisoformat(text), FIRST_DAY), LAST_DAY)
    except ValueError:
        return today
