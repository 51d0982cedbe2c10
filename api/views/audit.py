"""/api/audit/: who read or changed whose data."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view

from accounts.roles import Right
from api.audit_filters import AuditFilters
from api.serializers.audit import AuditEventSerializer
from api.views.base import READING, RecordViewSet
from audit.models import AuditEvent


@extend_schema(tags=["audit"])
@extend_schema_view(
    list=extend_schema(
        summary="Search the audit trail",
        description="The newest first. Who has seen or changed a patient's data: `?patient=12`, lists that the patient "
        "was in included. What somebody did on a day: `?actor=3&at_after=2026-03-02&at_before=2026-03-03`. Reading it "
        "leaves a row as well.",
    ),
    retrieve=extend_schema(
        summary="Read a row of the audit trail",
        description="Rows are never changed. Identifiers are masked for those who do not read them.",
    ),
)
class AuditViewSet(RecordViewSet):
    rights: ClassVar = dict.fromkeys(READING, Right.READ_AUDIT)
    queryset = AuditEvent.objects.all()
    serializer_class = AuditEventSerializer
    filterset_class = AuditFilters
    http_method_names = ["get", "head", "options"]  # noqa: RUF012 - as Django has it
    ordering_fields: ClassVar = {"id": "id"}
    default_ordering = ("-id",)
