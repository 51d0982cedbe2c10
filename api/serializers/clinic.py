"""Locations, rooms, holidays and appointment types, as the API shows and reads them."""

from typing import Any, ClassVar, TypeVar, cast

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import (
    BY_MODEL,
    ID,
    ClosingTimeField,
    ListOf,
    LocalDateField,
    OneLineField,
    ReferenceField,
    TruthField,
    WallTimeField,
    WeekdayField,
)
from api.serializers.appointments import AppointmentSerializer
from api.serializers.doctors import StretchSerializer, WeekSerializer
from clinics.instants import YEARS
from clinics.models import AppointmentType, Holiday, Location, LocationException, OpeningHours, Room
from clinics.models.types import YEAR_OF_MINUTES
from common.ids import MOST_ID
from doctors.models import Doctor

MOST_DOCTORS = 500
MOST_SPECIALIZATIONS = 50

M = TypeVar("M", bound=models.Model)


class ClinicSerializer(serializers.ModelSerializer[M]):
    """What a form leaves out says nothing: it deactivates no place, room or type."""

    serializer_field_mapping: ClassVar = BY_MODEL | {models.BooleanField: TruthField}


class LocationSerializer(ClinicSerializer[Location]):
    """A place with its time zone. Everything local there is by its clock."""

    patient_cutoff_minutes = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=YEAR_OF_MINUTES,
        help_text="How long before a visit patients may still move or cancel it themselves. Default: a day.",
    )

    class Meta:
        model = Location
        fields = (
            "id",
            "name",
            "time_zone",
            "active",
            "patient_cutoff_minutes",
            "marks_no_shows",
            "created_at",
            "updated_at",
        )


class OpeningHoursSerializer(serializers.ModelSerializer[OpeningHours]):
    """A weekly window in the location's wall time. An end at or before the start is on the next day."""

    weekday = WeekdayField()
    start = WallTimeField()
    end = ClosingTimeField()

    class Meta:
        model = OpeningHours
        fields = ("weekday", "start", "end")
        list_serializer_class = WeekSerializer


class DisplacedSerializer(serializers.Serializer[Any]):
    """Appointments to come that the hours do not cover: they are kept."""

    results = AppointmentSerializer(many=True, source="visits")
    more = serializers.BooleanField(help_text="Whether there are, or can be, more than are listed.")


class LocationExceptionSerializer(StretchSerializer, serializers.ModelSerializer[LocationException]):
    """A stretch in which a location is closed, or open in spite of a holiday."""

    serializer_field_mapping: ClassVar = BY_MODEL

    def place(self, stretch: dict[str, Any]) -> Location:
        """The address names it."""
        return cast(Location, self.context["view"].location)

    class Meta:
        model = LocationException
        fields: tuple[str, ...] = ("id", "kind", "start", "end", "reason")


class LocationExceptionResultSerializer(LocationExceptionSerializer):
    """An exception, and the appointments in it that are outside the hours now: they are kept."""

    outside_hours = AppointmentSerializer(many=True, read_only=True, help_text="100 at most, the soonest first.")
    outside_hours_more = serializers.BooleanField(read_only=True, help_text="Whether there are, or can be, more.")

    class Meta(LocationExceptionSerializer.Meta):
        fields = (*LocationExceptionSerializer.Meta.fields, "outside_hours", "outside_hours_more")


class RoomSerializer(ClinicSerializer[Room]):
    """A room. Appointment types ask for its `kind`."""

    location = ReferenceField(queryset=Location.objects.active(), help_text="It stays there.")

    class Meta:
        model = Room
        fields = ("id", "location", "name", "kind", "active", "created_at", "updated_at")


class HolidaySerializer(serializers.ModelSerializer[Holiday]):
    """A local day on which nobody works, at one location or everywhere."""

    serializer_field_mapping: ClassVar = BY_MODEL

    date = LocalDateField(help_text="By the clock of each location.")
    location = ReferenceField(
        queryset=Location.objects.all(), required=False, allow_null=True, help_text="null: everywhere."
    )

    class Meta:
        model = Holiday
        fields: tuple[str, ...] = ("id", "date", "name", "location", "created_at", "updated_at")
        validators = ()  # uniqueness is the service's to judge


class HolidayResultSerializer(HolidaySerializer):
    """A holiday, and the appointments on it that are outside the hours now: they are kept."""

    outside_hours = AppointmentSerializer(many=True, read_only=True, help_text="100 at most, the soonest first.")
    outside_hours_more = serializers.BooleanField(read_only=True, help_text="Whether there are, or can be, more.")

    class Meta(HolidaySerializer.Meta):
        fields = (*HolidaySerializer.Meta.fields, "outside_hours", "outside_hours_more")


class HolidayImportSerializer(serializers.Serializer[Any]):
    """Whose public holidays to import."""

    country = serializers.CharField(max_length=50, help_text="Two letters, such as KE.")
    subdivision = serializers.CharField(
        required=False, allow_blank=True, max_length=50, help_text="A state or province that has days of its own: CA."
    )
    year = serializers.IntegerField(min_value=YEARS[0], max_value=YEARS[-1])
    location = ReferenceField(
        queryset=Location.objects.all(), required=False, allow_null=True, help_text="null, the default: everywhere."
    )


class HolidayImportResultSerializer(serializers.Serializer[Any]):
    """What an import has made, and what was there already and stayed as it was."""

    created = HolidaySerializer(many=True)
    existing = HolidaySerializer(many=True)


class TidyField(OneLineField):
    """Text without doubled spaces, as the database keeps names."""

    def to_internal_value(self, data: Any) -> str:
        return " ".join(super().to_internal_value(data).split())


@extend_schema_field({"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"})
class ColourField(serializers.RegexField):
    """#rrggbb."""

    default_error_messages = {"invalid": "Enter a colour as #rrggbb."}  # noqa: RUF012 - as DRF

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(r"^#[0-9a-fA-F]{6}\Z", **kwargs)


@extend_schema_field({"type": "array", "items": ID, "maxItems": MOST_DOCTORS})
class DoctorsField(ListOf):
    """The ids of doctors, in order; a list that names somebody unknown is refused."""

    child = serializers.IntegerField(min_value=1, max_value=MOST_ID)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MOST_DOCTORS, **kwargs)

    def to_internal_value(self, data: Any) -> list[Doctor]:
        wanted = super().to_internal_value(data)
        known = Doctor.objects.in_bulk(wanted)
        unknown = sorted(set(wanted) - set(known))
        if unknown:
            raise serializers.ValidationError(f'Invalid pk "{unknown[0]}" - object does not exist.')
        return list(known.values())

    def to_representation(self, data: Any) -> list[int]:
        return sorted(doctor.pk for doctor in data.all())


class AppointmentTypeSerializer(ClinicSerializer[AppointmentType]):
    """A kind of visit, with its length and its rules.

    Offered by the doctors of its `specializations` and those it names in `doctors`; by everybody, if it names neither.
    """

    specializations = ListOf(
        child=TidyField(max_length=100),
        required=False,
        max_length=MOST_SPECIALIZATIONS,
        help_text="Their doctors offer it.",
    )
    colour = ColourField(required=False)
    doctors = DoctorsField(required=False, help_text="They offer it too, whatever their specialization.")

    class Meta:
        model = AppointmentType
        fields = (
            "id",
            "name",
            "duration_minutes",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "minimum_notice_minutes",
            "booking_horizon_days",
            "bookable_online",
            "specializations",
            "doctors",
            "room_kind",
            "colour",
            "active",
            "created_at",
            "updated_at",
        )

    def validate_specializations(self, names: list[str]) -> list[str]:
        told: dict[str, str] = {}
        for name in names:
            told.setdefault(name.casefold(), name)
        return list(told.values())
