"""Who signs in and out, who fails to, and what is done to how somebody signs in.

Django's own signals say so, and those of `accounts.events`, wherever it happens.
"""

from typing import Any

from allauth.account.signals import password_changed
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from accounts import events
from accounts.models import User
from audit.models import AuditEvent
from audit.writing import route_of
from common import clock, request_id
from common.addresses import client_address
from common.open_trail import Outcome, current
from common.text import without_nulls
from common.trail import MASK

LONGEST_NAME = 150


def listen() -> None:
    user_logged_in.connect(_signed_in, dispatch_uid="audit.signed_in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.signed_out")
    user_login_failed.connect(_failed, dispatch_uid="audit.login_failed")
    events.locked_out.connect(_locked_out, dispatch_uid="audit.locked_out")
    events.tokens_revoked.connect(_tokens_revoked, dispatch_uid="audit.tokens_revoked")
    events.credentials_ended.connect(_credentials_ended, dispatch_uid="audit.credentials_ended")
    events.second_factor_removed.connect(_second_factor_removed, dispatch_uid="audit.second_factor_taken")
    password_changed.connect(_password_changed, dispatch_uid="audit.password_changed")
    authenticator_added.connect(_second_factor_added, dispatch_uid="audit.second_factor_added")
    authenticator_removed.connect(_second_factor_removed, dispatch_uid="audit.second_factor_removed")


def _signed_in(request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> None:
    _write("session.begin", Outcome.OK, request, user)


def _signed_out(request: HttpRequest | None = None, user: Any = None, **kwargs: Any) -> None:
    if user is not None:  # an anonymous visitor may sign out as well
        _write("session.end", Outcome.OK, request, user)


def _failed(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    _write("session.begin", Outcome.DENIED, request, None, _typed(credentials))


def _locked_out(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    _write("session.begin", Outcome.DENIED, request, None, _typed(credentials), details={"locked_out": True})


def _typed(credentials: dict[str, Any]) -> str:
    """The name that was typed, if somebody has it. Others are masked: people type passwords where names belong, and
    what is in the trail stays. Django has masked the rest.
    """
    typed = credentials.get("username") or credentials.get("email") or ""
    name = without_nulls(str(typed)[:LONGEST_NAME])
    return name if not name or User.objects.filter(username=name).exists() else MASK


def _tokens_revoked(user: Any, tokens: int, request: HttpRequest | None = None, **kwargs: Any) -> None:
    _write_about(user, "user.revoke_tokens", request, tokens=tokens)


def _credentials_ended(user: Any, tokens: int, request: HttpRequest | None = None, **kwargs: Any) -> None:
    _write_about(user, "user.sign_out_everywhere", request, tokens=tokens)


def _password_changed(user: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    _write_about(user, "user.change_password", request)


def _second_factor_added(user: Any, authenticator: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    _write_about(user, "user.add_second_factor", request, type=authenticator.type)


def _second_factor_removed(user: Any, request: HttpRequest | None = None, **kwargs: Any) -> None:
    _write_about(user, "user.remove_second_factor", request)


def _write_about(user: Any, action: str, request: HttpRequest | None, **details: Any) -> None:
    """Something was done to how ``user`` signs in, by whoever sent the request; without one, by the operator."""
    noted = current()
    request = request or (noted.request if noted else None)
    actor = getattr(request, "user", None)
    actor = actor if actor is not None and actor.is_authenticated else None
    _write(action, Outcome.OK, request, actor, object_ids=[user.pk], details=details)


def _write(
    action: str, outcome: Outcome, request: HttpRequest | None, user: Any, username: str = "", **more: Any
) -> None:
    role = "" if user is None else user.acts_as
    noted = current()
    AuditEvent(
        at=clock.now(),
        actor=None if user is None else user.pk,
        username=username if user is None else user.get_username(),
        role=role,
        action=action,
        kind=action.partition(".")[0],
        outcome=outcome,
        request_id=noted.request_id if noted else request_id.current(),
        address=client_address(request),
        route=route_of(request) if request else "",
        **more,
    ).save(force_insert=True)
