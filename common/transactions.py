"""All or nothing, and patient about it: transactions that try again when the database asks them to."""

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, InternalError, OperationalError, connection, transaction

from common import metrics, trail
from common.errors import Busy, Unsure
from common.open_trail import current

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

TRIES = 3
# Whoever has waited so long for a lock has waited enough, and is told to come back: SQLite alone waits 20 a try.
SECONDS_OF_PATIENCE = 10
# For so long a request waits for SQLite's file at least, however long it has waited already.
LEAST_MILLISECONDS = 1000
# PostgreSQL: deadlock, lock timeout, serialization failure.
RETRIABLE_SQLSTATES = frozenset({"40P01", "55P03", "40001"})

READ_ONLY = "25006"


def atomic(function: Callable[P, R]) -> Callable[P, R]:
    """Run ``function`` in one transaction, up to three times where the database reports a lost race for a lock.

    The function must have no effect outside the database. Inside another transaction it only joins that one: whoever
    began it tries again. Every lost race is logged. Raises `Busy` when the last try failed the same way or took too
    long, and `Unsure` when the connection was lost during COMMIT: that is not tried again, it may have been done.

    Where a trail is open (`common.open_trail`), the outermost of these transactions ends with the row that tells of it.
    """

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if connection.in_atomic_block:
            with _transaction():
                return function(*args, **kwargs)
        began = time.monotonic()
        for attempt in range(1, TRIES + 1):
            done = False
            try:
                with _transaction():
                    result = function(*args, **kwargs)
                    done = True
            except (OperationalError, InterfaceError) as error:
                if done and is_lost_connection(error):
                    trail.unsure()
                    raise Unsure from error
                if not is_lost_race(error):
                    raise
                metrics.LOST_RACES.inc()
                # Not the error's own text: the database's details can name people.
                logger.warning("%s lost a race for a lock, try %d of %d.", function.__qualname__, attempt, TRIES)
                if attempt == TRIES or time.monotonic() - began > SECONDS_OF_PATIENCE:
                    raise Busy from error
            else:
                return result
            time.sleep(random.uniform(0.01, 0.05) * attempt)  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")

    return wrapper


def _transaction() -> AbstractContextManager[None]:
    noted = current()
    return transaction.atomic() if noted is None else noted.transaction()


def is_away(error: BaseException | None) -> bool:
    """Whether the database cannot serve now: it is gone, overloaded, or lets nobody write, as a standby does."""
    read_only = isinstance(error, InternalError) and getattr(error.__cause__, "sqlstate", None) == READ_ONLY
    return read_only or isinstance(error, OperationalError | InterfaceError)


def is_lost_connection(error: Exception) -> bool:
    """Whether PostgreSQL cannot have told how it ended; SQLite always does."""
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return connection.vendor == "postgresql" and (sqlstate is None or sqlstate.startswith(("08", "57P")))


def is_lost_race(error: Exception) -> bool:
    """Whether trying again can help: somebody else held what this transaction needed."""
    sqlstate = getattr(error.__cause__, "sqlstate", None)
    return sqlstate in RETRIABLE_SQLSTATES if sqlstate else "database is locked" in str(error)


@contextmanager
def without_waiting_again(began: float) -> Iterator[None]:
    """For what is still to be written for a request that ``began`` then, by the monotonic clock.

    It waits for SQLite's file as long as is left of the one time that a request may wait, and at least a second. Who
    has not asked the database has not waited for it, however long the request took.
    """
    spent = round((time.monotonic() - began) * 1000)
    if connection.vendor != "sqlite" or spent < LEAST_MILLISECONDS or connection.connection is None:
        yield
        return
    file = connection.connection  # the driver's own: whoever counts queries counts no patience
    [whole] = file.execute("PRAGMA busy_timeout").fetchone()
    file.execute(f"PRAGMA busy_timeout = {max(LEAST_MILLISECONDS, whole - spent)}")
    try:
        yield
    finally:
        file.execute(f"PRAGMA busy_timeout = {whole}")


def lost_the_database() -> bool:
    """Whether this request has no connection to PostgreSQL any more, and would have to wait for another one."""
    return connection.vendor == "postgresql" and connection.connection is None
