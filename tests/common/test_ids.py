"""What is an id, of what browsers and people send."""

from pathlib import Path

import pytest

from common.ids import is_id, read_id


@pytest.mark.parametrize(
    ("text", "pk"),
    [
        ("7", 7),
        ("0", 0),
        ("9223372036854775807", 2**63 - 1),
        ("9223372036854775808", None),  # no column holds it
        ("0" * 20, None),
        ("-7", None),
        (" 7", None),
        ("7.0", None),
        ("٧", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_an_id_is_a_number_that_fits_the_column(text: str | None, pk: int | None) -> None:
    assert (read_id(text), is_id(text)) == (pk, pk is not None)


@pytest.mark.parametrize(
    ("value", "yes"),
    [
        (7, True),
        (2**63 - 1, True),
        (2**63, False),
        (-7, False),
        (True, False),
        (7.0, False),
        ([7], False),
        (Path("7"), False),
    ],
)
def test_what_only_looks_like_an_id_is_none(value: object, yes: bool) -> None:
    assert is_id(value) is yes
