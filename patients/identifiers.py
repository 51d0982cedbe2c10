"""National ids and insurance numbers, for those who need not know them."""

IDENTIFIERS = ("national_id", "insurance_number")
SHOWN = 3
HIDDEN = "•••"


def masked(number: str | None) -> str | None:
    """The last three characters, enough to compare with a card: •••789. Of a short number nothing; none stays none."""
    if not number:
        return number
    return HIDDEN + (number[-SHOWN:] if len(number) > 2 * SHOWN else "")
