"""Visits that come again: from an RFC 5545 rule and a first visit to the dates that follow, bounded at both ends.

Understood is what clinics need of RRULE (section 3.3.10): every n days, weekly on some weekdays, monthly on the day of
the first visit or on a weekday of the month, so many times or until a date. Everything else is refused in words.

The rule is about dates; each gets the first visit's wall time in the location's zone. Where the clocks skip that time,
the date has no visit; where they show it twice, it is the first of the two. As the RFC has it, the first visit counts
and has to be on a day of the rule ("DTSTART should be synchronized"), and UNTIL is inclusive.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from itertools import islice, takewhile

from dateutil.relativedelta import relativedelta
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule, weekday

from scheduling.hours import AmbiguousLocalTime, NonExistentLocalTime, resolve

MOST_VISITS = 200
MOST_YEARS = 2
MOST_INTERVAL = 366 * MOST_YEARS
MOST_CHARACTERS = 255

FREQUENCIES = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS = ("FREQ", "INTERVAL", "BYDAY", "WKST", "COUNT", "UNTIL")
DAY_OF_RULE = re.compile(r"(?P<nth>[+-]?[1-5])?(?P<weekday>MO|TU|WE|TH|FR|SA|SU)")
UNTIL_FORMS = {r"[0-9]{8}": "%Y%m%d", r"[0-9]{8}T[0-9]{6}Z": "%Y%m%dT%H%M%SZ"}
YEARS = (1900, 2300)
EXAMPLE = "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10"


class BadRule(ValueError):
    """The rule cannot be followed. The text says why, for people."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A date of the rule, at its naive local time ``wall``.

    ``start`` is the UTC instant; None where the clocks skip that time, which ``reason`` says.
    """

    wall: datetime
    start: datetime | None
    reason: str = ""

    @property
    def day(self) -> date:
        return self.wall.date()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was understood. ``days`` are (n, weekday): the n-th of the month, or every one where n is 0.

    ``until`` is the last instant (UTC) or the last local date; either it or ``count`` is None.
    """

    frequency: str
    interval: int
    days: tuple[tuple[int, int], ...]
    week_start: int
    count: int | None
    until: date | None

    @classmethod
    def parse(cls, text: str) -> "Rule":
        """Raises BadRule."""
        parts = _parts(text)
        frequency = parts.get("FREQ", "")
        if frequency not in FREQUENCIES:
            raise BadRule(f"FREQ is DAILY, WEEKLY or MONTHLY: {EXAMPLE}.")
        if ("COUNT" in parts) == ("UNTIL" in parts):
            raise BadRule("Say when it ends: either COUNT, how many visits with the first, or UNTIL, the last date.")
        if parts.get("WKST", "MO") not in WEEKDAYS:
            raise BadRule("WKST is the day on which a week begins: MO, TU, WE, TH, FR, SA or SU.")
        return cls(
            frequency,
            _whole_number(parts.get("INTERVAL", "1"), "INTERVAL", MOST_INTERVAL),
            _days(parts["BYDAY"], frequency) if "BYDAY" in parts else (),
            WEEKDAYS.index(parts.get("WKST", "MO")),
            _whole_number(parts["COUNT"], "COUNT", MOST_VISITS) if "COUNT" in parts else None,
            _until(parts["UNTIL"]) if "UNTIL" in parts else None,
        )

    def includes(self, first: date) -> bool:
        """Whether a series may begin on ``first``: on one of the days that the rule names, if it names any."""
        from_end = (monthrange(first.year, first.month)[1] - first.day) // 7 + 1
        nths = (0, (first.day - 1) // 7 + 1, -from_end)
        return not self.days or any(nth in nths and day == first.weekday() for nth, day in self.days)

    def dates(self, first: date) -> Iterator[date]:
        """The rule's dates from ``first``, which it includes, as far as a series can reach."""
        found = rrule(
            FREQUENCIES[self.frequency],
            dtstart=datetime.combine(first, time(0)),
            interval=self.interval,
            wkst=self.week_start,
            byweekday=[weekday(day, nth or None) for nth, day in self.days] or None,
            until=datetime.combine(first + relativedelta(years=MOST_YEARS), time(0)),
        )
        return (moment.date() for moment in found)


def expand(text: str, first: datetime, zone: tzinfo) -> list[Occurrence]:
    """The dates of the rule ``text`` from the instant ``first`` on, itself the first, by the wall time in ``zone``.

    Raises BadRule where the rule is not understood or has no end in reach.
    """
    rule = Rule.parse(text)
    wall = first.astimezone(zone).replace(tzinfo=None, fold=0)
    if not rule.includes(wall.date()):
        raise BadRule(
            f"The first visit has to be on a day of the rule, and {wall:%Y-%m-%d} is a {NAMES[wall.weekday()]} "
            "that it leaves out."
        )
    found = [Occurrence(wall, first.astimezone(UTC))]
    later = (_at(datetime.combine(day, wall.time()), zone) for day in rule.dates(wall.date()) if day > wall.date())
    if rule.count:
        found.extend(islice(later, rule.count - 1))
        if len(found) < rule.count:
            raise BadRule(f"A series ends within {MOST_YEARS} years. Ask for fewer visits.")
        return found
    end = _end(rule, zone)
    if _is_after(found[0], end):
        raise BadRule("UNTIL is before the first visit.")
    last = wall.date() + relativedelta(years=MOST_YEARS)
    if end.date() > last:
        raise BadRule(f"A series ends within {MOST_YEARS} years: by {last:%Y-%m-%d}.")
    found.extend(islice(takewhile(lambda occurrence: not _is_after(occurrence, end), later), MOST_VISITS))
    if len(found) > MOST_VISITS:
        raise BadRule(f"A series has {MOST_VISITS} visits at most. Let it end earlier.")
    return found


def tidy(text: str) -> str:
    """The rule as it is kept: in capitals, without white space around it and without the property's name."""
    return text.strip().upper().removeprefix("RRULE:")


def first_instant(wall: datetime, zone: tzinfo) -> datetime:
    """The UTC instant at which a clock in ``zone`` first reads the naive ``wall``. Raises NonExistentLocalTime."""
    try:
        return resolve(wall, zone)
    except AmbiguousLocalTime:
        return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _at(wall: datetime, zone: tzinfo) -> Occurrence:
    try:
        return Occurrence(wall, first_instant(wall, zone))
    except NonExistentLocalTime as error:
        return Occurrence(wall, None, str(error))


def _end(rule: Rule, zone: tzinfo) -> datetime:
    """The last instant, as local time with its zone; of a date, the last one of its day."""
    until = rule.until
    if isinstance(until, datetime):
        return until.astimezone(zone)
    return datetime.combine(until or date.max, time.max, zone).replace(fold=1)


def _is_after(occurrence: Occurrence, end: datetime) -> bool:
    return (occurrence.start or occurrence.wall.replace(tzinfo=end.tzinfo)).astimezone(UTC) > end.astimezone(UTC)


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    if len(text) > MOST_CHARACTERS:
        raise BadRule(f"A rule has {MOST_CHARACTERS} characters at most.")
    for part in tidy(text).split(";"):
        name, equals, value = part.partition("=")
        if not (equals and value and part.isascii() and part.isprintable()):
            raise BadRule(f"Write the rule as in RFC 5545: {EXAMPLE}.")
        if name not in PARTS:
            raise BadRule(f"{name[:20]} is not understood here. A rule is made of {', '.join(PARTS)}.")
        if name in parts:
            raise BadRule(f"{name} is given twice.")
        parts[name] = value
    return parts


def _whole_number(text: str, name: str, most: int) -> int:
    number = int(text) if text.isdigit() and len(text) <= len(str(most)) else 0
    if not 1 <= number <= most:
        raise BadRule(f"{name} is a whole number from 1 to {most}.")
    return number


def _days(text: str, frequency: str) -> tuple[tuple[int, int], ...]:
    found = [DAY_OF_RULE.fullmatch(day) for day in text.split(",")]
    days = [(int(match["nth"] or 0), WEEKDAYS.index(match["weekday"])) for match in found if match]
    if len(days) < len(found):
        raise BadRule("BYDAY names weekdays: MO,WE; of a month also the second or the last one: 2TU, -1FR.")
    if frequency != "MONTHLY" and any(nth for nth, _ in days):
        raise BadRule("Only a MONTHLY rule counts weekdays, such as 2TU or -1FR.")
    return tuple(dict.fromkeys(days))


def _until(text: str) -> date:
    form = next((form for pattern, form in UNTIL_FORMS.items() if re.fullmatch(pattern, text)), "")
    try:
        until = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        until = None
    if until and YEARS[0] <= until.year <= YEARS[1]:
        return until if form.endswith("Z") else until.date()
    raise BadRule("UNTIL is a date, such as 20260630, or a time in UTC, such as 20260630T140000Z.")
