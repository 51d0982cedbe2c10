"""Who signs in and out, and who fails to: Django's own signals say so, wherever it happens."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from audit.models import AuditEvent
from audit.writing import route_of
from common import clock, request_id, trail
from common.addresses import client_address
from common.trail import Outcome

LONGEST_NAME = 150


def listen() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="audit.login_failed")


def _signed_in(request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> None:
    _write("session.begin", Outcome.OK, request, user)


def _signed_out(request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> None:
    if user is not None:  # an anonymous visitor may sign out as well
        _write("session.end", Outcome.OK, request, user)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """The name that was typed, whether there is such a user or not; Django has masked the rest."""
    typed = credentials.get("username") or credentials.get("email") or ""
    _write("session.begin", Outcome.DENIED, request, None, str(typed)[:LONGEST_NAME].replace("\x00", ""))


def _write(action: str, outcome: Outcome, request: HttpRequest | None, user: Any, username: str = "") -> None:
    role = "" if user is None else "superuser" if user.is_superuser else user.role
    open_trail = trail.current()
    AuditEvent(
        at=clock.now(),
        actor=None if user is None else user.pk,
        username=username if user is None else user.get_username(),
        role=role,
        action=action,
        kind="session",
        outcome=outcome,
        request_id=open_trail.request_id if open_trail else request_id.current(),
        address=client_address(request),
        route=route_of(request) if request else "",
    ).save(force_insert=True)
