"""Patients, as the API shows and reads them."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from accounts.roles import Right
from api.fields import BY_MODEL, OneLineField, ReferenceField, TruthField
from api.guarded import Guarded, nothing
from common.lines import validate_all_visible
from patients.errors import NationalIdTaken
from patients.identifiers import IDENTIFIERS, masked
from patients.models import MOST_NOTES, Patient, validate_language


class NationalIdSerializerField(OneLineField):
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


class BlankLine(BlankForNull, OneLineField):
    pass


class BlankEmail(BlankForNull, serializers.EmailField):
    pass


class PatientSerializer(Guarded, serializers.ModelSerializer[Patient]):
    """A patient's record. National id and insurance number are masked for those who do not read them."""

    serializer_field_mapping: ClassVar = BY_MODEL
    masked: ClassVar = dict.fromkeys(IDENTIFIERS, (Right.READ_IDENTIFIERS, masked)) | {
        "desk_notes": (Right.READ_DESK_NOTES, nothing)
    }
    # How they are reached. Who they are, and who books for them, the clinic has checked.
    set_by_patients: ClassVar = frozenset({"email", "phone_number", "preferred_language", "contact_preference"})

    email = BlankEmail(max_length=254)
    national_id = NationalIdSerializerField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=40,
        validators=[validate_all_visible, UniqueValidator(Patient.objects.all(), message=NationalIdTaken.message)],
        help_text="Unique where given; spacing and case do not matter.",
    )
    insurance_number = BlankLine(max_length=40)
    active = TruthField(required=False, help_text="Only an active patient can be booked.")
    preferred_language = BlankForNull(
        max_length=35, validators=[validate_language], help_text="BCP 47: en, sw-KE, zh-Hant."
    )
    desk_notes = BlankForNull(max_length=MOST_NOTES, help_text="For the desk, not about health.")
    guardian = ReferenceField(
        queryset=Patient.objects.all(),
        required=False,
        allow_null=True,
        help_text="The patient who books for this one: a parent of a child.",
    )

    class Meta:
        model = Patient
        fields: tuple[str, ...] = (
            "id",
            "full_name",
            "email",
            "phone_number",
            "national_id",
            "insurance_number",
            "date_of_birth",
            "sex",
            "preferred_language",
            "contact_preference",
            "desk_notes",
            "guardian",
            "active",
            "created_at",
            "updated_at",
        )


class CandidateSerializer(serializers.ModelSerializer[Patient]):
    """A record that may be the same person's."""

    class Meta:
        model = Patient
        fields = ("id", "full_name", "date_of_birth", "phone_number")
        read_only_fields = fields


class PatientResultSerializer(PatientSerializer):
    """A record as it was stored, and those that may be the same person's: a warning, never a refusal."""

    possible_duplicates = CandidateSerializer(many=True, read_only=True)

    class Meta(PatientSerializer.Meta):
        fields = (*PatientSerializer.Meta.fields, "possible_duplicates")
