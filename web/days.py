"""Days, as addresses and forms name them: 2026-03-02; and as lists show them in little room: Mon 2 Mar 2026.

The order and the abbreviations are the language's own. Django's `M` cuts a French month down to three letters, so that
June is "jui", and March "mar", which is a Tuesday.
"""

from datetime import date, datetime, time, timedelta

from django.utils import formats
from django.utils.translation import gettext, pgettext

from clinics.instants import YEARS


def read_day(text: str | None) -> date | None:
    """The day that ``text`` names; None where it names none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if day.year in YEARS else None


def short_date(day: date) -> str:
    """2 Mar 2026."""
    return formats.date_format(day, pgettext("how a day is written", "j M Y"))


def short_day(day: date) -> str:
    """Mon 2 Mar 2026."""
    return formats.date_format(day, pgettext("how a day is written", "D j M Y"))


def short_day_of_year(day: date) -> str:
    """Mon 2 Mar."""
    return formats.date_format(day, pgettext("how a day is written", "D j M"))


def stretch(start: datetime, end: datetime) -> str:
    """From one local time until another, as people say it: Mon 2 Mar 2026, 09:00–12:00; or Mon 2 Mar 2026, all day."""
    whole_days = start.time() == end.time() == time.min and start < end
    last = end - timedelta(days=1) if whole_days else end
    first_day, last_day = short_day(start.date()), short_day(last.date())
    if whole_days:
        days = first_day if first_day == last_day else f"{first_day} – {last_day}"
        return gettext("%(days)s, all day") % {"days": days}
    if first_day == last_day:
        return f"{first_day}, {start:%H:%M}–{end:%H:%M}"
    return f"{first_day}, {start:%H:%M} – {last_day}, {end:%H:%M}"
