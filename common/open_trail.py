"""A trail: what one request, or one run of a command, has done to whose data, and the row that tells of it.

`common.trail` is how faces and services note it. The middleware of `audit` opens a trail for a request, `audit.jobs`
for a command; `common.transactions.atomic` has the row written inside the transaction that it tells of: both are there,
or neither. What wrote nothing is written down when the answer is ready, before it leaves.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest

from common.errors import DomainError

JSON = None | bool | int | float | str | list[Any] | dict[str, Any]
# The most ids that one row names; how many there were is always said.
MOST_IDS = 1000


class Outcome(models.TextChoices):
    """What became of it."""

    OK = "ok", "Done"
    REFUSED = "refused", "Refused: a rule or the input said no"
    DENIED = "denied", "Denied: not signed in, or no right to it"
    NOT_FOUND = "not_found", "Not found, or hidden"
    ERROR = "error", "Failed"

    @classmethod
    def of(cls, status: int) -> "Outcome":
        """What an HTTP status says."""
        if status < 400:
            return cls.OK
        if status >= 500:
            return cls.ERROR
        return {401: cls.DENIED, 403: cls.DENIED, 404: cls.NOT_FOUND}.get(status, cls.REFUSED)


class Trail:
    """One request, or one run of a command. ``action`` is a noun and a verb: patient.read, appointment.book.

    ``write`` writes the row. Nothing is written before an action is named.
    """

    def __init__(
        self,
        write: "Callable[[Trail, Outcome], None]",
        *,
        request: HttpRequest | None = None,
        request_id: str = "",
        source: str = "",
        by_system: bool = False,
        action: str = "",
    ) -> None:
        self.write_row = write
        self.request, self.request_id, self.source, self.by_system = request, request_id, source, by_system
        self.action = action
        self.objects: dict[int, None] = {}
        self.patients: dict[int, None] = {}
        self.changes: list[dict[str, Any]] = []
        self.details: dict[str, JSON] = {}
        self.rows = 0  # that were written
        self.failed = False  # the last transaction was rolled back, or what was entered was refused
        self.missing = False  # what was asked for is not there, or hidden
        self.unsure = False  # a transaction was lost during COMMIT
        self._inside = False

    @property
    def kind(self) -> str:
        """The noun: what ``objects`` are the ids of."""
        return self.action.partition(".")[0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """A transaction that writes the row down at its end. Inside another one of this trail only a savepoint."""
        if self._inside:
            with transaction.atomic():
                yield
            return
        before = dict(self.objects), dict(self.patients), len(self.changes), dict(self.details)
        self._inside = True
        written = self.failed = False
        try:
            with transaction.atomic():
                yield
                if not self.failed and self._has_something_to_say() and not transaction.get_rollback():
                    self.write_row(self, Outcome.OK)
                    written = True
        except BaseException:
            written = False
            self.failed = True
            raise
        finally:
            self._inside = False
            if written:
                self.rows += 1
            # Rolled back, or written down: the next transaction is about something else.
            self.objects, self.patients, changes, self.details = before
            del self.changes[changes:]

    def _has_something_to_say(self) -> bool:
        """What somebody asked for always, what the system does by itself only where it did something."""
        return bool(self.action) and (not self.by_system or bool(self.changes))

    def note(self, record: models.Model) -> None:
        """The row is about this record, if it is of the action's kind, and about its patient."""
        kind = kind_of(type(record))
        if kind == self.kind and record.pk is not None:
            self.objects[record.pk] = None
        patient = record.pk if kind == "patient" else getattr(record, "patient_id", None)
        if patient is not None:
            self.patients[patient] = None

    def close(self, outcome: Outcome) -> None:
        """Write the row, unless a transaction has written it."""
        if not self.action or self.rows:
            return
        if outcome is Outcome.OK and self.failed:  # a form that is shown again is answered with 200
            outcome = Outcome.NOT_FOUND if self.missing else Outcome.REFUSED
        self.write_row(self, outcome)
        self.rows += 1


def kind_of(model: type[models.Model]) -> str:
    """A model as a noun: patient, appointment, waitlist_entry."""
    return str(model._meta.verbose_name).replace(" ", "_")


_open: ContextVar[Trail | None] = ContextVar("trail", default=None)


def current() -> Trail | None:
    """The trail that is open, if one is."""
    return _open.get()


@contextmanager
def opened(trail: Trail) -> Iterator[Trail]:
    """What the block does is noted in this trail."""
    token = _open.set(trail)
    try:
        yield trail
    finally:
        _open.reset(token)


def _beside(around: Trail, *, action: str, by_system: bool) -> Trail:
    """A trail for another row of the same request."""
    return Trail(
        around.write_row,
        request=around.request,
        request_id=around.request_id,
        source=around.source,
        by_system=by_system,
        action=action,
    )


@contextmanager
def aside(action: str) -> Iterator[None]:
    """What the system does by the way, such as letting an offer lapse that is read late: rows of its own, no actor."""
    around = _open.get()
    if around is None:
        yield
        return
    own = _beside(around, action=action, by_system=True)
    try:
        with opened(own):
            yield
    finally:
        around.unsure |= own.unsure


@contextmanager
def part(record: models.Model) -> Iterator[None]:
    """One of several records that a request changes one by one: each has a row of its own, refused ones too."""
    around = _open.get()
    if around is None:
        yield
        return
    own = _beside(around, action=around.action, by_system=around.by_system)
    with opened(own):
        own.note(record)
        try:
            yield
        except DomainError:
            own.close(Outcome.REFUSED)
            raise
        finally:
            around.rows += 1
            around.unsure |= own.unsure
        own.close(Outcome.OK)
