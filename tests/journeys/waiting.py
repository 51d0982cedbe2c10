"""What is done on the waiting list, while time goes by."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from appointments import waitlist
from tests.journeys.choices import days, number, pick, there_are
from tests.journeys.clinic import Clinic
from tests.journeys.world import DAY, MINUTE


class Waiting(Clinic):
    """Patients wait, are offered what comes free, and answer, or do not."""

    @rule(
        patient=number,
        doctor=number,
        kind=number,
        earliest=days,
        lasting=st.integers(0, 4),
        weekdays=st.lists(st.integers(0, 6), max_size=3),
        part=st.sampled_from(["", "", "", "morning", "afternoon"]),
        priority=st.integers(0, 2),
    )
    def join(
        self,
        *,
        patient: int,
        doctor: int,
        kind: int,
        earliest: date,
        lasting: int,
        weekdays: list[int],
        part: str,
        priority: int,
    ) -> None:
        self.attempt(
            waitlist.join,
            patient=pick(self.patients, patient),
            doctor=pick(self.doctors, doctor) if doctor > 5 else None,
            specialization="Cardiology" if doctor <= 5 else "",
            appointment_type=pick(self.types, kind),
            earliest=earliest,
            latest=earliest + lasting * DAY,
            weekdays=weekdays,
            part_of_day=part,
            priority=priority,
        )

    @there_are("offered")
    @rule(which=number)
    def accept(self, which: int) -> None:
        entry = pick(self.offered, which)
        offer = entry.offers.pending().first()
        visit = self.attempt(waitlist.accept, entry, called="answer")
        assert visit is None or (visit.doctor, visit.start, visit.end) == (offer.doctor, offer.start, offer.end)

    @there_are("offered")
    @rule(which=number)
    def decline(self, which: int) -> None:
        entry = pick(self.offered, which)
        self.attempt(waitlist.decline, entry, called="answer")

    @there_are("offered")
    @rule(which=number)
    def withdraw(self, which: int) -> None:
        entry = pick(self.offered, which)
        self.attempt(waitlist.withdraw, entry, called="answer")

    @rule(minutes=st.sampled_from([5, 60, 60, 240]), working=st.booleans())
    def wait(self, minutes: int, working: bool) -> None:
        """Time goes by, with or without the worker."""
        self.clock.shift(minutes * MINUTE)
        if working:
            self.happened["lapse"] += waitlist.lapse_all_due()
