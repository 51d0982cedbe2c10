"""The question that /api/slots/ answers, read from its parameters: whose slots, how long, where and when."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from api.parameters import Answers, Parameters
from api.query_fields import EdgeFormField, ListFormField, WeekdayFormField, edge_at
from appointments.finding import PARTS_OF_DAY, Edge, Search, instant
from clinics.instants import LAST_YEAR
from clinics.models import AppointmentType, Location
from common import clock
from common.ids import MOST_ID
from common.prepared import Prepared
from common.text import folded
from doctors.models import LONGEST_VISIT_MINUTES, Doctor, DoctorQuerySet, Practitioner

MOST_DAYS = 62
MOST_DAYS_AHEAD = 366
MOST_DOCTORS = 500
MOST_SLOTS = 5000
DEFAULT_DAYS = 14
DEFAULT_LIMIT = 1000
THE_END = datetime(LAST_YEAR, 1, 1, tzinfo=UTC)

NAMED = Prepared(lambda ids: Practitioner.of(Doctor.objects.filter(pk__among=ids).order_by("id")))
PRACTISING = Prepared(
    lambda specialization: Practitioner.of(
        Doctor.objects.active().filter(specialization_key=specialization).order_by("id")
    )[: MOST_DOCTORS + 1]
)
PARAMETERS = Parameters(
    {
        "doctor": ListFormField(forms.IntegerField(min_value=1, max_value=MOST_ID), most=MOST_DOCTORS, required=False),
        "specialization": forms.CharField(required=False, max_length=100),
        "appointment_type": forms.IntegerField(required=False, min_value=1, max_value=MOST_ID),
        "location": forms.IntegerField(required=False, min_value=1, max_value=MOST_ID),
        "duration": forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES),
        "step": forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES),
        "since": EdgeFormField(required=False),
        "until": EdgeFormField(required=False),
        "weekdays": ListFormField(WeekdayFormField(), most=7, required=False),
        "part_of_day": forms.ChoiceField(
            required=False,
            choices=[(part, part) for part in PARTS_OF_DAY],
            error_messages={
                "invalid_choice": f'"%(value)s" is no part of the day. Choose from: {", ".join(PARTS_OF_DAY)}.'
            },
        ),
        "not_before_days": forms.IntegerField(required=False, min_value=0, max_value=MOST_DAYS_AHEAD),
        "limit": forms.IntegerField(required=False, min_value=1, max_value=MOST_SLOTS),
    },
    written={"since": "from", "until": "to"},
)


def search_for(query: QueryDict) -> Search[Practitioner]:
    """What a query asks for, as of now, and one slot more: it tells whether there are more.

    Raises ValidationError in the caller's words.
    """
    asked = PARAMETERS.read(query)
    asked.find("doctor", _named)
    asked.find("appointment_type", _appointment_type)
    asked.find("location", _location)
    for edge in ("since", "until"):
        asked.find(edge, lambda named: _placed(named, asked.values.get("location")))
    PARAMETERS.check(asked)
    now = clock.now()
    since = asked["since"] or _default_start(asked, now)
    until = asked["until"] or _default_end(since)
    days, most = _length(since, until, asked["location"])
    if days <= 0:
        raise ValidationError({"to": ["The range ends before it starts: give a `to` after `from`."]})
    if days > most:
        raise ValidationError({"to": [f"Ask for {MOST_DAYS} days at most."]})
    return Search(
        _doctors(asked),
        since=since,
        until=_before_the_end(until),
        now=now,
        limit=(asked["limit"] or DEFAULT_LIMIT) + 1,
        minutes=asked["duration"],
        step=asked["step"],
        location=asked["location"],
        appointment_type=asked["appointment_type"],
        weekdays=frozenset(asked["weekdays"]),
        part_of_day=asked["part_of_day"],
        not_before_days=asked["not_before_days"] or 0,
    )


def _named(wanted: list[int]) -> list[Practitioner]:
    found = _read(NAMED(ids=wanted)) if wanted else []
    if len(found) < len(wanted):
        known = {doctor.id for doctor in found}
        raise FormError([f"There is no doctor with id {number}." for number in wanted if number not in known])
    return found


def _appointment_type(wanted: int | None) -> AppointmentType | None:
    appointment_type = AppointmentType.objects.active().filter(pk=wanted).first() if wanted else None
    if wanted and appointment_type is None:
        raise FormError(f"There is no appointment type with id {wanted}.")
    return appointment_type


def _location(wanted: int | None) -> Location | None:
    location = Location.objects.active().filter(pk=wanted).first() if wanted else None
    if wanted and location is None:
        raise FormError(f"There is no location with id {wanted}.")
    return location


def _placed(edge: Edge | None, location: Location | None) -> Edge | None:
    """A time without an offset is read on the clock of the place that is asked about; a date is one at every place."""
    if isinstance(edge, datetime) and edge.tzinfo is None:
        return edge_at(location or Location.objects.default(), edge)
    return edge


def _doctors(asked: Answers) -> list[Practitioner]:
    """The active doctors that the question is about."""
    named, narrowed = asked["doctor"], asked["appointment_type"] or asked["location"]
    if named and not narrowed and not asked["specialization"]:
        return [doctor for doctor in named if doctor.active]
    if asked["specialization"] and not narrowed and not named:
        found = _read(PRACTISING(specialization=folded(asked["specialization"])))
    else:
        found = _read(Practitioner.of(_wanted(asked).order_by("id"))[: MOST_DOCTORS + 1])
    if len(found) > MOST_DOCTORS:
        raise ValidationError(
            {"doctor": [f"More than {MOST_DOCTORS} doctors match. Name a doctor, a specialization or a location."]}
        )
    return found


def _read(rows: Iterable[tuple[Any, ...]]) -> list[Practitioner]:
    return [Practitioner._make(row) for row in rows]


def _wanted(asked: Answers) -> DoctorQuerySet:
    wanted = Doctor.objects.active()
    if asked["doctor"]:
        wanted = wanted.filter(pk__in=[doctor.id for doctor in asked["doctor"]])
    if asked["specialization"]:
        wanted = wanted.practising(asked["specialization"])
    if asked["appointment_type"]:
        wanted = wanted.offering(asked["appointment_type"])
    if asked["location"]:
        wanted = wanted.seeing_patients_at(asked["location"])
    return wanted


def _default_start(asked: Answers, now: datetime) -> Edge:
    """Now, or the local day before which nobody wants to come."""
    if not asked["not_before_days"]:
        return now
    place = asked["location"] or Location.objects.default()
    return place.local(now).date() + timedelta(days=asked["not_before_days"])


def _default_end(since: Edge) -> Edge:
    """A date counts whole, the first and the last."""
    return since + timedelta(days=DEFAULT_DAYS if isinstance(since, datetime) else DEFAULT_DAYS - 1)


def _before_the_end(until: Edge) -> Edge:
    """No further than a booking's time can be given, or times would be listed that nobody can ask for."""
    if isinstance(until, datetime):
        return min(until, THE_END)
    return until if until < THE_END.date() - timedelta(days=1) else THE_END


def _length(since: Edge, until: Edge, location: Location | None) -> tuple[float, int]:
    """How many days a range has, and how many it may have.

    Two dates may be MOST_DAYS apart and count both; between them a day is a day, whatever the clocks do in it.
    """
    if not isinstance(since, datetime) and not isinstance(until, datetime):
        return (until - since).days + 1, MOST_DAYS + 1
    if isinstance(since, datetime) and isinstance(until, datetime):
        return (until - since) / timedelta(days=1), MOST_DAYS
    place = location or Location.objects.default()
    return (instant(until, place, day_after=True) - instant(since, place)) / timedelta(days=1), MOST_DAYS
