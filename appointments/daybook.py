"""Days as the desk sees them: who is there and when, whom they see, and what is closed."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto
from functools import reduce
from hashlib import sha256
from operator import or_

from django.db.models import Count, Max, Sum

from appointments.availability import OpenHours
from appointments.models import Appointment, AppointmentQuerySet
from clinics.models import Holiday, Location, LocationException
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.hours import local_days
from scheduling.intervals import DAY, MINUTE, Interval, Timeline, first_bit


class Why(StrEnum):
    """Why nobody can be booked there as a rule."""

    CLOSED = auto()
    LEAVE = auto()
    ELSEWHERE = auto()


@dataclass(frozen=True, slots=True)
class Shaded:
    """A stretch in which a doctor does not see patients here. ``text`` is the leave's reason or the other place."""

    doctor: Doctor
    interval: Interval
    why: Why
    text: str = ""


@dataclass(frozen=True, slots=True)
class Daybook:
    """What there is on the days of ``span``, of ``doctors``; ``away`` are those who are not there at all."""

    span: Interval
    place: Location
    doctors: list[Doctor]
    away: list[Doctor]
    visits: list[Appointment]
    shaded: list[Shaded]
    holidays: list[Holiday]
    open_span: Interval | None


def days_at(place: Location, first: date, days: int = 1) -> Interval:
    """The instants of ``days`` local days from ``first``: 23, 24 or 25 hours each.

    Of days that the calendar skipped it is the one that came in their place.
    """
    last = first + (days - 1) * DAY
    found = local_days(first, last, place.zone) or local_days(first, last + DAY, place.zone)
    assert found  # no calendar skips two days
    return found


def open_daybook(
    doctors: Sequence[Doctor],
    visits: AppointmentQuerySet,
    span: Interval,
    place: Location,
    *,
    everywhere: bool,
    absent_too: bool = False,
) -> Daybook:
    """The daybook of ``doctors``, with those of ``visits`` that lie in ``span``: three queries, however many there are.

    ``place`` has the clock, and unless ``everywhere`` only who is there counts; with ``absent_too`` everybody has a
    page. A doctor who is no longer among ``doctors`` but has a visit has one as well.
    """
    found = list(visits.overlapping(span).with_names().select_related("location").order_by("start", "id"))
    known = {doctor.pk: doctor for doctor in doctors}
    known |= {visit.doctor_id: visit.doctor for visit in found if visit.blocks and visit.doctor_id not in known}
    hours = OpenHours(known.values(), span)
    timeline = Timeline.over(span)
    busy = {visit.doctor_id for visit in found if visit.blocks and (everywhere or visit.location_id == place.pk)}
    here: dict[int, int] = {}
    shaded: list[Shaded] = []
    for doctor in known.values():
        masks = dict(hours.masks(doctor, timeline))
        here[doctor.pk] = _union(masks.values()) if everywhere else masks.pop(place.pk, 0)
        elsewhere = {} if everywhere else masks
        if absent_too or here[doctor.pk] or doctor.pk in busy:
            shaded += _shaded(doctor, here[doctor.pk], elsewhere, hours, timeline)
    there = [doctor for doctor in known.values() if absent_too or here[doctor.pk] or doctor.pk in busy]
    there.sort(key=lambda doctor: (doctor.full_name, doctor.pk))
    days = {place.local(edge).date() for edge in (span.start, span.end - MINUTE)}
    holidays = Holiday.objects.filter(date__range=(min(days), max(days))).order_by("date", "id")
    return Daybook(
        span=span,
        place=place,
        doctors=there,
        away=[doctor for doctor in doctors if doctor not in there],
        visits=found,
        shaded=shaded,
        holidays=[day for day in holidays if everywhere or day.location_id in (None, place.pk)],
        open_span=_hull(here.values(), timeline),
    )


def stamp(doctors: Collection[Doctor], visits: AppointmentQuerySet, span: Interval) -> str:
    """A text that changes when the daybook does: a few counts, so that many can ask often."""
    counted = [
        visits.overlapping(span).aggregate(Count("id"), Sum("version"), Max("updated_at")),
        AvailabilityException.objects.filter(doctor__in=doctors).aggregate(Count("id"), Max("updated_at")),
        WeeklyHours.objects.filter(doctor__in=doctors).aggregate(Count("id"), Max("id")),
        LocationException.objects.aggregate(Count("id"), Max("updated_at")),
        Holiday.objects.aggregate(Count("id"), Max("updated_at")),
    ]
    facts = [str(value) for row in counted for value in row.values()]
    facts += [str(edge) for edge in (span.start, span.end)] + [str(doctor.pk) for doctor in doctors]
    return sha256("|".join(facts).encode()).hexdigest()[:16]


def _shaded(
    doctor: Doctor, here: int, elsewhere: dict[int, int], hours: OpenHours, timeline: Timeline
) -> Iterator[Shaded]:
    rest = timeline.everything & ~here
    for location, mask in elsewhere.items():
        name = hours.locations[location].name
        yield from (Shaded(doctor, stretch, Why.ELSEWHERE, name) for stretch in timeline.stretches(mask & rest))
        rest &= ~mask
    for exception in hours.leave(doctor):
        mask = timeline.touched([exception.interval]) & rest
        yield from (Shaded(doctor, stretch, Why.LEAVE, exception.reason) for stretch in timeline.stretches(mask))
        rest &= ~mask
    yield from (Shaded(doctor, stretch, Why.CLOSED) for stretch in timeline.stretches(rest))


def _union(masks: Iterable[int]) -> int:
    return reduce(or_, masks, 0)


def _hull(masks: Iterable[int], timeline: Timeline) -> Interval | None:
    union = _union(masks)
    if not union:
        return None
    return Interval(timeline.instant(first_bit(union)), timeline.instant(union.bit_length()))
