"""How often somebody may guess a password or a code. It is counted in the database, for all processes.

An attempt is counted before it is judged and taken back if it was right, so that however many come at one moment, no
more are judged than the limit. See docs/adr/0018-attempts-are-counted-before-they-are-judged.md.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from accounts.errors import LockedOut
from accounts.models.attempts import AttemptCounter, Scope
from common import clock
from common.addresses import network
from common.transactions import atomic

# An address from which the account has signed in within this time is known: only its own attempts lock it out.
KNOWN_FOR = timedelta(days=90)
CLEARED_AT_ONCE = 10


@atomic
def admit(username: str, address: str) -> None:
    """Count an attempt to sign in as ``username`` from ``address``, or raise `LockedOut`.

    Whether there is such an account makes no difference. What is refused is not counted: a lock ends by itself.
    """
    now = clock.now()
    counters = _claim(username, address, now)
    pair = counters[Scope.PAIR]
    known = pair.succeeded_at is not None and now - pair.succeeded_at < KNOWN_FOR
    for scope in [Scope.PAIR] if known else list(Scope):
        counter = counters[scope]
        if counter.attempts >= _limit(scope):
            raise LockedOut(retry_after=counter.last_at + _cool_off() - now)
    for counter in counters.values():
        counter.attempts += 1
        counter.last_at = now
    AttemptCounter.objects.bulk_update(counters.values(), ["attempts", "last_at"])


@atomic
def take_back(username: str, address: str) -> None:
    """The attempt that was just admitted was right."""
    for key in _keys(username, address).values():
        AttemptCounter.objects.filter(key=key, attempts__gt=0).update(attempts=F("attempts") - 1)


@atomic
def remember(username: str, address: str) -> None:
    """``username`` has signed in from ``address``: forget what failed there before, and know the address from now."""
    now = clock.now()
    AttemptCounter.objects.filter(key=_keys(username, address)[Scope.PAIR]).update(attempts=0, succeeded_at=now)
    _clear_some(now)


def unlock(username: str) -> int:
    """Forget all failed attempts for an account, from everywhere; return how many counters there were."""
    return AttemptCounter.objects.filter(account=_hash(username)).update(attempts=0)


def unlock_address(address: str) -> int:
    """Forget the failed attempts that are counted by the address."""
    return AttemptCounter.objects.filter(key=_hash("", network(address))).update(attempts=0)


def _claim(username: str, address: str, now: datetime) -> dict[Scope, AttemptCounter]:
    """The counters of an attempt, locked until the transaction ends; those that have cooled off begin again."""
    keys = _keys(username, address)
    account = _hash(username)
    fresh = [
        AttemptCounter(scope=scope, key=key, account="" if scope is Scope.ADDRESS else account, last_at=now)
        for scope, key in keys.items()
    ]
    # One statement that inserts or locks, in the order of the scopes: two attempts never wait for each other crosswise.
    AttemptCounter.objects.bulk_create(fresh, update_conflicts=True, unique_fields=["key"], update_fields=["scope"])
    counters = {Scope(counter.scope): counter for counter in AttemptCounter.objects.filter(key__in=keys.values())}
    for counter in counters.values():
        if now - counter.last_at >= _cool_off():
            counter.attempts = 0
    return counters


def _keys(username: str, address: str) -> dict[Scope, str]:
    """In the order in which they are locked."""
    place = network(address)
    return {
        Scope.ADDRESS: _hash("", place),
        Scope.ACCOUNT: _hash(username),
        Scope.PAIR: _hash(username, place),
    }


def _hash(username: str, place: str | None = None) -> str:
    """Of what people type, sometimes a password where the name belongs."""
    return salted_hmac("accounts.guard", repr((username, place)), algorithm="sha256").hexdigest()


def _limit(scope: Scope) -> int:
    limits: dict[Scope, int] = {
        Scope.PAIR: settings.LOGIN_ATTEMPTS,
        Scope.ACCOUNT: settings.LOGIN_ATTEMPTS_PER_ACCOUNT,
        Scope.ADDRESS: settings.LOGIN_ATTEMPTS_PER_ADDRESS,
    }
    return limits[scope]


def _cool_off() -> timedelta:
    return timedelta(minutes=settings.LOGIN_COOL_OFF_MINUTES)


def _clear_some(now: datetime) -> None:
    """Delete a few counters that say nothing any more, so that they do not pile up."""
    silent = Q(succeeded_at=None) | Q(succeeded_at__lte=now - KNOWN_FOR)
    old = AttemptCounter.objects.filter(silent, last_at__lte=now - _cool_off()).order_by("last_at")
    found = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:CLEARED_AT_ONCE])
    AttemptCounter.objects.filter(pk__in=found).delete()
