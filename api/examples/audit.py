"""Examples of the audit trail."""

from api.examples.bodies import Examples

MOVED_VISIT = {
    "id": 48,
    "at": "2025-05-20T08:15:00Z",
    "actor": 3,
    "username": "kimutai",
    "role": "receptionist",
    "action": "appointment.reschedule",
    "kind": "appointment",
    "objects": [1],
    "patients": [1],
    "outcome": "ok",
    "changes": [
        {
            "kind": "appointment",
            "id": 1,
            "fields": {
                "start": ["2025-05-29T10:00:00Z", "2025-05-29T11:00:00Z"],
                "end": ["2025-05-29T10:30:00Z", "2025-05-29T11:30:00Z"],
            },
        }
    ],
    "details": {},
    "request_id": "5f0c9c0e-3f5e-4a57-9d38-6a4a0a6f7f10",
    "address": "192.0.2.7",
    "route": "POST appointment-reschedule",
}
AUDIT_EXAMPLES = {
    "audit_list": Examples(
        answer=MOVED_VISIT,
        refusals={
            "Unknown order": {"ordering": ["Cannot order by 'at'. Choose from: id."]},
            "Page size": {"page_size": ["Enter a whole number from 1 to 100."]},
        },
    ),
    "audit_retrieve": Examples(answer=MOVED_VISIT),
}
