"""`application/problem+json` (RFC 9457), for whoever names it in `Accept`: the same refusals, for programs to act on.

``code`` is stable. A refused time comes with ``conflicts``, the kinds of reasons that speak against it, never whose,
and with up to three ``alternatives``. Success is JSON as ever.
"""

import logging
from collections.abc import Iterable
from typing import Any

from django.db import OperationalError
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from appointments import policy
from appointments.alternatives import TIME_REFUSALS, alternatives
from appointments.proposal import Proposal
from clinics.instants import show_instant
from common import problems
from common.errors import Conflict, DomainError, Refused

INVALID = "What was sent is not valid. `errors` says why, by field."

logger = logging.getLogger(__name__)


class Negotiation(DefaultContentNegotiation):
    """Errors may be problems, answers are JSON: so a client that accepts problems alone is given JSON as well."""

    def get_accept_list(self, request: Request) -> list[str]:
        """An empty `Accept` asks for nothing in particular, as one that is not there."""
        return [kind for kind in super().get_accept_list(request) if kind] or ["*/*"]

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderers = list(renderers)
        try:
            # DRF's has no type.
            return super().select_renderer(request, renderers, format_suffix)  # type: ignore[no-any-return]
        except exceptions.NotAcceptable:
            plain = next((renderer for renderer in renderers if isinstance(renderer, JSONRenderer)), None)
            if plain is None or not wanted(request):
                raise
            return plain, plain.media_type


def wanted(request: Request) -> bool:
    """Whether `Accept` names problems."""
    return problems.wanted(request.headers.get("Accept", ""))


def problem(error: Exception, status: int, plain: Any) -> dict[str, Any]:
    """The problem's body. ``plain`` is what the answer says to those who did not ask for problems."""
    body = problems.bones(status, code=_code(error), detail=INVALID)
    if isinstance(error, DomainError):
        body["detail"] = error.message
    elif isinstance(plain, dict) and isinstance(plain.get("detail"), str):
        body["detail"] = str(plain["detail"])
    if isinstance(error, Refused | exceptions.ValidationError):
        body["errors"] = plain
    if isinstance(error, Conflict):
        body |= error.details
    if isinstance(error, TIME_REFUSALS):
        body |= _ways_out(error, error.about)
    return body


def _code(error: Exception) -> str:
    if isinstance(error, DomainError):
        return error.code
    return str(getattr(error, "default_code", "error"))


def _ways_out(refusal: Refused, visit: Proposal | None) -> dict[str, Any]:
    """Everything that speaks against the time, and other times; none where a time is not all that is wrong."""
    reasons, found = [refusal], []
    try:
        if visit:
            against = list(policy.problems(visit))
            reasons += against
            found = alternatives(visit, against)
    except OperationalError:  # the refusal stands, whatever the database can do for it now
        logger.warning("Found no alternatives to a refused time: the database did not answer.")
    return {
        "conflicts": list(dict.fromkeys(reason.code for reason in reasons)),
        "alternatives": [
            {
                "doctor": slot.doctor.pk,
                "location": slot.location.pk,
                "start": show_instant(slot.start),
                "end": show_instant(slot.end),
            }
            for slot in found
        ],
    }
