"""What is an id, of what browsers and people send."""

import pytest

from common.ids import is_id, read_id


@pytest.mark.parametrize(
    ("text", "pk"),
    [
        ("7", 7),
        ("0", 0),
        ("9" * 18, 10**18 - 1),
        ("9" * 19, None),  # no column holds it
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
