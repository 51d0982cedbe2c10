"""What /api/reports/ is asked about, read from its parameters and the rights of whoever asks."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from accounts.models import User
from accounts.roles import Right
from api.fields import ISO_DATE
from api.parameters import Parameters
from api.query_fields import ListFormField
from api.slot_query import MOST_DOCTORS
from appointments.permissions import within_reach
from appointments.reports.scope import Scope, period
from clinics.instants import NO_SUCH_YEAR, YEARS
from clinics.models import Location
from common import clock
from common.errors import Refused
from common.ids import MOST_ID
from doctors.models import Doctor

NO_DATE = "Enter a date such as 2026-05-29."


class DayFormField(forms.CharField):
    """Of a query: a local date, 2026-05-29."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        if not ISO_DATE.fullmatch(text):
            raise forms.ValidationError(NO_DATE)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            raise forms.ValidationError(NO_DATE) from None
        if day.year not in YEARS:
            raise forms.ValidationError(NO_SUCH_YEAR)
        return day


PARAMETERS = Parameters(
    {
        "first": DayFormField(required=False),
        "last": DayFormField(required=False),
        "doctor": ListFormField(forms.IntegerField(min_value=1, max_value=MOST_ID), most=MOST_DOCTORS, required=False),
        "location": forms.IntegerField(required=False, min_value=1, max_value=MOST_ID),
    },
    written={"first": "from", "last": "to"},
)


def scope_of(query: QueryDict, actor: User) -> Scope:
    """What a query asks about. Raises ValidationError in the caller's words; whom ``actor`` may not ask about is
    unknown.
    """
    asked, now = PARAMETERS.read(query), clock.now()
    PARAMETERS.check(asked)
    doctors = within_reach(actor, Right.READ_REPORTS, Doctor.objects.all())
    if asked["doctor"]:
        doctors = doctors.filter(pk__in=asked["doctor"])
        unknown = set(asked["doctor"]) - set(doctors.values_list("pk", flat=True))
        if unknown:
            raise ValidationError({"doctor": [f"There is no doctor with id {min(unknown)}."]})
    location = Location.objects.filter(pk=asked["location"]).first() if asked["location"] else None
    if asked["location"] and location is None:
        raise ValidationError({"location": [f"There is no location with id {asked['location']}."]})
    today = (location or Location.objects.default()).local(now).date()
    first, last = period(asked["first"], asked["last"], today=today)
    try:
        return Scope(first, last, doctors, now, location)
    except Refused as refusal:
        raise ValidationError({refusal.field or "to": [refusal.message]}) from None
