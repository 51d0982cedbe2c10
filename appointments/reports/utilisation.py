"""How much of the open time is booked: by doctor and by weekday.

Open minutes come from the engine, as bookings see them: weekly hours, less holidays and closures, less leave, with
extra clinics. Hours that were replaced are not kept, so a past period is measured by the hours as they stand now.
Booked minutes are those of visits that take the doctor's time (`BLOCKS`), buffers not counted, each whole on the local
day on which it begins. Visits that were booked outside the hours count: utilisation can be more than 1.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Sum
from django.db.models.functions import ExtractIsoWeekDay

from appointments.availability import OpenHours
from appointments.lifecycle import BLOCKS
from appointments.reports.scope import Scope
from clinics.models import Location
from doctors.models import Doctor
from scheduling.hours import WEEKDAYS, WeeklyWindow, opened
from scheduling.intervals import DAY, MINUTE, Interval, Timeline

# Masks of a month are quick; a year's would be copied for each of its windows.
CHUNK = 31 * DAY
LENGTH = ExpressionWrapper(F("end") - F("start"), output_field=DurationField())


@dataclass(frozen=True, slots=True)
class Utilisation:
    """``utilisation`` is booked over open minutes, in four decimals; None where nothing is open."""

    open_minutes: int
    booked_minutes: int

    @property
    def utilisation(self) -> float | None:
        return round(self.booked_minutes / self.open_minutes, 4) if self.open_minutes else None


@dataclass(frozen=True, slots=True)
class OfDoctor:
    doctor: int
    doctor_name: str
    minutes: Utilisation


@dataclass(frozen=True, slots=True)
class OfWeekday:
    weekday: str
    minutes: Utilisation


@dataclass(frozen=True, slots=True)
class Utilisations:
    by_doctor: list[OfDoctor]
    by_weekday: list[OfWeekday]


def utilisation(scope: Scope) -> Utilisations:
    """Doctors by name, those out of use only where they had visits; and Monday to Sunday.

    A query for each time zone, and six more.
    """
    doctors = {doctor.pk: doctor for doctor in scope.doctors.order_by("name_key", "id")}
    booked = _booked_minutes(scope)
    opened_time = _open_minutes(scope, [doctor for doctor in doctors.values() if doctor.active])
    shown = [doctor for doctor in doctors.values() if doctor.active or booked[doctor.pk].any()]
    return Utilisations(
        [OfDoctor(d.pk, d.full_name, Utilisation(sum(opened_time[d.pk]), sum(booked[d.pk]))) for d in shown],
        [
            OfWeekday(
                name,
                Utilisation(
                    sum(minutes[number] for minutes in opened_time.values()),
                    sum(minutes[number] for minutes in booked.values()),
                ),
            )
            for number, name in enumerate(WEEKDAYS)
        ],
    )


class Week(list[int]):
    """Minutes by weekday, Monday first."""

    def __init__(self) -> None:
        super().__init__([0] * 7)

    def any(self) -> bool:
        return any(self)


def _booked_minutes(scope: Scope) -> dict[int, Week]:
    found: dict[int, Week] = defaultdict(Week)
    for zone, places in scope.zones().items():
        visits = scope.visits(zone, places).filter(BLOCKS)
        rows = visits.annotate(weekday=ExtractIsoWeekDay("start", tzinfo=zone)).values("doctor", "weekday")
        for doctor, weekday, length in rows.annotate(length=Sum(LENGTH)).values_list("doctor", "weekday", "length"):
            found[doctor][weekday - 1] += (length or timedelta(0)) // MINUTE
    return found


def _open_minutes(scope: Scope, doctors: list[Doctor]) -> dict[int, Week]:
    found: dict[int, Week] = defaultdict(Week)
    spans = [span for zone in scope.zones() if (span := scope.interval(zone))]
    if not doctors or not spans:
        return found
    whole = Interval(min(span.start for span in spans), max(span.end for span in spans))
    hours = OpenHours(doctors, whole)
    start = whole.start
    while start < whole.end:
        timeline = Timeline.over(Interval(start, min(start + CHUNK, whole.end)))
        by_place = {pk: _days(scope, place, timeline) for pk, place in scope.locations.items()}
        # Who works as others do shares their masks: of thousands of doctors few weeks are counted.
        counted: dict[int, tuple[Mapping[int, int], list[int]]] = {}
        for doctor in doctors:
            masks = hours.masks(doctor, timeline)
            if id(masks) not in counted:
                counted[id(masks)] = masks, _minutes(masks, by_place)  # with the masks, or another's might get their id
            week = found[doctor.pk]
            for number, minutes in enumerate(counted[id(masks)][1]):
                week[number] += minutes
        start += CHUNK
    return found


def _minutes(masks: Mapping[int, int], by_place: Mapping[int, list[int]]) -> list[int]:
    """By weekday, what is open at all places together."""
    week = [0] * 7
    for pk, mask in masks.items():
        for number, of_weekday in enumerate(by_place.get(pk, ())):
            week[number] += (mask & of_weekday).bit_count()
    return week


def _days(scope: Scope, place: Location, timeline: Timeline) -> list[int]:
    """The minutes of the period at a place, a mask for each local weekday."""
    asked = timeline.filled(filter(None, [scope.interval(place.zone)]))
    midnight = time(0)
    return [
        timeline.filled(opened([WeeklyWindow(number, midnight, midnight)], place.zone, timeline.interval)) & asked
        for number in range(7)
    ]
