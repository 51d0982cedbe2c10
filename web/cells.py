"""Numbers of reports as people read them, and as cells of the dashboard's tables."""

from dataclasses import dataclass

from django.utils import formats
from django.utils.translation import gettext as _

from appointments.reports.attendance import Attendance
from appointments.reports.utilisation import Utilisation
from appointments.reports.waits import Wait


@dataclass(frozen=True, slots=True)
class Cell:
    """``value`` is the number itself, ``text`` how people read it."""

    value: float | None
    text: str


def used(time: Utilisation) -> list[Cell]:
    return [*cells(time.open_minutes, time.booked_minutes), Cell(time.utilisation, percent(time.utilisation))]


def attended(of: Attendance) -> list[Cell]:
    return [*cells(of.attended, of.no_shows, of.unrecorded), Cell(of.rate, percent(of.rate))]


def waited(wait: Wait) -> list[Cell]:
    known = [Cell(value, "–" if value is None else figure(value)) for value in (wait.median_minutes, wait.p90_minutes)]
    return [*cells(wait.visits), *known]


def cells(*values: int) -> list[Cell]:
    return [Cell(value, figure(value)) for value in values]


def figure(value: float, places: int = 0) -> str:
    return formats.number_format(value, places, use_l10n=True, force_grouping=True)


def in_minutes(value: int | None) -> str:
    return "–" if value is None else _("%(n)s min") % {"n": figure(value)}


def percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{figure(ratio * 100, 1)} %"
