"""Which request is being answered: its id joins what the log, the audit trail and the client know of it.

A client or a proxy may send the id as ``X-Request-ID``; every answer names it.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from django.http import HttpRequest

HEADER = "X-Request-ID"
SENT = "HTTP_X_REQUEST_ID"  # as WSGI names it
# What proxies and tracers send: UUIDs and other hexadecimal numbers. No name fits in, and no phone number is as long.
ACCEPTED = re.compile(r"[0-9A-Fa-f-]{16,64}")


class InHand(NamedTuple):
    request_id: str
    request: HttpRequest | None


_NONE = InHand("", None)
_in_hand: ContextVar[InHand] = ContextVar("request_in_hand", default=_NONE)


def choose(sent: str) -> str:
    """The id for a request: the one that came with it if it is one, or a new UUID."""
    return sent if ACCEPTED.fullmatch(sent) else str(uuid.uuid4())


def of(environ: Mapping[str, Any]) -> str:
    """The id for a request, by what WSGI, or Django in its place, tells of it."""
    # Not by Django's `headers`, which it makes of all that came, whoever asks.
    return choose(environ.get(SENT, ""))


def current() -> str:
    """The id of the request that is being answered; "" outside of any."""
    return _in_hand.get().request_id


def current_request() -> HttpRequest | None:
    """The request itself, for what logs need of it: its method and route."""
    return _in_hand.get().request


@contextmanager
def in_hand(request_id: str, request: HttpRequest | None = None) -> Iterator[None]:
    """What happens in the block happens for this request."""
    token = _in_hand.set(InHand(request_id, request))
    try:
        yield
    finally:
        _in_hand.reset(token)
