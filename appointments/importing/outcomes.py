"""What becomes of the rows of a file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from common.csv import Row
from common.errors import DomainError, Refused

BLANK = "This field cannot be blank."


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a row was refused, without what it says. ``column`` is "" where no single one is at fault."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        return f"Row {self.row}, {self.column}: {self.reason}" if self.column else f"Row {self.row}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row; ``problems`` if it was refused."""

    outcome: Outcome
    problems: Sequence[Problem] = ()


class BadCells(Exception):
    """A row that cannot be taken, and everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} problems")


def bad_cell(row: Row, column: str, reason: str) -> BadCells:
    return BadCells([Problem(row.number, column, reason)])


def refused(row: Row, why: DomainError | BadCells, columns: Iterable[str]) -> Result:
    """The row was refused by ``why``, about one of the file's ``columns`` if it is about one of them."""
    if isinstance(why, BadCells):
        return Result(Outcome.REFUSED, why.problems)
    field = (why.field or "") if isinstance(why, Refused) else ""
    return Result(Outcome.REFUSED, [Problem(row.number, field if field in columns else "", why.message)])
