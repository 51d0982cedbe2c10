"""Where bookings are kept, and what is counted: what makes both safe differs by engine."""

import importlib.util
from typing import Any

from django.core.exceptions import ImproperlyConfigured


def use_sqlite(config: dict[str, Any]) -> None:
    options = config.setdefault("OPTIONS", {})
    # IMMEDIATE serialises writers from BEGIN on; FULL survives a power cut after an answered booking.
    options.setdefault("transaction_mode", "IMMEDIATE")
    options.setdefault("timeout", 20)
    options.setdefault("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")


def use_postgresql(config: dict[str, Any], *, least: int, most: int, prepare: bool, silence_seconds: int) -> None:
    """``least`` to ``most`` connections a process; a server that says nothing for so many seconds is given up."""
    from common.postgres import giving_up_after  # noqa: PLC0415 - psycopg is loaded where it is used

    if least > most:
        raise ImproperlyConfigured(
            f"DATABASE_POOL_MIN={least} is more than DATABASE_POOL_MAX={most}: no connection could be made. "
            "Write a smaller one, or raise the other."
        )
    config["CONN_HEALTH_CHECKS"] = True
    options = config.setdefault("OPTIONS", {})
    # What is prepared is planned once, not for each of its values: they choose by the same keys every time.
    options.setdefault(
        "options", "-c lock_timeout=3000 -c statement_timeout=10000 -c plan_cache_mode=force_generic_plan"
    )
    # What `common.statements` sends is prepared at its first use. Not every pooler in between lets that happen.
    options.setdefault("prepare_threshold", 0 if prepare else None)
    # A server that is gone without a word is given up after some 10 seconds, not after TCP's two hours.
    for name, value in (("connect_timeout", 5), ("keepalives_idle", 5), ("keepalives_interval", 2)):
        options.setdefault(name, value)
    options.setdefault("keepalives_count", 3)
    options.setdefault("tcp_user_timeout", 10_000)
    options.setdefault(
        "pool",
        {
            "min_size": least,
            "max_size": most,
            "timeout": 5,
            # After that it stops trying by itself, ever more rarely, and tries whenever somebody asks.
            "reconnect_timeout": 3,
            # More than the server's own timeouts above, which it tells of.
            "connection_class": giving_up_after(silence_seconds),
        },
    )


EXAMPLE_OF_REDIS = "rediscache://127.0.0.1:6379/0"


def refuse_what_is_not_shared(url: str) -> None:
    if url.startswith(("locmem", "dummy", "file")):
        raise ImproperlyConfigured(
            "CACHE_URL names a cache that processes do not share, and each would count requests by itself. "
            "Use rediscache://host:6379/0, or unset it: then they are counted in the database."
        )


def use_redis(config: dict[str, Any], url: str) -> dict[str, Any]:
    """The settings of the cache at ``url``, of which ``config`` is what django-environ reads in it."""
    if not url.startswith(("rediscache://", "redis://", "rediss://")) or "?" in url:
        raise ImproperlyConfigured(
            "CACHE_URL is for Redis alone, without a ? and what follows it: what else there is was never tried. "
            f"Use {EXAMPLE_OF_REDIS}, or rediss:// for TLS, or unset it: then requests are counted in the database."
        )
    if importlib.util.find_spec("redis") is None:
        raise ImproperlyConfigured(
            "CACHE_URL is set, but the package redis is not installed: nobody would be counted. "
            "Run pip install -r requirements-production.txt, or unset it: then requests are counted in the database."
        )
    # In seconds. It is asked while somebody waits, and only counts: one that says nothing is soon given up.
    patience = {"socket_connect_timeout": 1, "socket_timeout": 1}
    return config | {"BACKEND": "django.core.cache.backends.redis.RedisCache", "OPTIONS": patience}
