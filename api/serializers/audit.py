"""The audit trail, as the API shows it."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from api.fields import ID
from audit.models import AuditEvent
from audit.reading import changes_for

IDS = {"type": "array", "items": ID}
CHANGES = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["kind", "fields"],
        "properties": {
            "kind": {"type": "string"},
            "id": {**ID, "nullable": True},
            "ids": IDS,
            "fields": {
                "type": "object",
                "description": "Each field that was changed: what it said before, and after.",
                "additionalProperties": {"type": "array", "items": {}, "minItems": 2, "maxItems": 2},
            },
        },
    },
}


@extend_schema_serializer(component_name="AuditEvent")
class AuditEventSerializer(serializers.ModelSerializer[AuditEvent]):
    """A row of the audit trail. The objects are of the kind that the action names."""

    objects = serializers.SerializerMethodField(help_text="The ids of what was read or changed.")
    patients = serializers.SerializerMethodField(help_text="The ids of the patients it is about.")
    changes = serializers.SerializerMethodField(help_text="Of what was changed: each field before and after.")
    details = serializers.SerializerMethodField(help_text="What else there is to say, such as a list's parameters.")

    class Meta:
        model = AuditEvent
        fields = (
            *("id", "at", "actor", "username", "role", "action", "kind", "objects", "patients", "outcome"),
            *("changes", "details", "request_id", "address", "route"),
        )
        read_only_fields: ClassVar = fields

    @extend_schema_field({"type": "array", "items": {**ID, "minimum": 0}})  # also what was asked for and was not there
    def get_objects(self, event: AuditEvent) -> Any:
        return event.object_ids

    @extend_schema_field(IDS)
    def get_patients(self, event: AuditEvent) -> Any:
        return event.patient_ids

    @extend_schema_field(CHANGES)
    def get_changes(self, event: AuditEvent) -> Any:
        return changes_for(self.context["request"].user, event)

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_details(self, event: AuditEvent) -> Any:
        return event.details
