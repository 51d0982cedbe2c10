"""What a broken constraint means to people: from its name to the error that says it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.db.models import Model, QuerySet

from common.constraints import violated
from common.errors import DomainError
from common.models import alike


def refuse_twin(row: Model, column: str, verdict: type[DomainError], among: QuerySet[Any]) -> None:
    """Raise ``verdict`` if another row of ``among`` is called the same but for case, and ``row`` was not before.

    A constraint says so, where the database knows the case of all letters: SQLite knows that of ASCII only.
    """
    text = " ".join(getattr(row, column).split())
    if text.isascii():
        return
    twins = set(among.filter(alike(column, text)).values_list("pk", column))
    if (row.pk, text) not in twins and {pk for pk, _ in twins} - {row.pk}:
        raise verdict


@contextmanager
def judged(verdicts: Mapping[str, type[DomainError]]) -> Iterator[None]:
    """Raise the error that belongs to the constraint which the block broke; other failures pass unchanged.

    Use it inside the transaction that must not survive: the error rolls it back.
    """
    try:
        yield
    except IntegrityError as error:
        name = violated(error)
        for constraint, verdict in verdicts.items():
            if constraint in name:
                raise verdict from None  # the driver's text names other people
        raise
