"""Rows of the audit trail, as tests need them."""

from typing import Any

from audit.models import AuditEvent
from common import clock


def make_row(**fields: Any) -> AuditEvent:
    said = {
        "at": clock.now(),
        "actor": 7,
        "username": "jane",
        "role": "patient",
        "action": "patient.read",
        "kind": "patient",
        "object_ids": [7],
        "patient_ids": [7],
        "outcome": "ok",
        "changes": [{"kind": "patient", "id": 7, "fields": {"email": ["a@b.c", "a@b.e"]}}],
        "details": {"count": 1},
        "request_id": "0123456789abcdef",
        "address": "127.0.0.1",
        "route": "GET patient-list",
    }
    row = AuditEvent(**said | fields)
    row.save(force_insert=True)
    return row
