"""What a text of one line may have in it."""

import re
import sys
import unicodedata

import pytest
from django.core.exceptions import ValidationError

from common.lines import ONE_LINE, VISIBLE, validate_all_visible, validate_one_line

HIDDEN = "This contains a character that cannot be seen. Delete the text and type it, instead of pasting it."
TURNED = (
    "This contains a character that turns the text after it around. Delete the text and type it, instead of pasting it."
)
NOTHING = "Nothing of this can be seen. Enter a text that can be read."
ALL = [chr(number) for number in range(sys.maxunicode + 1)]
BELOW_10000 = ALL[1:0xD800] + ALL[0xE000:0x10000]


def told(text: str) -> list[str]:
    try:
        validate_one_line(text)
    except ValidationError as error:
        return error.messages
    return []


@pytest.mark.parametrize("text", ["Jane\x1bDoe", "Jane\x01", "\x7fJane", "Jane\x80Doe", "Jane\x9f", "\x08"])
def test_a_control_character_is_refused_wherever_it_stands(text: str) -> None:
    assert told(text) == [HIDDEN]


@pytest.mark.parametrize("mark", [*"\u202a\u202b\u202c\u202d\u202e", *"\u2066\u2067\u2068\u2069"])
def test_what_turns_the_direction_of_writing_is_refused(mark: str) -> None:
    assert [told(text) for text in (f"{mark}Jane", f"Jane{mark}Doe", f"Jane{mark}", mark)] == [[TURNED]] * 4


@pytest.mark.parametrize(
    "text",
    [*"\u200b\u200e\ufeff\u3164\u2800\u00ad\u200d\u2060\uffa0\u115f\ufe0f\U000e0041", "\u200b \u3164", "\u00ad\u00ad"],
)
def test_what_has_nothing_visible_in_it_is_refused(text: str) -> None:
    assert told(text) == [NOTHING]


@pytest.mark.parametrize(
    "name",
    [
        "Jane Doe",
        "O'Neill-García, Jr. 3",
        "نرگس علی\u200cنژاد",  # a joiner that joins not
        "क\u094d\u200dष",  # a joiner
        "דוד\u200f (David)",  # marks of direction
        "\u200eDavid",
        "葛\U000e0100城",  # a variant of a letter
        "Anne\u00admarie",
        "Jane\n\t\x1c\x85Doe",  # white space, of which a space is made
    ],
)
def test_names_of_all_scripts_are_taken(name: str) -> None:
    assert told(name) == []


def test_no_control_character_is_both_white_space_and_refused() -> None:
    controls = [character for character in ALL[1:] if unicodedata.category(character) == "Cc"]
    assert [told(f"a{one}b") for one in controls] == [[] if one.isspace() else [HIDDEN] for one in controls]


def test_white_space_is_not_visible() -> None:
    assert [character for character in ALL if character.isspace() and VISIBLE.search(character)] == []


def test_letters_digits_and_signs_of_all_scripts_are_visible() -> None:
    unseen = [one for one in ALL if not VISIBLE.search(one) and unicodedata.category(one)[0] in "LNPS"]
    assert unseen == list("\u115f\u1160\u2800\u3164\uffa0")  # the fillers of Hangul, and Braille without a dot


def test_the_pattern_of_the_schema_says_the_same() -> None:
    for spelled in ("{}", "Jane{}Doe"):
        texts = [spelled.format(character) for character in BELOW_10000]
        taken = [text for text in texts if re.search(ONE_LINE, text)]
        assert taken == [text for text in texts if not told(text) and text.strip()]


@pytest.mark.parametrize(
    ("number", "messages"), [("A\u200b1", [HIDDEN]), ("\u200eA1", [HIDDEN]), ("A1", []), ("\u200b", [])]
)
def test_a_number_that_tells_people_apart_has_nothing_unseen_in_it(number: str, messages: list[str]) -> None:
    try:
        validate_all_visible(number)
    except ValidationError as error:
        assert error.messages == messages
    else:
        assert messages == []
