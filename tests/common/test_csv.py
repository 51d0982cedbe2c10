"""CSV files: what is read from them, what is refused, and what a spreadsheet will never run."""

import csv
import io
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.csv import Columns, Row, Table, UnreadableTable, guarded, unguarded, written

COLUMNS = Columns(known=("name", "phone"), required=[["name"]], unread=("id",))


def table(tmp_path: Path, content: bytes | str, columns: Columns = COLUMNS) -> Table:
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Table(path, columns)


def refusal(tmp_path: Path, content: bytes | str, columns: Columns = COLUMNS) -> str:
    with pytest.raises(UnreadableTable) as caught:
        table(tmp_path, content, columns)
    return caught.value.message


# --- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_whatever_a_spreadsheet_saves_is_read(tmp_path: Path, delimiter: str, mark: bytes, end: str) -> None:
    lines = [f"name{delimiter}phone", f'"Doe{delimiter} Zoë"{delimiter}0712', ""]
    rows = table(tmp_path, mark + end.join(lines).encode())
    assert len(rows) == 1
    assert list(rows) == [Row(2, {"name": f"Doe{delimiter} Zoë", "phone": "0712"})]


def test_columns_come_in_any_order_case_and_spacing(tmp_path: Path) -> None:
    assert list(table(tmp_path, "ID, Phone ,NAME\n7,0712,Jane\n")) == [
        Row(2, {"id": "7", "phone": "0712", "name": "Jane"})
    ]


def test_a_delimiter_inside_the_cells_does_not_mislead(tmp_path: Path) -> None:
    assert list(table(tmp_path, "name;phone\na,b,c;0712\n")) == [Row(2, {"name": "a,b,c", "phone": "0712"})]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert list(table(tmp_path, "name\nJane\n")) == [Row(2, {"name": "Jane"})]


def test_rows_are_numbered_as_in_a_spreadsheet(tmp_path: Path) -> None:
    rows = table(tmp_path, '\nname,phone\n"two\nlines",1\n\n,\nlast,2\n')
    assert [(row.number, row.cells["name"]) for row in rows] == [(3, "two\nlines"), (6, "last")]
    assert len(rows) == 2


def test_a_table_is_read_as_often_as_it_takes(tmp_path: Path) -> None:
    rows = table(tmp_path, "name\nJane\n")
    assert list(rows) == list(rows)


def test_empty_cells_beyond_the_last_column_do_no_harm(tmp_path: Path) -> None:
    assert list(table(tmp_path, "name,phone\nJane,0712,,\n")) == [Row(2, {"name": "Jane", "phone": "0712"})]


def test_a_row_of_another_width_is_a_problem_of_that_row(tmp_path: Path) -> None:
    assert list(table(tmp_path, "name,phone\nJane\nJane,Doe,0712\nJoe,1\n")) == [
        Row(2, {}, "The row has 1 cells, the header 2 columns."),
        Row(3, {}, "The row has 3 cells, the header 2 columns."),
        Row(4, {"name": "Joe", "phone": "1"}),
    ]


def test_a_null_character_is_a_problem_of_its_row(tmp_path: Path) -> None:
    assert list(table(tmp_path, "name,phone\nJ\0ane,1\n")) == [Row(2, {}, "name: Null characters are not allowed.")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty. Its first row names the columns: name, phone."),
        (b"\n , \n", "The file is empty. Its first row names the columns: name, phone."),
        (
            b"phone\n0712\n",
            "Missing: name. Known columns: name, phone. May be there, but are not read: id.",
        ),
        (
            b"name,Jane Doe,,phone,phone\n",
            "Column 3 has no name. Unknown in the first row: column 2. More than once: phone. "
            "Known columns: name, phone. May be there, but are not read: id.",
        ),
        (
            b'name,phone\nJane,1\n"Joe,2\nJim,3\n',
            "The file cannot be read from row 3 on: a quotation mark is not closed or not doubled, or a cell is longer "
            "than 131072 characters.",
        ),
        (
            b"name\n" + b"a" * 131073,
            "The file cannot be read from row 2 on: a quotation mark is not closed or not doubled, or a cell is longer "
            "than 131072 characters.",
        ),
        (b"name\n" + b"a" * 1_000_000, "The file has a line of more than 1000000 characters: it is no table."),
    ],
)
def test_a_file_that_is_no_such_table_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    assert refusal(tmp_path, content) == message


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path, encoding: str) -> None:
    assert refusal(tmp_path, "name\nZoë\n".encode(encoding)) == (
        "The file is not UTF-8. Save it again as UTF-8; spreadsheets call that “CSV UTF-8”."
    )


def test_one_of_several_required_columns_is_enough(tmp_path: Path) -> None:
    columns = Columns(known=("id", "email", "name"), required=[["id", "email"]])
    assert len(table(tmp_path, "email\nx@y.z\n", columns)) == 1
    assert refusal(tmp_path, "name\nJane\n", columns) == "Missing: id or email. Known columns: id, email, name."


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTable, match=r"^The file cannot be read: No such file or directory\.$"):
        Table(tmp_path / "nothing.csv", COLUMNS)


def test_a_long_file_takes_the_memory_of_a_short_one(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("name,phone\n" + "Jane Doe,0712345678\n" * 50_000)  # 1 MB
    tracemalloc.start()
    count = sum(1 for _ in Table(path, COLUMNS))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 50_000
    assert peak < 300_000


# --- Writing -------------------------------------------------------------------------------------


def test_a_table_is_written_with_commas_and_crlf() -> None:
    rows = [["Doe, Zoë", '"Zo"'], ["two\nlines", ""]]
    assert "".join(written(["name", "phone"], rows)) == 'name,phone\r\n"Doe, Zoë","""Zo"""\r\n"two\nlines",\r\n'


def test_a_long_table_is_written_in_pieces() -> None:
    pieces = list(written(["name"], (["Jane"] for _ in range(201))))
    assert [piece.count("\r\n") for piece in pieces] == [101, 100, 1]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\u00a0@"])
def test_a_formula_is_written_as_text(start: str) -> None:
    assert guarded(f"{start}1") == f"'{start}1"
    assert guarded(f"'{start}1") == f"''{start}1"  # or reading would take the quote that was there before


@pytest.mark.parametrize("text", ["Jane", "'t Hooft", "O'Neill", "a=b", "", "'", "1-2"])
def test_other_text_is_written_as_it_is(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text())
def test_any_text_survives_being_guarded(text: str) -> None:
    assert unguarded(guarded(text)) == text
    assert guarded(text).lstrip()[:1] not in ("=", "+", "-", "@") or guarded(text)[:1] == "'"


@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs"])), st.text("=+-@'\t\r\n \",;x"))))
def test_any_table_survives_being_written(rows: list[tuple[str, str]]) -> None:
    text = "".join(written(["name", "phone"], rows))
    assert [list(map(unguarded, cells)) for cells in csv.reader(io.StringIO(text, newline=""), strict=True)] == [
        ["name", "phone"],
        *map(list, rows),
    ]
