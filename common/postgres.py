"""A connection to PostgreSQL that gives a silent server up, and keeps what is prepared.

The server ends by itself what takes it too long (lock_timeout, statement_timeout). Nobody says so where it has stopped,
or where a network loses what it says while the connection seems to stand: that is for whoever waits to notice.
"""

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from psycopg._preparing import PrepareManager
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8Dumper
from psycopg_pool import ConnectionPool

# Until a connection that lay idle has answered the pool: there is another one, or none.
SECONDS_TO_SHOW_LIFE = 3.0
# Whoever has answered so lately is not asked for a sign of life, as long as the line is open.
SECONDS_OF_TRUST = 1.0
# More than we have: those that are prepared a second time cost more than those that lie idle.
STATEMENTS = 1000
# How often psycopg looks up from waiting.
SECONDS_BETWEEN = 0.1


class _Kept(PrepareManager):
    """What is prepared stays so when a transaction is rolled back: PostgreSQL keeps it.

    psycopg forgets it, for programs that make tables and take them back. Of ours every refusal is rolled back, and the
    next booking would prepare all of its statements again.
    """

    def clear(self) -> bool:
        return False


class Connection(psycopg.Connection[Any]):
    """Waits ``silence_seconds`` at most for each answer; 0 waits for ever."""

    silence_seconds = 0
    _showing_life = False
    _heard = 0.0  # when it last answered, by the monotonic clock

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepared = _Kept()
        self.prepared_max = STATEMENTS

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Self:
        connected = super().connect(*args, **kwargs)
        # Or 7 and 70,000 would be of two types to it, and each mixture of them be prepared anew.
        connected.adapters.register_dumper(int, Int8Dumper)
        return connected

    def wait(self, gen: PQGen[RV], interval: float = SECONDS_BETWEEN, timeout: float | None = None) -> RV:
        """As psycopg does; OperationalError when nothing came.

        Then the connection is closed: what it might still say would be taken for the answer to something else.
        """
        if timeout is None:
            timeout = SECONDS_TO_SHOW_LIFE if self._showing_life else self.silence_seconds or None
        try:
            answer = super().wait(gen, interval, timeout)
        except psycopg.OperationalError as error:
            if self.pgconn.transaction_status != TransactionStatus.ACTIVE:
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(f"PostgreSQL was silent for {timeout} seconds.") from error
        self._heard = time.monotonic()
        return answer

    def execute(self, *args: Any, **kwargs: Any) -> psycopg.Cursor[Any]:
        """Only the pool asks like this, before it gives the connection away: Django has cursors of its own.

        It asks for no more than a sign of life, and before every request.
        """
        if time.monotonic() - self._heard < SECONDS_OF_TRUST and self._line_is_quiet():
            return self.cursor()
        self._showing_life = True
        try:
            return super().execute(*args, **kwargs)
        except psycopg.OperationalError:
            # Those that lay beside it are as dead. The pool would try each of them, and rest longer after each.
            if isinstance(pool := getattr(self, "_pool", None), ConnectionPool):
                pool.drain()
            raise
        finally:
            self._showing_life = False

    def _line_is_quiet(self) -> bool:
        """Whether nothing has come that nobody asked for: a server that goes away closes the line, and says so."""
        if self.closed:
            return False
        line = select.poll()
        line.register(self.fileno(), select.POLLIN)
        return not line.poll(0)


def giving_up_after(seconds: int) -> type[Connection]:
    """The class of connections that wait so long."""
    return type("Connection", (Connection,), {"silence_seconds": seconds})


@contextmanager
def without_time_limits(database: Any) -> Iterator[None]:
    """Let each statement of the block take as long as it has to, and the server say nothing meanwhile."""
    database.ensure_connection()
    connection = database.connection
    with database.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    usual = getattr(connection, "silence_seconds", 0)
    connection.silence_seconds = 0
    try:
        yield
    finally:
        connection.silence_seconds = usual
        if database.connection is connection and database.is_usable():
            with database.cursor() as cursor:
                cursor.execute("RESET statement_timeout")
