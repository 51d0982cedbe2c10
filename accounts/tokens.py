"""Tokens: issue, recognise, revoke."""

import logging
import secrets
from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.db import OperationalError
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts import events
from accounts.models import Token, User
from accounts.second_factor import is_demanded_of
from common import clock
from common.text import fingerprint
from common.transactions import atomic

# Of one user. Whoever has more loses those that were not used for longest.
MOST = 100
# How old the note of the last use may get: a request that only reads should hardly ever write.
NOTED_EVERY = timedelta(hours=1)

logger = logging.getLogger(__name__)


@atomic
def issue(user: User, *, second_factor: bool = False, request: HttpRequest | None = None) -> str:
    """A new key of ``user``, 40 hexadecimal digits. It is told this once, and stored nowhere."""
    key, now = secrets.token_hex(20), clock.now()
    token = Token.objects.create(
        user=user,
        digest=fingerprint(key),
        credentials_digest=user.credentials_digest,
        second_factor=second_factor,
        created_at=now,
        last_used_at=now,
    )
    expired(user.tokens.all()).delete()
    spare = user.tokens.order_by("-last_used_at", "-pk").values_list("pk", flat=True)[MOST:]
    if surplus := list(spare):
        Token.objects.filter(pk__in=surplus).delete()
    events.token_issued.send(sender=Token, user=user, token=token, request=request)
    return key


def recognise(key: str) -> Token | None:
    """The valid token of ``key``, with its user. One query, and a write once an hour."""
    token, now = Token.of_key(key), clock.now()
    if token is None or not token.is_valid(now):
        return None
    if not token.second_factor and is_demanded_of(token.user):  # issued before it was demanded
        return None
    if now - token.last_used_at >= NOTED_EVERY:
        try:
            Token.objects.filter(pk=token.pk, last_used_at__lt=now).update(last_used_at=now)
        except OperationalError:  # what was asked for matters more than the note
            logger.warning("Could not note the use of a token: the database did not answer.")
    return token


@atomic
def revoke(tokens: QuerySet[Token], *, request: HttpRequest | None = None) -> int:
    """How many there were: they are refused from the next request on."""
    counts: Counter[User] = Counter(token.user for token in tokens.select_related("user"))
    tokens.delete()
    for user, count in counts.items():
        events.tokens_revoked.send(sender=Token, user=user, tokens=count, request=request)
    return counts.total()


def expired(tokens: QuerySet[Token]) -> QuerySet[Token]:
    """Those whose time is over."""
    now = clock.now()
    idle = now - timedelta(days=settings.TOKEN_IDLE_DAYS)
    return tokens.filter(Q(last_used_at__lte=idle) | Q(created_at__lte=now - timedelta(days=settings.TOKEN_DAYS)))


def clear() -> int:
    """Delete all that have ended, whichever way; return how many."""
    now = clock.now()
    ended = [token.pk for token in Token.objects.select_related("user").iterator() if not token.is_valid(now)]
    return Token.objects.filter(pk__in=ended).delete()[0]
