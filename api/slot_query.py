"""The question that /api/slots/ answers, read from its parameters: whose slots, how long, where and when."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from api.fields import MOST_ID, EdgeFormField, ListFormField, SharedFields, WeekdayFormField
from appointments.finding import PARTS_OF_DAY, Edge, instant
from clinics.models import AppointmentType, Location
from common import clock
from common.prepared import Prepared
from common.text import folded
from doctors.models import LONGEST_VISIT_MINUTES, Doctor, DoctorQuerySet

MOST_DAYS = 62
MOST_DAYS_AHEAD = 366
MOST_DOCTORS = 500
MOST_SLOTS = 5000
DEFAULT_DAYS = 14
DEFAULT_LIMIT = 1000

# What a search and its answer say of a doctor: of hundreds, all the rest would take longer to read than to search.
NEEDED = ("full_name", "active", "default_duration_minutes", "specialization_key")
NAMED = Prepared(lambda ids: Doctor.objects.filter(pk__among=ids).only(*NEEDED).order_by("id"))
PRACTISING = Prepared(
    lambda specialization: (
        Doctor.objects.active()
        .filter(specialization_key=specialization)
        .only(*NEEDED)
        .order_by("id")[: MOST_DOCTORS + 1]
    )
)

# What callers write is not always a name in Python.
WRITTEN = {"since": "from", "until": "to"}
NO_PART_OF_DAY = f'"%(value)s" is no part of the day. Choose from: {", ".join(PARTS_OF_DAY)}.'


class SlotQuery(forms.Form):
    """Its ``cleaned_data`` hold ``doctors`` and ``now`` as well, the moment at which the question was asked."""

    doctor = ListFormField(forms.IntegerField(min_value=1, max_value=MOST_ID), most=MOST_DOCTORS, required=False)
    specialization = forms.CharField(required=False, max_length=100)
    appointment_type = forms.IntegerField(required=False, min_value=1, max_value=MOST_ID)
    location = forms.IntegerField(required=False, min_value=1, max_value=MOST_ID)
    duration = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    step = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    since = EdgeFormField(required=False, keep_dates=True)
    until = EdgeFormField(required=False, keep_dates=True)
    weekdays = ListFormField(WeekdayFormField(), most=7, required=False)
    part_of_day = forms.ChoiceField(
        required=False,
        choices=[(part, part) for part in PARTS_OF_DAY],
        error_messages={"invalid_choice": NO_PART_OF_DAY},
    )
    not_before_days = forms.IntegerField(required=False, min_value=0, max_value=MOST_DAYS_AHEAD)
    limit = forms.IntegerField(required=False, min_value=1, max_value=MOST_SLOTS)

    @classmethod
    def read(cls, parameters: QueryDict) -> dict[str, Any]:
        """The question, or a ValidationError in the caller's words."""
        query = cls({name: field_value(parameters, name, field) for name, field in cls.base_fields.items()})
        if not query.is_valid():
            raise ValidationError(
                {WRITTEN.get(name, name): [str(error) for error in errors] for name, errors in query.errors.items()}
            )
        return query.cleaned_data

    def clean_doctor(self) -> list[Doctor]:
        wanted: list[int] = self.cleaned_data["doctor"]
        found: list[Doctor] = NAMED(ids=wanted) if wanted else []
        known = {doctor.pk for doctor in found}
        unknown = [number for number in wanted if number not in known]
        if unknown:
            raise forms.ValidationError([f"There is no doctor with id {number}." for number in unknown])
        return found

    def clean_appointment_type(self) -> AppointmentType | None:
        wanted = self.cleaned_data["appointment_type"]
        appointment_type = AppointmentType.objects.active().filter(pk=wanted).first() if wanted else None
        if wanted and appointment_type is None:
            raise forms.ValidationError(f"There is no appointment type with id {wanted}.")
        return appointment_type

    def clean_location(self) -> Location | None:
        wanted = self.cleaned_data["location"]
        location = Location.objects.active().filter(pk=wanted).first() if wanted else None
        if wanted and location is None:
            raise forms.ValidationError(f"There is no location with id {wanted}.")
        return location

    def clean_limit(self) -> int:
        return self.cleaned_data["limit"] or DEFAULT_LIMIT

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = self.cleaned_data
        if self.errors:
            return asked
        asked["now"] = clock.now()
        asked["not_before_days"] = asked["not_before_days"] or 0
        asked["since"] = asked["since"] or _default_start(asked)
        asked["until"] = asked["until"] or _default_end(asked["since"])
        days, most = _length(asked["since"], asked["until"], asked["location"])
        if days <= 0:
            self.add_error("until", "The range ends before it starts: give a `to` after `from`.")
        elif days > most:
            self.add_error("until", f"Ask for {MOST_DAYS} days at most.")
        else:
            asked["doctors"] = self._doctors(asked)
        return asked

    def _doctors(self, asked: dict[str, Any]) -> list[Doctor]:
        """The active doctors that the question is about."""
        named, narrowed = asked["doctor"], asked["appointment_type"] or asked["location"]
        if named and not narrowed and not asked["specialization"]:
            return [doctor for doctor in named if doctor.active]
        if asked["specialization"] and not narrowed and not named:
            found = PRACTISING(specialization=folded(asked["specialization"]))
        else:
            found = list(self._wanted(asked).order_by("id")[: MOST_DOCTORS + 1])
        if len(found) > MOST_DOCTORS:
            self.add_error(
                "doctor", f"More than {MOST_DOCTORS} doctors match. Name a doctor, a specialization or a location."
            )
        return found

    def _wanted(self, asked: dict[str, Any]) -> DoctorQuerySet:
        wanted = Doctor.objects.active().only(*NEEDED)
        if asked["doctor"]:
            wanted = wanted.filter(pk__in=[doctor.pk for doctor in asked["doctor"]])
        if asked["specialization"]:
            wanted = wanted.practising(asked["specialization"])
        if asked["appointment_type"]:
            wanted = wanted.offering(asked["appointment_type"])
        if asked["location"]:
            wanted = wanted.seeing_patients_at(asked["location"])
        return wanted


SlotQuery.base_fields = SharedFields(SlotQuery.base_fields)


def field_value(parameters: QueryDict, name: str, field: forms.Field) -> str | None:
    """What the caller wrote: of a parameter that is given twice the last, unless it takes several values."""
    name = WRITTEN.get(name, name)
    return ",".join(parameters.getlist(name)) if isinstance(field, ListFormField) else parameters.get(name)


def _default_start(asked: dict[str, Any]) -> Edge:
    """Now, or the local day before which nobody wants to come."""
    now: datetime = asked["now"]
    if not asked["not_before_days"]:
        return now
    place = asked["location"] or Location.objects.default()
    return place.local(now).date() + timedelta(days=asked["not_before_days"])


def _default_end(since: Edge) -> Edge:
    """A date counts whole, the first and the last."""
    return since + timedelta(days=DEFAULT_DAYS if isinstance(since, datetime) else DEFAULT_DAYS - 1)


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
