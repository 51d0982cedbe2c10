"""From a trail to its row: one INSERT, nothing read."""

from typing import Any

from django.http import HttpRequest

from audit.models import AuditEvent
from common import clock
from common.addresses import client_address
from common.inserting import insert
from common.open_trail import MOST_IDS, Outcome, Trail


def write(trail: Trail, outcome: Outcome) -> None:
    """Write what the trail says now. What was not done changed nothing: then the changes are left out."""
    request = trail.request
    actor, username, role = (None, "", "") if trail.by_system or request is None else who(request)
    details = trail.details
    for name, ids in (("objects", trail.objects), ("patients", trail.patients)):
        if len(ids) > MOST_IDS:
            details = {**details, f"{name}_count": len(ids)}
    event = AuditEvent(
        at=clock.now(),
        actor=actor,
        username=username,
        role=role,
        action=trail.action,
        kind=trail.kind,
        object_ids=list(trail.objects)[:MOST_IDS],
        patient_ids=list(trail.patients)[:MOST_IDS],
        outcome=outcome,
        changes=trail.changes if outcome is Outcome.OK else [],
        details=details,
        request_id=trail.request_id,
        address=client_address(request),
        route=trail.source or (route_of(request) if request else ""),
    )
    insert(event)


def who(request: HttpRequest) -> tuple[int | None, str, str]:
    """Id, name and role of whoever is signed in."""
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None, "", ""
    return user.pk, user.get_username(), user.acts_as


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"{request.method} {match.view_name if match else ''}".strip()[:100]
