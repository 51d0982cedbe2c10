"""What the dashboard shows of a report: figures at the top, and panels, each a table and how it is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.reports import Report
from appointments.reports.utilisation import Utilisation
from appointments.reports.waits import Wait
from web.days import short_day_of_year
from web.reasons import reason_words

Row = TypeVar("Row")
MOST_DOCTORS = 50  # in one drawing, and in the table behind it
LEADS: dict[str, str | Promise] = {
    "after_start": gettext_lazy("after it began"),
    "under_1_day": gettext_lazy("under a day"),
    "1_day": gettext_lazy("a day"),
    "2_to_6_days": gettext_lazy("2 to 6 days"),
    "7_to_13_days": gettext_lazy("7 to 13 days"),
    "14_to_27_days": gettext_lazy("14 to 27 days"),
    "28_days_or_more": gettext_lazy("28 days or more"),
    "7_days_or_more": gettext_lazy("7 days or more"),
}
WEEKDAYS: dict[str, str | Promise] = {
    "mon": gettext_lazy("Monday"),
    "tue": gettext_lazy("Tuesday"),
    "wed": gettext_lazy("Wednesday"),
    "thu": gettext_lazy("Thursday"),
    "fri": gettext_lazy("Friday"),
    "sat": gettext_lazy("Saturday"),
    "sun": gettext_lazy("Sunday"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """``token`` is the colour in which it is drawn; without one it is only in the table. ``percent``: a ratio.
    ``told``: its number is written at the end of each bar.
    """

    words: str
    token: str = ""
    percent: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` is the number itself, ``text`` how people read it."""

    value: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    """A table and how it is drawn: ``plot`` is bars, or bars that lie."""

    name: str
    title: str
    table: str
    head: str
    columns: Sequence[Column]
    rows: Sequence[tuple[str, Sequence[Cell]]]
    plot: str = "bars"
    stacked: bool = False
    note: str = ""
    left_out: str = ""  # said where there are more rows than are shown


def figures(found: Report) -> list[tuple[str, str, str]]:
    """What stands at the top: its words, the number, and what it is of."""
    booked = sum(day.booked for day in found.bookings)
    rows = found.utilisation.by_doctor
    whole = Utilisation(sum(row.minutes.open_minutes for row in rows), sum(row.minutes.booked_minutes for row in rows))
    total = found.attendance.total
    mean = found.lead_times.mean_hours
    return [
        (_("Visits"), _number(booked), _("booked or seen")),
        (_("Booked time"), _percent(whole.utilisation), _("of the open time")),
        (_("Did not come"), _percent(total.rate), _("of visits that are known")),
        (_("Booked ahead"), "–" if mean is None else _("%(n)s days") % {"n": _number(mean / 24, 1)}, _("on average")),
        (_("Cancelled"), _number(found.cancellations.total), _("visits")),
        (_("Waited"), _minutes(found.waits.total.median_minutes), _("or less, for half of them")),
    ]


def largest(rows: Sequence[Row], number: Callable[[Row], float], of_many: str) -> tuple[Sequence[Row], str]:
    """All rows; of more than MOST_DOCTORS those with the largest ``number``, and what is said of that."""
    if len(rows) <= MOST_DOCTORS:
        return rows, ""
    told = of_many % {"n": MOST_DOCTORS, "all": _number(len(rows))}
    return sorted(rows, key=number, reverse=True)[:MOST_DOCTORS], told


def panels(found: Report) -> list[Panel]:
    used, unused = largest(
        found.utilisation.by_doctor,
        lambda row: row.minutes.booked_minutes,
        _("The %(n)s of %(all)s doctors with the most booked minutes. The file has all; or choose a doctor."),
    )
    missed, others = largest(
        found.attendance.by_doctor,
        lambda row: row.attendance.no_shows,
        _("The %(n)s of %(all)s doctors whose patients stayed away most often. The file has all; or choose a doctor."),
    )
    minutes = (
        Column(_("Open minutes")),
        Column(_("Booked minutes")),
        Column(_("Booked"), "accent", percent=True, told=True),
    )
    longest, shorter = largest(
        found.waits.by_doctor,
        lambda row: row.wait.median_minutes or 0,
        _("The %(n)s of %(all)s doctors whose patients waited longest. The file has all; or choose a doctor."),
    )
    wait = (
        Column(_("Visits")),
        Column(_("Half waited at most"), "accent"),
        Column(_("Nine of ten waited at most"), "line-strong"),
    )
    return [
        Panel(
            "bookings",
            _("Visits by day"),
            "bookings",
            _("Day"),
            (
                Column(_("Booked"), "accent"),
                Column(_("Cancelled"), "line-strong"),
                Column(_("Did not come"), "no-show"),
            ),
            [(short_day_of_year(day.date), _cells(day.booked, day.cancelled, day.no_shows)) for day in found.bookings],
            stacked=True,
        ),
        Panel(
            "by-doctor",
            _("Booked time by doctor"),
            "utilisation-by-doctor",
            _("Doctor"),
            minutes,
            [(row.doctor_name, _used(row.minutes)) for row in used],
            plot="lying",
            left_out=unused,
        ),
        Panel(
            "no-shows",
            _("Who came"),
            "no-shows",
            _("Doctor"),
            (
                Column(_("Came"), "completed"),
                Column(_("Did not come"), "no-show"),
                Column(_("Not recorded"), "line-strong"),
                Column(_("Share that did not come"), percent=True, told=True),
            ),
            [
                (
                    row.doctor_name,
                    [
                        *_cells(row.attendance.attended, row.attendance.no_shows, row.attendance.unrecorded),
                        Cell(row.attendance.rate, _percent(row.attendance.rate)),
                    ],
                )
                for row in missed
            ],
            plot="lying",
            stacked=True,
            note=_("At the end of each bar stands the share that did not come."),
            left_out=others,
        ),
        Panel(
            "waits",
            _("Minutes that patients waited, by day"),
            "waits-by-day",
            _("Day"),
            wait,
            [(short_day_of_year(day.date), _waited(day.wait)) for day in found.waits.by_day]
            if found.waits.total.visits
            else [],
            note=_("From check-in to start, of visits for which both were recorded."),
        ),
        Panel(
            "waits-by-doctor",
            _("Minutes that patients waited, by doctor"),
            "waits-by-doctor",
            _("Doctor"),
            wait,
            [(row.doctor_name, _waited(row.wait)) for row in longest],
            plot="lying",
            left_out=shorter,
        ),
        Panel(
            "by-weekday",
            _("Booked time by weekday"),
            "utilisation-by-weekday",
            _("Weekday"),
            minutes,
            [(str(WEEKDAYS[row.weekday]), _used(row.minutes)) for row in found.utilisation.by_weekday],
        ),
        Panel(
            "lead-times",
            _("How long ahead visits are booked"),
            "lead-times",
            _("Ahead"),
            (Column(_("Visits"), "accent", told=True),),
            [(str(LEADS[row.lead]), _cells(row.visits)) for row in found.lead_times.distribution],
        ),
        Panel(
            "cancellations",
            _("How long before they were cancelled"),
            "cancellations-by-lead",
            _("Before"),
            (Column(_("Visits"), "line-strong", told=True),),
            [(str(LEADS[row.name]), _cells(row.visits)) for row in found.cancellations.by_lead],
        ),
        Panel(
            "reasons",
            _("Why they were cancelled"),
            "cancellations-by-reason",
            _("Reason"),
            (Column(_("Visits"), "line-strong", told=True),),
            [(_reason(row.name), _cells(row.visits)) for row in found.cancellations.by_reason],
            plot="lying",
            note=_("A reason that was written once only may be about a person: it is among the others."),
        ),
    ]


def _reason(name: str) -> str:
    return {"": _("none given"), "other": _("others")}.get(name) or reason_words(name)


def _used(minutes: Utilisation) -> list[Cell]:
    counted = _cells(minutes.open_minutes, minutes.booked_minutes)
    return [*counted, Cell(minutes.utilisation, _percent(minutes.utilisation))]


def _waited(wait: Wait) -> list[Cell]:
    minutes = (wait.median_minutes, wait.p90_minutes)
    return [*_cells(wait.visits), *(Cell(number, "–" if number is None else _number(number)) for number in minutes)]


def _minutes(number: int | None) -> str:
    return "–" if number is None else _("%(n)s min") % {"n": _number(number)}


def _cells(*numbers: int) -> list[Cell]:
    return [Cell(number, _number(number)) for number in numbers]


def _number(number: float, places: int = 0) -> str:
    return formats.number_format(number, places, use_l10n=True, force_grouping=True)


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{_number(ratio * 100, 1)} %"
