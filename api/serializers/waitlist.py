"""The waiting list, as the API shows and reads it."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.fields import BY_MODEL, InstantField, ListOf, LocalDateField, ReferenceField, WeekdayField
from api.guarded import Guarded
from appointments.models import WaitlistEntry, WaitlistOffer
from clinics.models import AppointmentType, Location
from doctors.models import Doctor
from patients.models import Patient


class OfferSerializer(serializers.ModelSerializer[WaitlistOffer]):
    """A free time, kept for the patient until `expires_at`."""

    appointment_time = InstantField(source="start", read_only=True)
    end = InstantField(read_only=True)
    offered_at = InstantField(read_only=True)
    expires_at = InstantField(read_only=True)

    class Meta:
        model = WaitlistOffer
        fields = ("doctor", "location", "appointment_time", "end", "offered_at", "expires_at", "status")
        read_only_fields = fields


class WaitlistSerializer(Guarded, serializers.ModelSerializer[WaitlistEntry]):
    """A patient who waits for a time, and what has been offered."""

    serializer_field_mapping: ClassVar = BY_MODEL
    set_by_patients: ClassVar = frozenset(
        {"patient", "doctor", "specialization", "appointment_type", "location", "earliest", "latest"}
    ) | {"weekdays", "part_of_day"}

    patient = ReferenceField(queryset=Patient.objects.active())
    patient_name = serializers.CharField(source="patient.full_name", read_only=True)
    doctor = ReferenceField(queryset=Doctor.objects.active(), required=False, allow_null=True)
    appointment_type = ReferenceField(queryset=AppointmentType.objects.active(), required=False, allow_null=True)
    location = ReferenceField(queryset=Location.objects.active(), required=False, allow_null=True)
    earliest = LocalDateField(help_text="The first local day that suits.")
    latest = LocalDateField(help_text="The last local day that suits.")
    weekdays = ListOf(child=WeekdayField(), required=False, max_length=7, help_text="On which days; empty: on any.")
    offer = serializers.SerializerMethodField(help_text="The offer that waits for an answer.")

    class Meta:
        model = WaitlistEntry
        fields = (
            "id",
            "patient",
            "patient_name",
            "doctor",
            "specialization",
            "appointment_type",
            "location",
            "earliest",
            "latest",
            "weekdays",
            "part_of_day",
            "priority",
            "status",
            "appointment",
            "offer",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("status", "appointment")

    @extend_schema_field(OfferSerializer(allow_null=True))
    def get_offer(self, entry: WaitlistEntry) -> dict[str, Any] | None:
        pending = [offer for offer in entry.offers.all() if offer.status == WaitlistOffer.Status.PENDING]
        return OfferSerializer(pending[0]).data if pending else None
