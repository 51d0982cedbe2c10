"""What is done to the hours of doctors and places."""

from datetime import date, datetime

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from appointments import hours
from doctors import places
from tests.journeys.choices import days, number, pick, starts, there_are, weeks
from tests.journeys.clinic import Clinic
from tests.journeys.world import MINUTE, every_day


class Opening(Clinic):
    """Hours, leave, holidays and closures change under the visits that are there."""

    @rule(doctor=number, windows=weeks, there=st.booleans())
    def set_hours(self, doctor: int, windows: list[str], there: bool) -> None:
        place = self.london if there else self.home
        self.attempt(hours.set_weekly_hours, pick(self.doctors, doctor), every_day(windows, place))
        self.hear()

    @rule(
        doctor=number, closed=st.booleans(), start=starts, length=st.sampled_from([60, 240, 1440]), there=st.booleans()
    )
    def add_exception(self, doctor: int, closed: bool, start: datetime, length: int, there: bool) -> None:
        self.attempt(
            hours.add_exception,
            pick(self.doctors, doctor),
            kind="closed" if closed else "open",
            start=start,
            end=start + length * MINUTE,
            location=self.london if there else self.home,
        )
        self.hear()

    @there_are("exceptions")
    @rule(which=number, length=st.sampled_from([30, 120]))
    def amend_exception(self, which: int, length: int) -> None:
        exception = pick(self.exceptions, which)
        self.attempt(hours.amend_exception, exception, end=exception.start + length * MINUTE)
        self.hear()

    @there_are("exceptions")
    @rule(which=number)
    def remove_exception(self, which: int) -> None:
        exception = pick(self.exceptions, which)
        self.attempt(hours.remove_exception, exception)
        self.hear()

    @rule(day=days, there=st.sampled_from([None, 0, 1]))
    def add_holiday(self, day: date, there: int | None) -> None:
        place = None if there is None else (self.home, self.london)[there]
        self.attempt(places.add_holiday, date=day, name="Feast", location=place)
        self.hear()

    @there_are("holidays")
    @rule(which=number)
    def remove_holiday(self, which: int) -> None:
        holiday = pick(self.holidays, which)
        self.attempt(hours.remove_holiday, holiday)
        self.hear()

    @rule(closed=st.booleans(), start=starts, there=st.booleans())
    def add_closure(self, closed: bool, start: datetime, there: bool) -> None:
        place = self.london if there else self.home
        edges = {"start": start, "end": start + 240 * MINUTE}
        self.attempt(hours.add_location_exception, place, kind="closed" if closed else "open", **edges)
        self.hear()

    @there_are("closures")
    @rule(which=number)
    def remove_closure(self, which: int) -> None:
        closure = pick(self.closures, which)
        self.attempt(hours.remove_location_exception, closure)
        self.hear()
