"""Tables as CSV files (RFC 4180): read from whatever a spreadsheet saves, written so that none runs what they say.

Both ways stream: a file of any length takes the memory of a few rows. No refusal repeats what a cell says.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TextIO

from common.errors import Refused

ENCODING = "utf-8-sig"  # spreadsheets tell UTF-8 by the mark at its beginning, and write it; read with or without
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
ROWS_A_CHUNK = 100
LONGEST_LINE = 1_000_000

# A spreadsheet takes these for formulas, after white space and in full width too; a quote before them makes them text.
FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n＝＋－＠]")


class UnreadableTable(Refused):
    code = "unreadable_table"


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column, without white space around them. ``number`` counts as spreadsheets do: the header is 1.

    ``problem`` says why the row cannot be read; it has no cells then.
    """

    number: int
    cells: dict[str, str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that a table may have.

    ``known`` are read, ``unread`` may be there as well. Of each group in ``required`` there is at least one.
    """

    known: Sequence[str]
    required: Sequence[Sequence[str]] = ()
    unread: Sequence[str] = ()


class Table:
    """A CSV file with a header, which has been found readable from beginning to end. It can be read more than once."""

    def __init__(self, path: Path, columns: Columns) -> None:
        """Raises UnreadableTable where the file, its header or its quoting is not what it has to be."""
        self.path = path
        try:
            self._open_and_judge(columns)
        except OSError as error:
            raise UnreadableTable(f"The file cannot be read: {error.strerror}.") from None
        except UnicodeDecodeError:
            raise UnreadableTable(
                "The file is not UTF-8. Save it again as UTF-8; spreadsheets call that “CSV UTF-8”."
            ) from None

    def __len__(self) -> int:
        """How many rows there are below the header, blank ones not counted."""
        return self._length

    def __iter__(self) -> Iterator[Row]:
        for number, record in self._records(self.delimiter):
            if number > self._header_row and not _blank(record):
                yield self._row(number, record)

    def _open_and_judge(self, columns: Columns) -> None:
        self.delimiter = max(DELIMITERS, key=lambda delimiter: len(self._recognised(delimiter, columns)))
        self._header_row, self.header, self._length = 0, [], 0
        for number, record in self._records(self.delimiter):
            if _blank(record):
                continue
            if self._header_row:
                self._length += 1
                continue
            self._header_row, self.header = number, _names(record)
            _judge_header(self.header, columns)
        if not self._header_row:
            raise UnreadableTable(f"The file is empty. Its first row names the columns: {_listed(columns.known)}.")

    def _recognised(self, delimiter: str, columns: Columns) -> set[str]:
        """The names that the first row has, cut so: better than guessing from how often a character comes."""
        for _, record in self._records(delimiter, strict=False):
            if not _blank(record):
                return {*columns.known, *columns.unread}.intersection(_names(record))
        return set()

    def _records(self, delimiter: str, strict: bool = True) -> Iterator[tuple[int, list[str]]]:
        with self.path.open(encoding=ENCODING, newline="") as file:
            reader = csv.reader(_lines(file), delimiter=delimiter, strict=strict)
            number = 0
            try:
                for number, record in enumerate(reader, 1):
                    yield number, record
            except csv.Error:
                raise UnreadableTable(
                    f"The file cannot be read from row {number + 1} on: a quotation mark is not closed or not doubled, "
                    f"or a cell is longer than {csv.field_size_limit()} characters."
                ) from None

    def _row(self, number: int, record: list[str]) -> Row:
        width = len(self.header)
        if len(record) < width or not _blank(record[width:]):
            return Row(number, {}, f"The row has {len(record)} cells, the header {width} columns.")
        cells = {name: unguarded(cell).strip() for name, cell in zip(self.header, record, strict=False)}
        null = next((name for name, cell in cells.items() if "\x00" in cell), None)
        if null:
            return Row(number, {}, f"{null}: Null characters are not allowed.")
        return Row(number, cells)


def _lines(file: TextIO) -> Iterator[str]:
    """The file's lines, of which none may fill the memory."""
    for line in iter(partial(file.readline, LONGEST_LINE), ""):
        if len(line) == LONGEST_LINE:
            raise UnreadableTable(f"The file has a line of more than {LONGEST_LINE} characters: it is no table.")
        yield line


def _blank(record: Iterable[str]) -> bool:
    return not any(cell.strip() for cell in record)


def _names(record: Iterable[str]) -> list[str]:
    return [re.sub(r"[\s-]+", "_", unguarded(cell).strip().lower()) for cell in record]


def _judge_header(header: list[str], columns: Columns) -> None:
    known = {*columns.known, *columns.unread}
    problems = [f"Column {number} has no name." for number, name in enumerate(header, 1) if not name]
    # A file without a header begins with somebody's data, which is not to be repeated.
    unknown = [str(number) for number, name in enumerate(header, 1) if name and name not in known]
    if unknown:
        problems.append(f"Unknown in the first row: column {', '.join(unknown)}.")
    twice = [name for name in known if header.count(name) > 1]
    if twice:
        problems.append(f"More than once: {_listed(sorted(twice))}.")
    missing = [" or ".join(group) for group in columns.required if not set(group) & set(header)]
    if missing:
        problems.append(f"Missing: {_listed(missing)}.")
    if problems:
        unread = f" May be there, but are not read: {_listed(columns.unread)}." if columns.unread else ""
        problems.append(f"Known columns: {_listed(columns.known)}.{unread}")
        raise UnreadableTable(" ".join(problems))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


# --- Writing ---------------------------------------------------------------------------------------


def written(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The file in pieces of `ROWS_A_CHUNK` rows, as text for `ENCODING`'s mark and UTF-8: commas, CRLF."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(header)
    for number, row in enumerate(rows, 1):
        writer.writerow([guarded(cell) for cell in row])
        if number % ROWS_A_CHUNK == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    """The pieces of a file as it is sent: `ENCODING`'s mark at the beginning, and then UTF-8."""
    for number, piece in enumerate(pieces):
        yield piece.encode("utf-8" if number else ENCODING)


def guarded(text: str) -> str:
    """``text`` with a quote before it if a spreadsheet would run it: "=1+1" -> "'=1+1", "+254..." -> "'+254..."."""
    return f"'{text}" if FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What `guarded` was given: one quote less before a formula. Other text, such as 't Hooft, stays as it is."""
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text
