"""What is searched for: each word that says something, once."""

import pytest

from common.text import search_terms


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("", []),
        ("Amina Hassan", [["amina"], ["hassan"]]),
        ("an ann anna anna", [["anna"]]),
        (" ".join("a" * 50), [["a"]]),
        ("ho House", [["house"]]),
        ("b a", [["b"], ["a"]]),
        ("anna 7", [["anna"], ["7"]]),
        ("x 00012 0012 012", [["x"], ["00012", "12"]]),
        ("0712 345 678", [["0712 345 678", "0712345678", "712345678"]]),
    ],
)
def test_a_word_that_another_one_has_in_it_is_not_searched_for(query: str, terms: list[list[str]]) -> None:
    assert search_terms(query) == terms
