"""The question that /api/slots/ answers, read from its parameters: whose slots, how long, where and when."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from api.fields import EdgeFormField
from appointments.finding import Edge, instant
from clinics.models import Location
from common import clock
from doctors.models import LONGEST_VISIT_MINUTES, Doctor

MOST_DAYS = 62
MOST_DOCTORS = 500
MOST_SLOTS = 5000
MOST_ID = 2**63 - 1
DEFAULT_DAYS = 14
DEFAULT_LIMIT = 1000

# What callers write is not always a name in Python.
WRITTEN = {"since": "from", "until": "to"}


class SlotQuery(forms.Form):
    """Its ``cleaned_data`` hold ``doctors`` and ``now`` as well, the moment at which the question was asked."""

    doctor = forms.IntegerField(required=False, min_value=1, max_value=MOST_ID)
    specialization = forms.CharField(required=False, max_length=100)
    location = forms.IntegerField(required=False, min_value=1, max_value=MOST_ID)
    duration = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    step = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    since = EdgeFormField(required=False, keep_dates=True)
    until = EdgeFormField(required=False, keep_dates=True)
    limit = forms.IntegerField(required=False, min_value=1, max_value=MOST_SLOTS)

    @classmethod
    def read(cls, parameters: QueryDict) -> dict[str, Any]:
        """The question, or a ValidationError in the caller's words."""
        query = cls({name: parameters.get(WRITTEN.get(name, name)) for name in cls.base_fields})
        if not query.is_valid():
            raise ValidationError(
                {WRITTEN.get(name, name): [str(error) for error in errors] for name, errors in query.errors.items()}
            )
        return query.cleaned_data

    def clean_doctor(self) -> int | None:
        wanted: int | None = self.cleaned_data["doctor"]
        if wanted and not Doctor.objects.filter(pk=wanted).exists():
            raise forms.ValidationError(f"There is no doctor with id {wanted}.")
        return wanted

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
        asked["since"] = asked["since"] or asked["now"]
        asked["until"] = asked["until"] or _default_end(asked["since"])
        days = _days(asked["since"], asked["until"], asked["location"])
        if days <= 0:
            self.add_error("until", "The range ends before it starts: give a `to` after `from`.")
        elif days > MOST_DAYS:
            self.add_error("until", f"Ask for {MOST_DAYS} days at most.")
        else:
            asked["doctors"] = self._doctors(asked)
        return asked

    def _doctors(self, asked: dict[str, Any]) -> list[Doctor]:
        """The active doctors that the question is about."""
        wanted = Doctor.objects.active()
        if asked["doctor"]:
            wanted = wanted.filter(pk=asked["doctor"])
        if asked["specialization"]:
            wanted = wanted.practising(asked["specialization"])
        if asked["location"]:
            wanted = wanted.seeing_patients_at(asked["location"])
        found = list(wanted.order_by("id")[: MOST_DOCTORS + 1])
        if len(found) > MOST_DOCTORS:
            self.add_error(
                "doctor", f"More than {MOST_DOCTORS} doctors match. Name a doctor, a specialization or a location."
            )
        return found


def _default_end(since: Edge) -> Edge:
    """A date counts whole, the first and the last."""
    return since + timedelta(days=DEFAULT_DAYS if isinstance(since, datetime) else DEFAULT_DAYS - 1)


def _days(since: Edge, until: Edge, location: Location | None) -> float:
    """The length of a range in days; between two dates a day is a day, whatever the clocks do in it."""
    if not isinstance(since, datetime) and not isinstance(until, datetime):
        return (until - since).days + 1
    place = location or Location.objects.default()
    return (instant(until, place, day_after=True) - instant(since, place)) / timedelta(days=1)
