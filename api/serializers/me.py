"""Who signs in, as the API shows it."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.roles import Reach, Right, Role, reach
from appointments.permissions import own_patients
from doctors.models import Doctor
from patients.models import Patient


class OwnDoctorSerializer(serializers.ModelSerializer[Doctor]):
    """The record as which a doctor signs in."""

    class Meta:
        model = Doctor
        fields = ("id", "full_name", "specialization", "active")
        read_only_fields: ClassVar = fields


class OwnPatientSerializer(serializers.ModelSerializer[Patient]):
    """A record that is one's own, or a dependent's."""

    class Meta:
        model = Patient
        fields = ("id", "full_name", "active")
        read_only_fields: ClassVar = fields


class MeSerializer(serializers.ModelSerializer[User]):
    """Somebody signed in, the records that are theirs, and how far each of their rights goes."""

    email = serializers.CharField(read_only=True, help_text="Blank: none.")
    role = serializers.ChoiceField(Role.choices, allow_blank=True, read_only=True, help_text="Blank: none yet.")
    doctor = serializers.SerializerMethodField(help_text="The doctor as whom they sign in.")
    patient = serializers.SerializerMethodField(help_text="The patient as whom they sign in.")
    dependents = serializers.SerializerMethodField(help_text="The patients for whom they book, by name.")
    may = serializers.SerializerMethodField(help_text="What they may do, and to which rows: their own, or all.")

    class Meta:
        model = User
        fields = (
            "id",
            "username",
            "first_name",
            "last_name",
            "email",
            "role",
            "is_superuser",
            "doctor",
            "patient",
            "dependents",
            "may",
        )
        read_only_fields: ClassVar = fields

    @extend_schema_field(OwnDoctorSerializer(allow_null=True))
    def get_doctor(self, user: User) -> Any:
        doctor = Doctor.objects.filter(user=user).first()
        return OwnDoctorSerializer(doctor).data if doctor else None

    @extend_schema_field(OwnPatientSerializer(allow_null=True))
    def get_patient(self, user: User) -> Any:
        patient = Patient.objects.filter(user=user).first()
        return OwnPatientSerializer(patient).data if patient else None

    @extend_schema_field(OwnPatientSerializer(many=True))
    def get_dependents(self, user: User) -> Any:
        others = own_patients(user).filter(merged_into=None).exclude(user=user).order_by("full_name", "id")
        return OwnPatientSerializer(others, many=True).data

    @extend_schema_field(
        {
            "type": "object",
            "properties": {
                right.value: {"type": "string", "enum": [Reach.OWN.value, Reach.ALL.value]} for right in Right
            },
            "additionalProperties": False,
        }
    )
    def get_may(self, user: User) -> dict[str, str]:
        return {right.value: reach(user, right).value for right in Right if reach(user, right) is not Reach.NONE}
