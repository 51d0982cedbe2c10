"""Patients, as the API shows and reads them."""

from typing import Any

from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from api.fields import TruthField
from patients.errors import NationalIdTaken
from patients.models import Patient


class NationalIdSerializerField(serializers.CharField):
    """Blank means none, which is stored as NULL."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and not data.strip():
            data = None
        return super().run_validation(data)


class BlankForNull(serializers.CharField):
    """null is accepted for "nothing", and shown as ""."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_null=True, allow_blank=True, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return super().run_validation("" if data is None else data)


class BlankEmail(BlankForNull, serializers.EmailField):
    pass


class PatientSerializer(serializers.ModelSerializer[Patient]):
    email = BlankEmail(max_length=254)
    national_id = NationalIdSerializerField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=40,
        validators=[UniqueValidator(Patient.objects.all(), message=NationalIdTaken.message)],
        help_text="Unique where given; spacing and case do not matter.",
    )
    insurance_number = BlankForNull(max_length=40)
    active = TruthField(required=False, help_text="Only an active patient can be booked.")

    class Meta:
        model = Patient
        fields = (
            "id",
            "full_name",
            "email",
            "phone_number",
            "national_id",
            "insurance_number",
            "active",
            "created_at",
            "updated_at",
        )
