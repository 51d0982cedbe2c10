"""Appointments, their history, and free slots, as the API shows and reads them."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any, ClassVar

from rest_framework import serializers

from accounts.roles import Right
from api.fields import InstantField, ReferenceField
from api.guarded import Guarded, no_one, nothing
from api.serializers.doctors import ExceptionSerializer
from api.serializers.times import PlacedStart
from appointments.finding import SlotOf
from appointments.lifecycle import Status
from appointments.models import Appointment, AppointmentChange
from appointments.permissions import calendars_of
from clinics.instants import show_instant
from clinics.models import AppointmentType, Room
from doctors.models import LONGEST_VISIT_MINUTES, Doctor
from patients.models import Patient


def _minutes(help_text: str) -> serializers.IntegerField:
    return serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES, help_text=help_text)


def _room(help_text: str) -> ReferenceField:
    return ReferenceField(queryset=Room.objects.all(), required=False, allow_null=True, help_text=help_text)


class TermsSerializer(PlacedStart, Guarded):
    """On what terms a time is taken, and why; of no record."""

    set_with: ClassVar = {"override": Right.OVERRIDE}
    set_by_patients: ClassVar = frozenset(
        {"patient", "doctor", "appointment_time", "appointment_type", "hold", "reason"}
    )

    hold = serializers.CharField(
        write_only=True, required=False, allow_blank=True, max_length=100, help_text="The token of a hold on that time."
    )
    override = serializers.BooleanField(
        write_only=True,
        required=False,
        help_text="Set hours, notice, horizon and buffers aside, for a `reason`. Nobody is ever double-booked.",
    )
    reason = serializers.CharField(
        write_only=True, required=False, allow_blank=True, max_length=500, help_text="Why, for the history."
    )


class AppointmentSerializer(TermsSerializer, serializers.ModelSerializer[Appointment]):
    """An appointment. `appointment_time` is its start."""

    masked: ClassVar = {"notes": (Right.READ_DESK_NOTES, nothing)}
    set_with: ClassVar = TermsSerializer.set_with | {"status": Right.RUN_THE_DAY}

    patient = ReferenceField(queryset=Patient.objects.all())
    patient_name = serializers.CharField(source="patient.full_name", read_only=True)
    doctor = ReferenceField(queryset=Doctor.objects.all(), among=calendars_of)
    doctor_name = serializers.CharField(source="doctor.full_name", read_only=True)
    appointment_time = InstantField(source="start")
    end = InstantField(read_only=True)
    duration_minutes = _minutes("Default: the appointment type's, or the doctor's own.")
    appointment_type = ReferenceField(
        queryset=AppointmentType.objects.all(), required=False, allow_null=True, help_text="It cannot change later."
    )
    appointment_type_name = serializers.CharField(
        source="appointment_type.name", read_only=True, default=None, allow_null=True
    )
    room = _room("Default: one that is free, of the kind that the type needs. null gives it up.")
    room_name = serializers.CharField(source="room.name", read_only=True, default=None, allow_null=True)
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
            "room",
            "room_name",
            "appointment_type",
            "appointment_type_name",
            "appointment_time",
            "end",
            "duration_minutes",
            "status",
            "notes",
            "series",
            "version",
            "created_at",
            "updated_at",
            "hold",
            "override",
            "reason",
        )
        read_only_fields = ("location", "series", "version")
        validators = ()  # nothing of what is unique is sent: DRF would look for it anew each time


class MoveSerializer(TermsSerializer):
    """Where to move an appointment. What is left out stays."""

    appointment_time = InstantField(source="start")
    doctor = ReferenceField(queryset=Doctor.objects.all(), among=calendars_of, required=False)
    duration_minutes = _minutes("Default: as long as it is.")
    room = _room("Default: the one it has, if it is free there and then. null gives it up.")


class ReasonSerializer(serializers.Serializer[Any]):
    """Why, for the history."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class ChangeSerializer(Guarded, serializers.ModelSerializer[AppointmentChange]):
    """One line of an appointment's history."""

    masked: ClassVar = {"by": (Right.READ_DESK_NOTES, no_one), "reason": (Right.READ_DESK_NOTES, nothing)}

    at = InstantField(read_only=True)
    from_status = serializers.ChoiceField(Status.choices, read_only=True, allow_blank=True, help_text="Blank: booked.")
    by = serializers.CharField(source="by.username", read_only=True, default=None, allow_null=True)
    from_appointment_time = InstantField(source="from_start", read_only=True, allow_null=True)
    to_appointment_time = InstantField(source="to_start", read_only=True)
    from_end = InstantField(read_only=True, allow_null=True)
    to_end = InstantField(read_only=True)
    overrode = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text="Codes of the rules that were set aside."
    )

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
            "from_room",
            "to_room",
            "overrode",
        )
        read_only_fields = fields


class ExceptionResultSerializer(ExceptionSerializer):
    """An exception, and the appointments that fall outside the doctor's hours since: they are kept."""

    outside_hours = AppointmentSerializer(many=True, read_only=True)

    class Meta(ExceptionSerializer.Meta):
        fields = (*ExceptionSerializer.Meta.fields, "outside_hours")


def show_slot(slot: SlotOf[Any], show: Callable[[datetime], str] = show_instant) -> dict[str, Any]:
    """As `SlotSerializer` declares it. By hand: a list is long, and declared fields cost more than finding it."""
    return {
        "doctor": slot.doctor.id,
        "doctor_name": slot.doctor.full_name,
        "location": slot.location.id,
        "start": show(slot.start),
        "end": show(slot.end),
    }


def show_slots(slots: Iterable[SlotOf[Any]], *, more: bool) -> dict[str, Any]:
    """As `SlotListSerializer` declares it."""
    show = cache(show_instant)  # many begin at the same time
    return {"results": [show_slot(slot, show) for slot in slots], "more": more}


class SlotSerializer(serializers.Serializer[SlotOf[Any]]):
    """A start that can be booked. Instants are UTC."""

    doctor = serializers.IntegerField(source="doctor.id")
    doctor_name = serializers.CharField(source="doctor.full_name")
    location = serializers.IntegerField(source="location.id")
    start = InstantField()
    end = InstantField()

    def to_representation(self, slot: SlotOf[Any]) -> dict[str, Any]:
        return show_slot(slot)


class SlotListSerializer(serializers.Serializer[Any]):
    """The slots found, earliest first."""

    results = SlotSerializer(many=True)
    more = serializers.BooleanField(help_text="Whether there are more than `limit`: ask again from the last start.")
