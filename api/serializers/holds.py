"""Holds, as the API shows and reads them."""

from typing import ClassVar

from rest_framework import serializers

from api.fields import InstantField, ReferenceField
from api.guarded import Guarded
from api.serializers.times import PlacedStart
from appointments.models import Hold
from appointments.permissions import calendars_of
from clinics.models import AppointmentType, Room
from doctors.models import LONGEST_VISIT_MINUTES, Doctor
from patients.models import Patient


class HoldSerializer(PlacedStart, Guarded, serializers.ModelSerializer[Hold]):
    """A time that is kept for whoever has the token."""

    set_by_patients: ClassVar = frozenset({"doctor", "appointment_time", "appointment_type", "patient"})

    doctor = ReferenceField(queryset=Doctor.objects.all(), among=calendars_of)
    appointment_time = InstantField(source="start")
    end = InstantField(read_only=True)
    duration_minutes = serializers.IntegerField(
        write_only=True,
        required=False,
        min_value=1,
        max_value=LONGEST_VISIT_MINUTES,
        help_text="Default: the appointment type's, or the doctor's own.",
    )
    appointment_type = ReferenceField(queryset=AppointmentType.objects.all(), required=False, allow_null=True)
    room = ReferenceField(
        queryset=Room.objects.all(),
        required=False,
        allow_null=True,
        help_text="Default: one that is free, of the kind that the type needs.",
    )
    patient = ReferenceField(
        queryset=Patient.objects.all(),
        required=False,
        allow_null=True,
        help_text="Only this patient can be booked with it. Default: anybody.",
    )
    expires_at = InstantField(read_only=True)

    class Meta:
        model = Hold
        fields: tuple[str, ...] = (
            "id",
            "doctor",
            "location",
            "room",
            "appointment_type",
            "patient",
            "appointment_time",
            "end",
            "duration_minutes",
            "expires_at",
        )
        read_only_fields = ("location",)


class NewHoldSerializer(HoldSerializer):
    """A hold that was just made, with its token: nobody is told it again."""

    token = serializers.CharField(read_only=True, help_text="Send it as `hold` with the booking.")

    class Meta(HoldSerializer.Meta):
        fields = (*HoldSerializer.Meta.fields, "token")
