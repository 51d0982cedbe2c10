"""Ids, as browsers send them."""

LONGEST = 18  # digits: every such number fits the column


def read_id(text: str | None) -> int | None:
    """The id that ``text`` is; None where it is none."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None
