"""Doctors' weekly hours from a file: the rows of a doctor stand together, and are that doctor's whole week."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain, groupby, islice
from typing import Any, ClassVar

from django.core.exceptions import ValidationError

from appointments import hours
from appointments.importing import lookups
from appointments.importing.cells import day, wall_time
from appointments.importing.importer import together, unreadable
from appointments.importing.outcomes import BLANK, BadCells, Outcome, Problem, Result, bad_cell, refused
from clinics.models import Location
from common.csv import Columns, Row, Table
from common.errors import DomainError
from doctors.models import Doctor, WeeklyHours
from doctors.services import MOST_WINDOWS_A_WEEK
from scheduling.hours import WEEKDAYS

DOCTOR = ("doctor", "doctor_email", "doctor_name")
LOCATION = ("location", "location_name")
SCATTERED = "The rows of a doctor are a whole week and have to stand together. Sort the file by doctor."
TOO_MANY = f"A week has at most {MOST_WINDOWS_A_WEEK} rows."
WITH_THE_OTHERS = "The week was not stored, because another of its rows was refused."


class Hours:
    """Stores the week of one doctor after the other: all of it or, where a row is wrong, nothing of it."""

    name: ClassVar = "hours"
    columns: ClassVar = Columns(
        known=together(DOCTOR, ["weekday", "start", "end"], LOCATION, ["valid_from", "valid_until"]),
        required=[DOCTOR[:2], ["weekday"], ["start"], ["end"]],
    )

    def __init__(self) -> None:
        self._doctors = lookups.doctors()
        self._locations = lookups.Things("location", Location.objects.all(), "location")

    def store(self, table: Table) -> Iterator[Result]:
        runs: Counter[int] = Counter()
        for _, rows in groupby(table, _whose):
            doctor = self._doctor_of(next(rows))
            runs.update([doctor.pk] if isinstance(doctor, Doctor) else [])
        scattered = {pk for pk, number in runs.items() if number > 1}
        for _, rows in groupby(table, _whose):
            week = list(islice(rows, MOST_WINDOWS_A_WEEK + 1))
            doctor = self._doctor_of(week[0])
            if isinstance(doctor, Result):
                yield from (_alike(row, doctor) for row in chain(week, rows))
            elif doctor.pk in scattered or len(week) > MOST_WINDOWS_A_WEEK:
                why = SCATTERED if doctor.pk in scattered else TOO_MANY
                yield from (refused(row, bad_cell(row, "", why), ()) for row in chain(week, rows))
            else:
                yield from self._judged(doctor, week)

    def _doctor_of(self, row: Row) -> Doctor | Result:
        if row.problem:
            return unreadable(row)
        self._doctors.load([row])
        try:
            return self._doctors.of(row)
        except BadCells as bad:
            return refused(row, bad, ())

    def _judged(self, doctor: Doctor, rows: Sequence[Row]) -> list[Result]:
        week: dict[int, WeeklyHours] = {}
        bad: dict[int, Result] = {}
        default = Location.objects.default()
        for row in rows:
            try:
                week[row.number] = self._window(row, default)
            except BadCells as why:
                bad[row.number] = refused(row, why, ())
        before = list(WeeklyHours.objects.filter(doctor=doctor))
        changed = Counter(map(_facts, before)) != Counter(map(_facts, week.values()))
        for row in rows if changed else ():
            if row.number in week and not week[row.number].location.active:
                bad[row.number] = refused(row, bad_cell(row, "location", "This location is closed for good."), ())
        if bad:
            return [bad.get(row.number) or refused(row, bad_cell(row, "", WITH_THE_OTHERS), ()) for row in rows]
        if not changed:
            return [Result(Outcome.UNCHANGED) for _ in rows]
        try:
            hours.set_weekly_hours(doctor, list(week.values()))
        except DomainError as why:
            return [refused(row, why, self.columns.known) for row in rows]
        return [Result(Outcome.UPDATED if before else Outcome.CREATED) for _ in rows]

    def _window(self, row: Row, default: Location) -> WeeklyHours:
        """Raises BadCells with everything that is wrong with the row."""
        if row.problem:
            raise bad_cell(row, "", row.problem)
        self._doctors.of(row)  # whose name may differ from that of the first row
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, reading in READING.items():
            if text := row.cells.get(name):
                try:
                    values[name] = reading(text)
                except ValidationError as error:
                    problems += [Problem(row.number, name, message) for message in error.messages]
            elif name in REQUIRED:
                problems.append(Problem(row.number, name, BLANK))
        try:
            values["location"] = self._locations.named_by(row) or default
        except BadCells as bad:
            problems += bad.problems
        if problems:
            raise BadCells(problems)
        window = WeeklyHours(**values)
        try:
            window.clean()
        except ValidationError as error:
            raise bad_cell(row, "valid_until", error.messages[0]) from None
        return window


def _whose(row: Row) -> tuple[str, str]:
    return row.cells.get("doctor", ""), row.cells.get("doctor_email", "").lower()


def _alike(row: Row, why: Result) -> Result:
    """The same refusal, of another row."""
    return Result(Outcome.REFUSED, [Problem(row.number, problem.column, problem.reason) for problem in why.problems])


def _facts(window: WeeklyHours) -> tuple[Any, ...]:
    return window.weekday, window.start, window.end, window.location_id, window.valid_from, window.valid_until


def _weekday(text: str) -> int:
    if text.lower() not in WEEKDAYS:
        raise ValidationError(f"Choose from: {', '.join(WEEKDAYS)}.")
    return WEEKDAYS.index(text.lower())


READING = {"weekday": _weekday, "start": wall_time, "end": wall_time, "valid_from": day, "valid_until": day}
REQUIRED = ("weekday", "start", "end")
