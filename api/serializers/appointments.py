"""Appointments, their history, and free slots, as the API shows and reads them."""

from typing import Any

from rest_framework import serializers

from api.fields import InstantField, ReferenceField
from api.serializers.doctors import ExceptionSerializer
from appointments.finding import Slot
from appointments.lifecycle import Status
from appointments.models import Appointment, AppointmentChange
from doctors.models import LONGEST_VISIT_MINUTES, Doctor
from patients.models import Patient


class AppointmentSerializer(serializers.ModelSerializer[Appointment]):
    """An appointment. `appointment_time` is its start."""

    patient = ReferenceField(queryset=Patient.objects.all())
    patient_name = serializers.CharField(source="patient.full_name", read_only=True)
    doctor = ReferenceField(queryset=Doctor.objects.all())
    doctor_name = serializers.CharField(source="doctor.full_name", read_only=True)
    appointment_time = InstantField(source="start")
    end = InstantField(read_only=True)
    duration_minutes = serializers.IntegerField(
        required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES, help_text="Default: the doctor's own."
    )
    status = serializers.ChoiceField(Status.choices, required=False, help_text="A new appointment is scheduled.")
    notes = serializers.CharField(required=False, allow_blank=True, max_length=2000, help_text="For the desk.")

    class Meta:
        model = Appointment
        fields = (
            "id",
            "patient",
            "patient_name",
            "doctor",
            "doctor_name",
            "location",
            "appointment_time",
            "end",
            "duration_minutes",
            "status",
            "notes",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("location", "version")


class MoveSerializer(serializers.Serializer[Any]):
    """Where to move an appointment. What is left out stays."""

    appointment_time = InstantField(source="start")
    doctor = ReferenceField(queryset=Doctor.objects.all(), required=False)
    duration_minutes = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, for the history."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ChangeSerializer(serializers.ModelSerializer[AppointmentChange]):
    """One line of an appointment's history."""

    at = InstantField(read_only=True)
    from_status = serializers.ChoiceField(Status.choices, read_only=True, allow_blank=True, help_text="Blank: booked.")
    by = serializers.CharField(source="by.username", read_only=True, default=None, allow_null=True)
    from_appointment_time = InstantField(source="from_start", read_only=True, allow_null=True)
    to_appointment_time = InstantField(source="to_start", read_only=True)
    from_end = InstantField(read_only=True, allow_null=True)
    to_end = InstantField(read_only=True)

    class Meta:
        model = AppointmentChange
        fields = (
            "action",
            "at",
            "by",
            "reason",
            "from_status",
            "to_status",
            "from_appointment_time",
            "to_appointment_time",
            "from_end",
            "to_end",
            "from_doctor",
            "to_doctor",
        )
        read_only_fields = fields


class ExceptionResultSerializer(ExceptionSerializer):
    """An exception, and the appointments that fall outside the doctor's hours since: they are kept."""

    outside_hours = AppointmentSerializer(many=True, read_only=True)

    class Meta(ExceptionSerializer.Meta):
        fields = (*ExceptionSerializer.Meta.fields, "outside_hours")


class SlotSerializer(serializers.Serializer[Slot]):
    """A start that can be booked. Instants are UTC."""

    doctor = serializers.IntegerField(source="doctor.pk")
    doctor_name = serializers.CharField(source="doctor.full_name")
    location = serializers.IntegerField(source="location.pk")
    start = InstantField()
    end = InstantField()

    def to_representation(self, slot: Slot) -> dict[str, Any]:
        """By hand: a list of slots is long, and declared fields cost more than finding it."""
        field = self.fields["start"]
        return {
            "doctor": slot.doctor.pk,
            "doctor_name": slot.doctor.full_name,
            "location": slot.location.pk,
            "start": field.to_representation(slot.start),
            "end": field.to_representation(slot.end),
        }


class SlotListSerializer(serializers.Serializer[Any]):
    """The slots found, earliest first."""

    results = SlotSerializer(many=True)
    more = serializers.BooleanField(help_text="Whether there are more than `limit`: ask again from the last start.")
