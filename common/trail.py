"""What is being done to whose data, while it is done: noted by faces and services, written down by `audit`.

The middleware of `audit` opens a trail for a request, `audit.jobs` for a command. A face *names* what it does and says
whose records it shows (`name`, `saw`); a service says what it has changed (`created`, `changed`, `removed`).
`common.transactions.atomic` has the row written inside the transaction that it tells of: both are there, or neither.
What wrote nothing is written down when the answer is ready, before it leaves.

Where no trail is open (a shell, a test's factory) all of this does nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, time
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest

from common.errors import DomainError

JSON = None | bool | int | float | str | list[Any] | dict[str, Any]
# The most ids that one row names; how many there were is always said.
MOST_IDS = 1000
MASK = "***"
SECRET = frozenset({"password", "token", "token_hash", "key", "secret"})


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

    def close(self, outcome: Outcome) -> None:
        """Write the row, unless a transaction has written it."""
        if not self.action or self.rows:
            return
        if outcome is Outcome.OK and self.failed:  # a form that is shown again is answered with 200
            outcome = Outcome.NOT_FOUND if self.missing else Outcome.REFUSED
        self.write_row(self, outcome)
        self.rows += 1


_open: ContextVar[Trail | None] = ContextVar("trail", default=None)


def current() -> Trail | None:
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
        saw([record])
        try:
            yield
        except DomainError:
            own.close(Outcome.REFUSED)
            raise
        finally:
            around.rows += 1
            around.unsure |= own.unsure
        own.close(Outcome.OK)


# --- For faces ---------------------------------------------------------------------------------------


def name(action: str, *ids: int) -> None:
    """Name what the request does: ``name("patient.read", 12)``; the ids are those of the noun.

    A later name replaces an earlier one.
    """
    if (trail := _open.get()) is None:
        return
    if action.partition(".")[0] != trail.kind:
        trail.objects = {}
    trail.action = action
    trail.objects |= dict.fromkeys(ids)


def tell(**details: JSON) -> None:
    """Add to the row what else there is to say: nothing of a person's."""
    if (trail := _open.get()) is not None:
        trail.details |= details


def refused() -> None:
    """What was entered will not do: a form that is shown again."""
    if (trail := _open.get()) is not None:
        trail.failed = True


def missing() -> None:
    """What was asked for is not there, or hidden, and the answer leads elsewhere instead of saying so."""
    if (trail := _open.get()) is not None:
        trail.failed = trail.missing = True


def saw(records: Iterable[models.Model]) -> None:
    """Whose records are shown. Those of another kind than the action's only say which patients it is about."""
    if (trail := _open.get()) is not None:
        for record in records:
            _note(trail, record)


def saw_again(*, objects: Iterable[int] = (), patients: Iterable[int] = ()) -> None:
    """Whose records are shown that were not read: by their ids, from an answer that was kept."""
    if (trail := _open.get()) is not None:
        trail.objects |= dict.fromkeys(objects)
        trail.patients |= dict.fromkeys(patients)


def unsure() -> None:
    """A transaction may have been committed or not: whoever answers must not say that nothing was changed."""
    if (trail := _open.get()) is not None:
        trail.unsure = True


# --- For services ------------------------------------------------------------------------------------


def state(record: models.Model, names: Iterable[str]) -> dict[str, JSON]:
    """What the fields say now, to be compared by `changed`. Names that are no columns are left out."""
    if _open.get() is None:
        return {}
    columns = {field.name: field for field in record._meta.concrete_fields}
    return {name: _value(record, columns[name]) for name in names if name in columns}


def changed(record: models.Model, before: Mapping[str, JSON], *, masked: bool = False) -> None:
    """Note each field that is no longer as it was ``before``; ``masked`` keeps that, but not the values."""
    if (trail := _open.get()) is None:
        return
    _note(trail, record)
    after = state(record, before)
    fields = {name: [before[name], value] for name, value in after.items() if value != before[name]}
    if fields:
        _record(trail, record, {name: [MASK, MASK] for name in fields} if masked else fields)


def created(record: models.Model, *names: str) -> None:
    """Note a new row, and what its fields say that are not empty; all that people can edit, unless some are named."""
    if (trail := _open.get()) is not None:
        _note(trail, record)
        _record(trail, record, {name: [None, value] for name, value in _said(record, names).items()})


def removed(record: models.Model, *names: str) -> None:
    """Note a row that is gone, and what its fields said: as in `created`."""
    if (trail := _open.get()) is not None:
        _note(trail, record)
        _record(trail, record, {name: [value, None] for name, value in _said(record, names).items()})


def changed_to(record: models.Model, **fields: tuple[JSON, JSON]) -> None:
    """Note fields, before and after, that are no columns: a doctor's week."""
    if (trail := _open.get()) is not None:
        _note(trail, record)
        if told := {name: list(values) for name, values in fields.items() if values[0] != values[1]}:
            _record(trail, record, told)


def changed_alike(model: type[models.Model], ids: list[int], **fields: tuple[JSON, JSON]) -> None:
    """Note that rows were changed together."""
    if (trail := _open.get()) is not None and ids:
        told = {name: list(values) for name, values in fields.items()}
        trail.changes.append({"kind": kind_of(model), "ids": ids, "fields": told})


# --- How it is noted -----------------------------------------------------------------------------------


def kind_of(model: type[models.Model]) -> str:
    """A model as a noun: patient, appointment, waitlist_entry."""
    return str(model._meta.verbose_name).replace(" ", "_")


def _note(trail: Trail, record: models.Model) -> None:
    kind = kind_of(type(record))
    if kind == trail.kind and record.pk is not None:
        trail.objects[record.pk] = None
    patient = record.pk if kind == "patient" else getattr(record, "patient_id", None)
    if patient is not None:
        trail.patients[patient] = None


def _said(record: models.Model, names: Iterable[str]) -> dict[str, JSON]:
    """What the fields with the names say that are not empty; of all that people can edit, where none are named."""
    names = names or (field.name for field in record._meta.concrete_fields if field.editable)
    said = state(record, (name for name in names if name != record._meta.pk.name))
    return {name: value for name, value in said.items() if value not in (None, "", [])}


def _record(trail: Trail, record: models.Model, fields: Mapping[str, list[JSON]]) -> None:
    told = {name: [MASK, MASK] if name in SECRET else values for name, values in fields.items()}
    trail.changes.append({"kind": kind_of(type(record)), "id": record.pk, "fields": told})


def _value(record: models.Model, field: Any) -> JSON:
    value = getattr(record, field.attname)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date | time):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | list | dict) else str(value)
