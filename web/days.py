"""Days, as addresses and forms name them: 2026-03-02."""

from datetime import date

YEARS = range(1900, 2200)


def read_day(text: str | None) -> date | None:
    """The day that ``text`` names; None where it names none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None
