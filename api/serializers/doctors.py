"""Doctors, their weekly hours and exceptions, as the API shows and reads them."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.settings import api_settings
from rest_framework.utils import html

from api.fields import (
    BY_MODEL,
    ClosingTimeField,
    InstantField,
    ReferenceField,
    TruthField,
    WallTimeField,
    WeekdayField,
    placed,
)
from clinics.errors import UpsideDown
from clinics.instants import FIRST_YEAR, to_instant
from clinics.models import Location
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from doctors.services import MOST_WINDOWS_A_WEEK

NO_LIST = "Send the whole week as a list in JSON, with Content-Type: application/json."


class DoctorSerializer(serializers.ModelSerializer[Doctor]):
    serializer_field_mapping: ClassVar = BY_MODEL

    email = serializers.EmailField(max_length=254)  # unique: the service says so, and only of one that fits
    active = TruthField(required=False, help_text="Only an active doctor can be booked.")

    class Meta:
        model = Doctor
        fields = (
            "id",
            "full_name",
            "email",
            "specialization",
            "default_duration_minutes",
            "active",
            "created_at",
            "updated_at",
        )


class WeekSerializer(serializers.ListSerializer[Any]):
    """A whole week at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"max_length": MOST_WINDOWS_A_WEEK})

    def to_internal_value(self, data: Any) -> Any:
        """DRF takes a form without windows, or JSON that is called one, for the empty week."""
        if html.is_html_input(data) and html.parse_html_list(data) is None:
            raise serializers.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [NO_LIST]})
        return super().to_internal_value(data)


class WeeklyHoursSerializer(serializers.ModelSerializer[WeeklyHours]):
    """A weekly window in wall time. An end at or before the start is on the next day."""

    serializer_field_mapping: ClassVar = BY_MODEL

    weekday = WeekdayField()
    start = WallTimeField()
    end = ClosingTimeField()
    location = ReferenceField(
        queryset=Location.objects.active(), required=False, help_text="Default: the clinic's first."
    )

    class Meta:
        model = WeeklyHours
        fields = ("weekday", "start", "end", "location", "valid_from", "valid_until")
        list_serializer_class = WeekSerializer

    def validate(self, window: dict[str, Any]) -> dict[str, Any]:
        if window.get("valid_from") and window.get("valid_until") and window["valid_until"] < window["valid_from"]:
            raise serializers.ValidationError({"valid_until": ["This is before valid_from."]})
        return window


class StretchSerializer(serializers.Serializer[Any]):
    """From start to end, as what they belong to has them. Without an offset they are wall time of ``place``."""

    start = InstantField(first_year=FIRST_YEAR)
    end = InstantField(first_year=FIRST_YEAR)

    def place(self, stretch: dict[str, Any]) -> Location:
        """The location of what was sent, or else of what is there."""
        named: Location | None = stretch.get("location") or getattr(self.instance, "location", None)
        return named or Location.objects.default()

    def validate(self, stretch: dict[str, Any]) -> dict[str, Any]:
        for edge in ("start", "end"):
            placed(stretch, edge, lambda wall: to_instant(wall, self.place(stretch).zone))
        start: Any = stretch.get("start", getattr(self.instance, "start", None))
        end: Any = stretch.get("end", getattr(self.instance, "end", None))
        if end <= start:
            raise serializers.ValidationError({"end": [UpsideDown.message]})
        return stretch


class ExceptionSerializer(StretchSerializer, serializers.ModelSerializer[AvailabilityException]):
    """Leave (closed) or an extra clinic (open), from start to end."""

    serializer_field_mapping: ClassVar = BY_MODEL

    location = ReferenceField(
        queryset=Location.objects.active(), required=False, help_text="Default: the clinic's first."
    )

    class Meta:
        model = AvailabilityException
        fields: tuple[str, ...] = ("id", "kind", "start", "end", "reason", "location")
