"""Ids, as people, browsers and programs send them."""

MOST_ID = 2**63 - 1  # no column holds more
LONGEST = len(str(MOST_ID))  # digits; more are not even read


def read_id(text: str | None) -> int | None:
    """The id that ``text`` is; None where it is none."""
    text = text or ""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST):
        return None
    number = int(text)
    return number if number <= MOST_ID else None


def is_id(value: object) -> bool:
    """Whether ``value`` is an id or the text of one, and does not only look like it, as the name of a file can."""
    return isinstance(value, int | str) and read_id(str(value)) is not None
