"""Instants as text: how they are read from people and programs, and shown to them."""

from datetime import UTC, date, datetime, tzinfo

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy, gettext_noop

from scheduling.hours import AmbiguousLocalTime, NonExistentLocalTime, resolve

# What may be asked about: from the first, and before the last. Beside each of these days there are others to look at.
FIRST_YEAR, LAST_YEAR = 1900, 2200
YEARS = range(FIRST_YEAR, LAST_YEAR)
NO_SUCH_YEAR = gettext_noop("Enter a date from the years 1900 to 2199.")
UNREADABLE = "Enter a date and time such as 2026-05-29T10:00:00Z or 2026-05-29T13:00:00+03:00."
OUT_OF_RANGE = f"Enter a date and time before the year {LAST_YEAR}."


def validate_year(day: date) -> None:
    """Accept days that have others beside them, on every clock."""
    if day.year not in YEARS:
        raise ValidationError(gettext_lazy(NO_SUCH_YEAR), code="year")


def read_time(text: str) -> datetime:
    """The time that ``text`` names: in UTC, or, where it says no offset, naive: `to_instant` reads it on some clock.

    Raises ValueError in words for people.
    """
    try:
        readable = ":" in text and text.isascii() and text.isprintable()  # a date alone is no instant
        value = parse_datetime(text) if readable else None
    except ValueError:
        value = None
    if value is None:
        raise ValueError(UNREADABLE)
    return value if value.tzinfo is None else to_instant(value)


def to_instant(value: datetime, zone: tzinfo = UTC) -> datetime:
    """``value`` in UTC; a naive one is wall time in ``zone``, where it must exist once. Raises ValueError, as above."""
    try:
        instant = resolve(value, zone) if value.tzinfo is None else value.astimezone(UTC)
    except (NonExistentLocalTime, AmbiguousLocalTime) as error:
        raise ValueError(str(error)) from None
    except OverflowError:
        raise ValueError(OUT_OF_RANGE) from None
    if instant.year >= LAST_YEAR:
        raise ValueError(OUT_OF_RANGE)
    return instant


def show_instant(instant: datetime) -> str:
    """ISO 8601 in UTC: 2026-05-29T10:00:00Z."""
    utc = instant if instant.tzinfo is UTC else instant.astimezone(UTC)
    return utc.isoformat()[: -len("+00:00")] + "Z"
