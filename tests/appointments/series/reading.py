"""Where and when series are, and what is said of their dates."""

from typing import Any

from appointments.models import Series
from appointments.series.planning import Verdict
from clinics.models import Location
from doctors.models import Doctor
from tests.factories import set_hours

TAKEN = "This doctor is already booked at that time."
AWAY = "Doctor is not available at this time."
ELSEWHERE = "This patient already has an appointment at that time."


def round_the_clock(doctor: Doctor) -> None:
    set_hours(doctor, *(f"{day} 00:00-00:00" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")))


def in_new_york() -> Location:
    Location.objects.update(time_zone="America/New_York")
    return Location.objects.get()


def starts(series: Series, **which: Any) -> list[str]:
    return [f"{visit.start:%m-%d %H:%M}" for visit in series.appointments.filter(**which).order_by("series_date")]


def verdicts(found: list[Verdict]) -> list[tuple[str, str]]:
    return [(f"{verdict.wall:%m-%d %H:%M}", verdict.problem.code if verdict.problem else "free") for verdict in found]


def offered(found: list[Verdict]) -> list[str | None]:
    slots = [verdict.alternative for verdict in found]
    return [slot and f"{slot.start:%m-%d %H:%M}" for slot in slots]


def sentences(caught: Any) -> list[str]:
    return caught.value.messages
