"""What the importers share: they take a table, and say of each row what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, ClassVar, Protocol

from django.db.models import Model

from appointments.importing.outcomes import BadCells, Outcome, Problem, Result, refused
from common.csv import Columns, Row, Table
from common.errors import DomainError

BATCH = 200


class Importer(Protocol):
    """Stores the rows of a table, one `Result` a row, in their order."""

    name: ClassVar[str]
    columns: ClassVar[Columns]

    def store(self, table: Table) -> Iterator[Result]: ...


class RowByRow:
    """Stores each row on its own, in a transaction of its own; what rows refer to is read a batch at a time."""

    name: ClassVar[str]
    columns: ClassVar[Columns]

    def store(self, table: Table) -> Iterator[Result]:
        rows = iter(table)
        while batch := list(islice(rows, BATCH)):
            self.load([row for row in batch if not row.problem])
            for row in batch:
                yield self._judged(row)

    def load(self, rows: Sequence[Row]) -> None:
        """Read what these rows refer to, in a fixed number of queries."""
        raise NotImplementedError

    def store_row(self, row: Row) -> Outcome:
        """Raises BadCells or a DomainError where it is refused."""
        raise NotImplementedError

    def _judged(self, row: Row) -> Result:
        if row.problem:
            return unreadable(row)
        try:
            return Result(self.store_row(row))
        except (BadCells, DomainError) as why:
            return refused(row, why, self.columns.known)


def unreadable(row: Row) -> Result:
    return Result(Outcome.REFUSED, [Problem(row.number, "", row.problem)])


def differing(record: Model, values: dict[str, Any]) -> dict[str, Any]:
    """Those of the values that the record does not have yet."""
    return {name: value for name, value in values.items() if getattr(record, name) != value}


def together(*groups: Iterable[str]) -> tuple[str, ...]:
    """Names of columns, one group after the other."""
    return tuple(name for group in groups for name in group)
