"""How often is too often: counted in periods, for all processes together, at no cost for those who are not near.

Each process lets a small part of a rate pass without telling anybody, and then takes as much at a time from the count
that all of them share. Who stays below a fiftieth of a rate costs no query; who does not, one in every fiftieth of it;
so more than ``most`` can pass, by a fiftieth for each process. Rates of less than fifty are counted one by one.

The shared counts are in the database, or in the Redis that `CACHE_URL` names. One that does not answer refuses nobody,
and is left alone for a while: who asks meanwhile does not wait for it.
"""

import logging
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from django.conf import settings
from django.core.cache import cache

from common import clock
from common.errors import TooOften
from common.models import Count

logger = logging.getLogger(__name__)

PARTS = 50
# More than come by in a period; if they do come, the counts of this process begin anew.
MOST_KEYS = 20_000
# For how long this process does not ask a cache that has not answered.
PAUSE = timedelta(seconds=5)
NOT_ANSWERED = "The cache that counts requests did not answer: none is refused for %d seconds."

Rate = tuple[int, int]  # how many, in how many seconds


@dataclass(slots=True)
class _Local:
    """What this process knows of one key: how much it may pass until when, and how much it has."""

    until: datetime
    granted: int
    passed: int = 0
    refused: bool = False


_known: dict[str, _Local] = {}
_lock = Lock()


@dataclass(slots=True)
class _Cache:
    """When this process has last found that the cache does not answer."""

    failed: datetime | None = None


_cache = _Cache()


def spend(scope: str, who: object, rate: Rate | None) -> None:
    """Count one request of ``who``. Raises TooOften, until the period is over, when there were too many."""
    if rate is None:
        return
    now = clock.now()
    most, seconds = rate
    until = datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)
    if not _passes(f"{scope}:{who}", most, until):
        raise TooOften(math.ceil((until - now).total_seconds()))


def forget() -> None:
    """Let this process begin anew; what is shared stays."""
    _known.clear()
    _cache.failed = None


def _passes(key: str, most: int, until: datetime) -> bool:
    part = most // PARTS
    with _lock:
        local = _known.get(key)
        if local is None or local.until != until:
            if len(_known) >= MOST_KEYS:
                _known.clear()
            local = _known[key] = _Local(until, granted=part)
        local.passed += 1
        if local.passed <= local.granted or local.refused:
            return not local.refused
    taken = max(part, 1)
    total = _take(key, taken, until)
    with _lock:
        if total <= most:
            local.granted += taken
        else:
            local.refused = True
    return not local.refused


def _take(key: str, count: int, until: datetime) -> int:
    """Add to the shared count of the period, and return it."""
    if not settings.CACHE_URL:
        return Count.objects.add(key, count, until)
    now = clock.now()
    if _cache.failed and timedelta() <= now - _cache.failed < PAUSE:
        return 0
    name = f"rate:{key}:{until:%Y%m%d%H%M%S}"
    try:
        cache.add(name, 0, timeout=math.ceil((until - now).total_seconds()) + 1)
        return int(cache.incr(name, count))
    except Exception:  # whatever a cache's client raises: it does not keep a clinic from working
        _cache.failed = clock.now()
        logger.exception(NOT_ANSWERED, PAUSE.seconds)
        return 0
