"""/api/slots/: what is free."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.fields import EdgeFormField
from api.serializers.appointments import SlotListSerializer
from appointments import availability
from clinics.models import Location
from common import clock
from doctors.models import LONGEST_VISIT_MINUTES, Doctor

MOST_DAYS = 62
MOST_DOCTORS = 500
DEFAULT_DAYS = 14
DEFAULT_LIMIT = 1000
MOST_SLOTS = 5000
MOST_ID = 2**63 - 1


class SlotQuery(forms.Form):
    """The question: whose slots, how long, where and when."""

    doctor = forms.IntegerField(required=False, min_value=1, max_value=MOST_ID)
    specialization = forms.CharField(required=False, max_length=100)
    location = forms.IntegerField(required=False, min_value=1, max_value=MOST_ID)
    duration = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    step = forms.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    since = EdgeFormField(required=False, keep_dates=True)
    until = EdgeFormField(required=False, keep_dates=True)
    limit = forms.IntegerField(required=False, min_value=1, max_value=MOST_SLOTS)

    def clean_location(self) -> Location | None:
        wanted = self.cleaned_data["location"]
        if wanted is None:
            return None
        location = Location.objects.active().filter(pk=wanted).first()
        if location is None:
            raise forms.ValidationError(f"There is no location with id {wanted}.")
        return location

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        now = clock.now()
        data["now"] = now
        since = data["since"] or now
        until = data["until"] or since + timedelta(days=DEFAULT_DAYS)
        if _instant(until, day_after=True) <= _instant(since):
            self.add_error("until", "The range ends before it starts: give a `to` after `from`.")
        elif _instant(until) - _instant(since) > timedelta(days=MOST_DAYS):
            self.add_error("until", f"Ask for {MOST_DAYS} days at most.")
        data |= {"since": since, "until": until}
        return data

    def doctors(self) -> list[Doctor]:
        """The active doctors that the question is about."""
        wanted: QuerySet[Doctor] = Doctor.objects.active()
        if self.cleaned_data["doctor"]:
            if not Doctor.objects.filter(pk=self.cleaned_data["doctor"]).exists():
                raise ValidationError({"doctor": [f"There is no doctor with id {self.cleaned_data['doctor']}."]})
            wanted = wanted.filter(pk=self.cleaned_data["doctor"])
        if self.cleaned_data["specialization"]:
            wanted = Doctor.objects.practising(self.cleaned_data["specialization"]) & wanted
        if self.cleaned_data["location"]:
            wanted = wanted.filter(weekly_hours__location=self.cleaned_data["location"]).distinct()
        found = list(wanted.order_by("id")[: MOST_DOCTORS + 1])
        if len(found) > MOST_DOCTORS:
            raise ValidationError(
                {"doctor": [f"More than {MOST_DOCTORS} doctors match. Name a doctor, a specialization or a location."]}
            )
        return found


# `from` and `to` are what callers write; Python reserves the first.
NAMES = {"from": "since", "to": "until"}


class SlotsView(APIView):
    @extend_schema(
        tags=["slots"],
        summary="Find free slots",
        description="Earliest first, across doctors. Each one books, until somebody else takes it. A start lies on a "
        "grid from the beginning of the doctor's open time, whose step is the visit's length unless `step` says "
        "otherwise.",
        operation_id="slots_list",
        parameters=[
            OpenApiParameter("doctor", OpenApiTypes.INT, description="A doctor's id."),
            OpenApiParameter("specialization", OpenApiTypes.STR, description="All doctors who practise it."),
            OpenApiParameter("location", OpenApiTypes.INT, description="A location's id."),
            OpenApiParameter(
                "duration",
                {"type": "integer", "minimum": 1, "maximum": 1440},
                description="Minutes. Default: the doctor's.",
            ),
            OpenApiParameter(
                "step",
                {"type": "integer", "minimum": 1, "maximum": 1440},
                description="Minutes. Default: the duration.",
            ),
            OpenApiParameter(
                "from", OpenApiTypes.STR, description="A time, or a date with its whole day. Default: now."
            ),
            OpenApiParameter(
                "to",
                OpenApiTypes.STR,
                description=f"A time, or a date with its whole day. Default: 14 days after `from`; most: {MOST_DAYS}.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_SLOTS, "default": DEFAULT_LIMIT},
                description="1 gives the first available.",
            ),
        ],
        responses=SlotListSerializer,
    )
    def get(self, request: Request) -> Response:
        query = SlotQuery({NAMES.get(name, name): value for name, value in request.query_params.items()})
        if not query.is_valid():
            written = {name: written for written, name in NAMES.items()}
            refused = query.errors.items()
            raise ValidationError(
                {written.get(name, name): [str(error) for error in errors] for name, errors in refused}
            )
        data = query.cleaned_data
        limit = data["limit"] or DEFAULT_LIMIT
        found = availability.find_slots(
            query.doctors(),
            since=data["since"],
            until=data["until"],
            now=data["now"],
            minutes=data["duration"],
            step=data["step"],
            location=data["location"],
            limit=limit + 1,
        )
        return Response(SlotListSerializer({"results": found[:limit], "more": len(found) > limit}).data)


def _instant(edge: datetime | date, *, day_after: bool = False) -> datetime:
    """Near enough to measure a range by: a date's UTC day."""
    if isinstance(edge, datetime):
        return edge
    start = datetime(edge.year, edge.month, edge.day, tzinfo=UTC)
    return start + timedelta(days=1) if day_after else start
