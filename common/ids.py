"""Ids, as people and browsers send them."""

LONGEST = 18  # digits: every such number fits the column


def read_id(text: str | None) -> int | None:
    """The id that ``text`` is; None where it is none."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def is_id(value: object) -> bool:
    """Whether ``value`` is an id, or the text of one."""
    return read_id(str(value)) is not None
