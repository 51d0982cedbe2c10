"""Noting what is done to whose data, while it is done; `audit` writes it down.

A face *names* what it does and says whose records it shows (`name`, `saw`); a service says what it has changed
(`created`, `changed`, `removed`). All of it goes to the trail that is open (`common.open_trail`). Where none is open (a
shell, a test's factory) it does nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import models

from common.open_trail import JSON, Trail, current, kind_of

MASK = "***"
SECRET = frozenset({"password", "token", "token_hash", "key", "secret"})

# --- For faces ---------------------------------------------------------------------------------------


def name(action: str, *ids: int) -> None:
    """Name what the request does: ``name("patient.read", 12)``; the ids are those of the noun.

    A later name replaces an earlier one.
    """
    if (trail := current()) is None:
        return
    if action.partition(".")[0] != trail.kind:
        trail.objects = {}
    trail.action = action
    trail.objects |= dict.fromkeys(ids)


def tell(**details: JSON) -> None:
    """Add to the row what else there is to say: nothing of a person's."""
    if (trail := current()) is not None:
        trail.details |= details


def refused() -> None:
    """What was entered will not do: a form that is shown again."""
    if (trail := current()) is not None:
        trail.failed = True


def missing() -> None:
    """What was asked for is not there, or hidden, and the answer leads elsewhere instead of saying so."""
    if (trail := current()) is not None:
        trail.failed = trail.missing = True


def saw(records: Iterable[models.Model]) -> None:
    """Whose records are shown. Those of another kind than the action's only say which patients it is about."""
    if (trail := current()) is not None:
        for record in records:
            trail.note(record)


def saw_again(*, objects: Iterable[int] = (), patients: Iterable[int] = ()) -> None:
    """Whose records are shown that were not read: by their ids, from an answer that was kept."""
    if (trail := current()) is not None:
        trail.objects |= dict.fromkeys(objects)
        trail.patients |= dict.fromkeys(patients)


def unsure() -> None:
    """A transaction may have been committed or not: whoever answers must not say that nothing was changed."""
    if (trail := current()) is not None:
        trail.unsure = True


# --- For services ------------------------------------------------------------------------------------


def state(record: models.Model, names: Iterable[str]) -> dict[str, JSON]:
    """What the fields say now, to be compared by `changed`. Names that are no columns are left out."""
    if current() is None:
        return {}
    columns = {field.name: field for field in record._meta.concrete_fields}
    return {name: _value(record, columns[name]) for name in names if name in columns}


def changed(record: models.Model, before: Mapping[str, JSON], *, masked: bool = False) -> None:
    """Note each field that is no longer as it was ``before``; ``masked`` keeps that, but not the values."""
    if (trail := current()) is None:
        return
    trail.note(record)
    after = state(record, before)
    fields = {name: [before[name], value] for name, value in after.items() if value != before[name]}
    if fields:
        _record(trail, record, {name: [MASK, MASK] for name in fields} if masked else fields)


def created(record: models.Model, *names: str) -> None:
    """Note a new row, and what its fields say that are not empty; all that people can edit, unless some are named."""
    if (trail := current()) is not None:
        trail.note(record)
        _record(trail, record, {name: [None, value] for name, value in _said(record, names).items()})


def removed(record: models.Model, *names: str) -> None:
    """Note a row that is gone, and what its fields said: as in `created`."""
    if (trail := current()) is not None:
        trail.note(record)
        _record(trail, record, {name: [value, None] for name, value in _said(record, names).items()})


def changed_to(record: models.Model, **fields: tuple[JSON, JSON]) -> None:
    """Note fields, before and after, that are no columns: a doctor's week."""
    if (trail := current()) is not None:
        trail.note(record)
        if told := {name: list(values) for name, values in fields.items() if values[0] != values[1]}:
            _record(trail, record, told)


def changed_alike(model: type[models.Model], ids: list[int], **fields: tuple[JSON, JSON]) -> None:
    """Note that rows were changed together."""
    if (trail := current()) is not None and ids:
        told = {name: list(values) for name, values in fields.items()}
        trail.changes.append({"kind": kind_of(model), "ids": ids, "fields": told})


# --- How it is worded -----------------------------------------------------------------------------------


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
