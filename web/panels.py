"""What the dashboard shows of a report: figures at the top, and panels, each a table and how it is drawn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appointments.reports import Report
from appointments.reports.utilisation import Utilisation
from web.cells import Cell, attended, cells, figure, in_minutes, percent, used, waited
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
    """``words`` stand above it in the table.

    ``token`` is the colour in which it is drawn; without one it is in the table only. ``percent``: a ratio. ``told``:
    its number is written at the end of each bar.
    """

    words: str
    token: str = ""
    percent: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """A table and how it is drawn.

    ``table`` is its name among the files of `appointments.reports.tables`, ``head`` the head of the rows' names.
    ``plot``: "bars", or "lying" for bars from left to right; ``stacked``: one bar of all columns for each row.
    """

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
        (_("Visits"), figure(booked), _("booked or seen")),
        (_("Booked time"), percent(whole.utilisation), _("of the open time")),
        (_("Did not come"), percent(total.rate), _("of visits that are known")),
        (_("Booked ahead"), "–" if mean is None else _("%(n)s days") % {"n": figure(mean / 24, 1)}, _("on average")),
        (_("Cancelled"), figure(found.cancellations.total), _("visits")),
        (_("Waited"), in_minutes(found.waits.total.median_minutes), _("or less, for half of them")),
    ]


def largest(rows: Sequence[Row], number: Callable[[Row], float], of_many: str) -> tuple[Sequence[Row], str]:
    """All rows; of more than MOST_DOCTORS those with the largest ``number``, and what is said of that."""
    if len(rows) <= MOST_DOCTORS:
        return rows, ""
    told = of_many % {"n": MOST_DOCTORS, "all": figure(len(rows))}
    return sorted(rows, key=number, reverse=True)[:MOST_DOCTORS], told


def panels(found: Report) -> list[Panel]:
    """What is drawn of a report, in the order of the page."""
    return [
        _bookings(found),
        _booked_time_by_doctor(found),
        _attendance(found),
        _waits_by_day(found),
        _waits_by_doctor(found),
        _booked_time_by_weekday(found),
        _lead_times(found),
        _cancellations_by_lead(found),
        _cancellations_by_reason(found),
    ]


def _bookings(found: Report) -> Panel:
    return Panel(
        "bookings",
        _("Visits by day"),
        "bookings",
        _("Day"),
        (
            Column(_("Booked"), "accent"),
            Column(_("Cancelled"), "line-strong"),
            Column(_("Did not come"), "no-show"),
        ),
        [(short_day_of_year(day.date), cells(day.booked, day.cancelled, day.no_shows)) for day in found.bookings],
        stacked=True,
    )


def _booked_time_by_doctor(found: Report) -> Panel:
    rows, left_out = largest(
        found.utilisation.by_doctor,
        lambda row: row.minutes.booked_minutes,
        _("The %(n)s of %(all)s doctors with the most booked minutes. The file has all; or choose a doctor."),
    )
    return Panel(
        "by-doctor",
        _("Booked time by doctor"),
        "utilisation-by-doctor",
        _("Doctor"),
        _columns_of_use(),
        [(row.doctor_name, used(row.minutes)) for row in rows],
        plot="lying",
        left_out=left_out,
    )


def _booked_time_by_weekday(found: Report) -> Panel:
    return Panel(
        "by-weekday",
        _("Booked time by weekday"),
        "utilisation-by-weekday",
        _("Weekday"),
        _columns_of_use(),
        [(str(WEEKDAYS[row.weekday]), used(row.minutes)) for row in found.utilisation.by_weekday],
    )


def _attendance(found: Report) -> Panel:
    rows, left_out = largest(
        found.attendance.by_doctor,
        lambda row: row.attendance.no_shows,
        _("The %(n)s of %(all)s doctors whose patients stayed away most often. The file has all; or choose a doctor."),
    )
    return Panel(
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
        [(row.doctor_name, attended(row.attendance)) for row in rows],
        plot="lying",
        stacked=True,
        note=_("At the end of each bar stands the share that did not come."),
        left_out=left_out,
    )


def _waits_by_day(found: Report) -> Panel:
    days = found.waits.by_day if found.waits.total.visits else []
    return Panel(
        "waits",
        _("Minutes that patients waited, by day"),
        "waits-by-day",
        _("Day"),
        _columns_of_waits(),
        [(short_day_of_year(day.date), waited(day.wait)) for day in days],
        note=_("From check-in to start, of visits for which both were recorded."),
    )


def _waits_by_doctor(found: Report) -> Panel:
    rows, left_out = largest(
        found.waits.by_doctor,
        lambda row: row.wait.median_minutes or 0,
        _("The %(n)s of %(all)s doctors whose patients waited longest. The file has all; or choose a doctor."),
    )
    return Panel(
        "waits-by-doctor",
        _("Minutes that patients waited, by doctor"),
        "waits-by-doctor",
        _("Doctor"),
        _columns_of_waits(),
        [(row.doctor_name, waited(row.wait)) for row in rows],
        plot="lying",
        left_out=left_out,
    )


def _lead_times(found: Report) -> Panel:
    return Panel(
        "lead-times",
        _("How long ahead visits are booked"),
        "lead-times",
        _("Ahead"),
        (Column(_("Visits"), "accent", told=True),),
        [(str(LEADS[row.lead]), cells(row.visits)) for row in found.lead_times.distribution],
    )


def _cancellations_by_lead(found: Report) -> Panel:
    return Panel(
        "cancellations",
        _("How long before they were cancelled"),
        "cancellations-by-lead",
        _("Before"),
        (Column(_("Visits"), "line-strong", told=True),),
        [(str(LEADS[row.name]), cells(row.visits)) for row in found.cancellations.by_lead],
    )


def _cancellations_by_reason(found: Report) -> Panel:
    return Panel(
        "reasons",
        _("Why they were cancelled"),
        "cancellations-by-reason",
        _("Reason"),
        (Column(_("Visits"), "line-strong", told=True),),
        [(_reason(row.name), cells(row.visits)) for row in found.cancellations.by_reason],
        plot="lying",
        note=_("A reason that was written once only may be about a person: it is among the others."),
    )


def _columns_of_use() -> Sequence[Column]:
    """Of the cells of `used`."""
    return (
        Column(_("Open minutes")),
        Column(_("Booked minutes")),
        Column(_("Booked"), "accent", percent=True, told=True),
    )


def _columns_of_waits() -> Sequence[Column]:
    """Of the cells of `waited`."""
    return (
        Column(_("Visits")),
        Column(_("Half waited at most"), "accent"),
        Column(_("Nine of ten waited at most"), "line-strong"),
    )


def _reason(name: str) -> str:
    return {"": _("none given"), "other": _("others")}.get(name) or reason_words(name)
