"""A clinic in which anything may happen next: after every step, everything that must be true is.

Hypothesis chooses what is done: visits are booked, moved, cancelled and undone, times are held, patients wait and
answer, hours change, clocks go forward. A refusal is an answer; anything else that is raised is a failure, and so is a
refusal that leaves something behind. The same steps are taken every time, and a failure prints the shortest sequence
that leads to it. JOURNEYS=200 takes so many other sequences, chosen anew.
"""

import os
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from appointments import availability, holds, hours, policy, services, waitlist
from appointments.finding import Search, Slot, find_slots
from appointments.lifecycle import Status, allowed_from
from appointments.models import Appointment, Hold, Series, WaitlistEntry
from appointments.series import services as series_services
from clinics import services as clinic_services
from clinics.models import AppointmentType, Holiday, Location, LocationException, Room
from common import clock
from common.errors import DomainError
from doctors import places
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient
from scheduling.hours import WEEKDAYS
from scheduling.intervals import Interval
from tests.factories import at, make_doctor, make_patient, make_room, make_type, weekly_hours
from tests.journeys import invariants
from tests.journeys.invariants import Seen

JOURNEYS = int(os.environ.get("JOURNEYS", "0"))
STEPS = 30

# The Friday before the clocks go forward in London.
START = at("2026-03-27 06:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS = [date(2026, 3, 27), date(2026, 3, 29), date(2026, 3, 30)]

number = st.integers(0, 11)  # which of those there are, counted round
days = st.sampled_from(DAYS)
quarters = st.integers(0, 11).map(lambda quarter: time(8 + quarter // 4, quarter % 4 * 15))
starts = st.builds(lambda day, quarter: at(f"{day} {quarter}"), days, quarters)
lengths = st.sampled_from([None, None, None, 15, 30, 60, 90])
reasons = st.sampled_from(["", "", "The doctor agreed."])
weeks = st.sampled_from(
    [
        ["08:00-12:00"],
        ["08:00-10:00", "10:30-18:00"],
        ["09:00-11:00"],
        ["22:00-09:00"],
        [],
    ]
)


def there_are(name: str) -> Callable[[Any], Any]:
    """Only then is there a choice."""
    return precondition(lambda clinic: bool(getattr(clinic, name)))


class World:
    """Two places, three doctors, five patients, two kinds of visit, and one room of the kind that one of them needs."""

    def __init__(self) -> None:
        self.home = Location.objects.default()
        self.london = clinic_services.open_location(name="London", time_zone="Europe/London")
        self.doctors = [make_doctor(specialization=name) for name in ("Cardiology", "Cardiology", "Dermatology")]
        self.patients = [make_patient() for _ in range(5)]
        check = make_type(duration_minutes=20, buffer_before_minutes=5, buffer_after_minutes=10)
        echo = make_type(
            duration_minutes=45,
            room_kind="echo",
            minimum_notice_minutes=120,
            booking_horizon_days=3,
            specializations=["Cardiology"],
        )
        self.types: list[AppointmentType | None] = [None, check, echo]
        self.rooms: list[Room | None] = [None, make_room("echo"), make_room("consulting")]
        for doctor, place, windows in (
            (self.doctors[0], self.home, ["08:00-12:00"]),
            (self.doctors[1], self.home, ["08:00-10:00", "10:30-18:00"]),
            (self.doctors[2], self.london, ["08:00-12:00"]),
        ):
            hours.set_weekly_hours(doctor, every_day(windows, place))
        for count in range(8):  # the first doctor's first morning is full
            start = at("2026-03-27 08:00") + count * 30 * MINUTE
            services.book(doctor=self.doctors[0], patient=self.patients[count % 4], start=start)
        anything = {"specialization": "Cardiology", "earliest": DAYS[0], "latest": DAYS[-1]}
        for patient in self.patients[3:]:
            waitlist.join(patient=patient, **anything)


def every_day(windows: list[str], place: Location) -> list[WeeklyHours]:
    return [weekly_hours(f"{day} {window}", place) for day in WEEKDAYS for window in windows]


class Clinic(RuleBasedStateMachine):
    """What people do in that world."""

    world: ClassVar[World]
    happened: ClassVar[Counter[str]] = Counter()
    clock: ClassVar[time_machine.Traveller]

    def __init__(self) -> None:
        super().__init__()
        self.clock.move_to(START)
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.home, self.london, self.doctors = self.world.home, self.world.london, self.world.doctors
        self.patients, self.types, self.rooms = self.world.patients, self.world.types, self.world.rooms
        self.seen = Seen(START)
        self.tokens: dict[int, str] = {}
        # Of visits that a change of hours left outside: the newest line of history when that was told.
        self.told: dict[int, int] = {}

    def teardown(self) -> None:
        connection.check_constraints()
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # --- Visits ----------------------------------------------------------------------------------

    @rule(doctor=number, patient=number, kind=number, room=number, start=starts, minutes=lengths, reason=reasons)
    def book(
        self, *, doctor: int, patient: int, kind: int, room: int, start: datetime, minutes: int | None, reason: str
    ) -> None:
        self.attempt(
            services.book,
            doctor=pick(self.doctors, doctor),
            patient=pick(self.patients, patient),
            appointment_type=pick(self.types, kind),
            room=pick(self.rooms, room) if room > 8 else None,
            start=start,
            duration_minutes=minutes,
            override=bool(reason),
            reason=reason,
        )

    @rule(doctor=number, patient=number, kind=number, day=days, which=number)
    def book_what_is_listed(self, doctor: int, patient: int, kind: int, day: date, which: int) -> None:
        """Every slot listed books, unless the patient is somewhere else."""
        who, appointment_type = pick(self.patients, patient), pick(self.types, kind)
        if slot := self.listed(pick(self.doctors, doctor), appointment_type, day, which):
            meeting = [visit for visit in self.seen.blocking if visit.patient_id == who.pk]
            busy = any(visit.start < slot.end and slot.start < visit.end for visit in meeting)
            visit = self.attempt(
                services.book, doctor=slot.doctor, patient=who, appointment_type=appointment_type, start=slot.start
            )
            assert (visit is None) == busy
            assert visit is None or (visit.start, visit.end, visit.location) == (slot.start, slot.end, slot.location)

    @rule(which=number, start=starts, doctor=number, minutes=lengths, reason=reasons)
    def move(self, which: int, start: datetime, doctor: int, minutes: int | None, reason: str) -> None:
        visit = pick(self.visits, which)
        self.attempt(
            services.reschedule,
            visit,
            start=start,
            doctor=pick(self.doctors, doctor) if doctor > 5 else None,
            duration_minutes=minutes,
            override=bool(reason),
            reason=reason,
        )

    @rule(which=number)
    def cancel(self, which: int) -> None:
        visit = pick(self.visits, which)
        self.attempt(services.cancel, visit)

    @rule(which=number, follower=number)
    def step(self, which: int, follower: int) -> None:
        visit = pick(self.visits, which)
        status = pick(allowed_from(visit.status), follower) or Status.CONFIRMED.value
        self.attempt(services.set_status, visit, status, called="step")

    @there_are("changed")
    @rule(which=number)
    def undo(self, which: int) -> None:
        visit = pick(self.changed, which)
        if undone := self.attempt(services.undo, visit):
            last = self.seen.lines[visit.pk][-1]
            stands = (undone.status, undone.start, undone.end, undone.doctor_id)
            assert stands == (last.from_status, last.from_start, last.from_end, last.from_doctor_id)
            kind = undone.appointment_type.room_kind if undone.appointment_type else ""
            assert undone.room_id == last.from_room_id or kind, "Only a room of a kind is chosen anew."

    @rule(which=number, room=number)
    def change_room(self, which: int, room: int) -> None:
        visit = pick(self.visits, which)
        self.attempt(services.amend, visit, room=pick(self.rooms, room), called="change_room")

    # --- Series ----------------------------------------------------------------------------------

    @rule(
        doctor=number,
        patient=number,
        kind=number,
        start=starts,
        every=st.sampled_from(["FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;BYDAY=MO,FR;COUNT=3"]),
        skip=st.booleans(),
    )
    def book_series(self, *, doctor: int, patient: int, kind: int, start: datetime, every: str, skip: bool) -> None:
        self.attempt(
            series_services.create,
            doctor=pick(self.doctors, doctor),
            patient=pick(self.patients, patient),
            appointment_type=pick(self.types, kind),
            start=start,
            rule=every,
            on_conflict="skip" if skip else "abort",
            called="book_series",
        )

    @there_are("series")
    @rule(which=number, visit=number, scope=st.sampled_from(["this", "following", "all"]), to=quarters)
    def move_series(self, which: int, visit: int, scope: str, to: time) -> None:
        series = pick(self.series, which)
        first = pick(list(series.appointments.order_by("id")), visit)
        change = {"scope": scope, "appointment": None if scope == "all" else first, "time": to}
        self.attempt(series_services.amend, series, **change, called="move_series")

    @there_are("series")
    @rule(which=number, visit=number, scope=st.sampled_from(["following", "all"]))
    def cancel_series(self, which: int, visit: int, scope: str) -> None:
        series = pick(self.series, which)
        first = pick(list(series.appointments.order_by("id")), visit)
        which_visits = {"scope": scope, "appointment": None if scope == "all" else first}
        self.attempt(series_services.cancel, series, **which_visits, called="cancel_series")

    # --- Holds -----------------------------------------------------------------------------------

    @rule(doctor=number, kind=number, start=starts, patient=number)
    def hold(self, doctor: int, kind: int, start: datetime, patient: int) -> None:
        self.keep(
            doctor=pick(self.doctors, doctor),
            appointment_type=pick(self.types, kind),
            start=start,
            patient=pick(self.patients, patient) if patient > 5 else None,
        )

    @rule(doctor=number, kind=number, day=days, which=number)
    def hold_what_is_listed(self, doctor: int, kind: int, day: date, which: int) -> None:
        appointment_type = pick(self.types, kind)
        if slot := self.listed(pick(self.doctors, doctor), appointment_type, day, which):
            assert self.keep(doctor=slot.doctor, appointment_type=appointment_type, start=slot.start)

    @there_are("held")
    @rule(which=number, patient=number, start=st.none() | starts)
    def book_with_hold(self, which: int, patient: int, start: datetime | None) -> None:
        held, who = pick(self.held, which), pick(self.patients, patient)
        visit = self.attempt(
            services.book,
            doctor=held.doctor,
            patient=who,
            start=start or held.start,
            hold=self.tokens[held.pk],
            called="book_with_hold",
        )
        if visit:
            assert (visit.start, visit.end, visit.room) == (held.start, held.end, held.room)
            assert not Hold.objects.filter(pk=held.pk).exists()
        elif start is None:
            assert not self.may_be_redeemed(held, who)

    @there_are("held")
    @rule(which=number, visit=number)
    def move_with_hold(self, which: int, visit: int) -> None:
        held = pick(self.held, which)
        self.attempt(
            services.reschedule,
            pick(self.visits, visit),
            doctor=held.doctor,
            start=held.start,
            hold=self.tokens[held.pk],
            called="move_with_hold",
        )

    @there_are("held")
    @rule(which=number)
    def release(self, which: int) -> None:
        held = pick(self.held, which)
        self.attempt(holds.release, held)

    # --- The waiting list ------------------------------------------------------------------------

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

    # --- Hours -----------------------------------------------------------------------------------

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

    # --- Time ------------------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([5, 60, 60, 240]), working=st.booleans())
    def wait(self, minutes: int, working: bool) -> None:
        """Time goes by, with or without the worker."""
        self.clock.shift(minutes * MINUTE)
        if working:
            self.happened["lapse"] += waitlist.lapse_all_due()

    # --- What must be true -----------------------------------------------------------------------

    @rule(doctor=number, kind=number, start=starts)
    def the_slot_list_agrees_with_the_policy(self, doctor: int, kind: int, start: datetime) -> None:
        """Of two hours, every quarter: listed if and only if the policy has nothing against it."""
        who, appointment_type, now = pick(self.doctors, doctor), pick(self.types, kind), clock.now()
        minutes = appointment_type.duration_minutes if appointment_type else who.default_duration_minutes
        until = start + 120 * MINUTE
        search = Search(
            [who],
            since=start,
            until=until,
            now=now,
            limit=100,
            minutes=minutes,
            step=15,
            appointment_type=appointment_type,
        )
        offering = appointment_type is None or Doctor.objects.offering(appointment_type).filter(pk=who.pk).exists()
        listed = [slot.start for slot in find_slots(search)] if offering else []
        quarter_hours = [start + quarter * 15 * MINUTE for quarter in range(8)]
        allowed = []
        for begin in quarter_hours:
            visit = Interval.lasting(begin, minutes)
            proposal = policy.Proposal(who, visit, now, appointment_type=appointment_type)
            if visit.end <= until and not list(policy.problems(proposal)):
                allowed.append(begin)
        assert [begin for begin in listed if begin in quarter_hours] == allowed

    @invariant()
    def everything_is_in_order(self) -> None:
        seen = self.seen = Seen(clock.now())
        invariants.nobody_is_in_two_places(seen)
        invariants.holds_keep_what_they_hold(seen)
        invariants.buffers_are_kept_unless_set_aside(seen)
        invariants.history_is_whole(seen)
        invariants.the_waiting_list_is_in_order(seen)
        invariants.nothing_is_held_for_nobody(seen, self.tokens)
        for outside in invariants.uncovered(seen, self.doctors).values():
            for visit in outside:
                line = seen.placing(visit)
                assert "outside_hours" in line.overrode or line.pk <= self.told.get(visit.pk, 0), visit

    def hear(self) -> None:
        """The doctors' hours have changed: visits that are outside them are told, and no others."""
        seen = Seen(clock.now())
        for doctor, outside in invariants.uncovered(seen, self.doctors).items():
            [row] = [row for row in self.doctors if row.pk == doctor]
            assert availability.outside_hours(row, now=seen.now) == outside
            self.told |= {visit.pk: seen.lines[visit.pk][-1].pk for visit in outside}

    # --- How things are done ---------------------------------------------------------------------

    @property
    def visits(self) -> list[Appointment]:
        return self.seen.visits

    @property
    def changed(self) -> list[Appointment]:
        """Those whose last change can be undone, if what it leads back to is still possible."""
        return [visit for visit in self.visits if self.seen.lines[visit.pk][-1].action in ("moved", "status")]

    @property
    def held(self) -> list[Hold]:
        """Holds that somebody has the token of, whether they still stand or not."""
        return [hold for hold in self.seen.all_holds if hold.pk in self.tokens]

    @property
    def offered(self) -> list[WaitlistEntry]:
        """Those who have an offer, whether it still stands or not."""
        return [entry for entry in self.seen.entries if entry.status == "offered"]

    @property
    def series(self) -> list[Series]:
        return self.seen.series

    @property
    def exceptions(self) -> list[AvailabilityException]:
        return self.seen.hours.exceptions

    @property
    def holidays(self) -> list[Holiday]:
        return self.seen.hours.holidays

    @property
    def closures(self) -> list[LocationException]:
        return self.seen.hours.closures

    def listed(self, doctor: Doctor, kind: AppointmentType | None, day: date, which: int) -> Slot | None:
        """One of the doctor's free slots of that day."""
        if kind and not Doctor.objects.offering(kind).filter(pk=doctor.pk).exists():
            return None
        search = Search([doctor], since=day, until=day, now=clock.now(), limit=12, appointment_type=kind)
        return pick(find_slots(search), which)

    def may_be_redeemed(self, held: Hold, patient: Patient) -> bool:
        """Whether nothing at all has come between the hold and the patient's booking of it."""
        near = Interval(held.start, held.end).widened(15 * MINUTE)
        others = [
            visit
            for visit in self.seen.blocking
            if near.overlaps(visit.interval) and (visit.doctor_id == held.doctor_id or visit.patient_id == patient.pk)
        ]
        stands = held in self.seen.holds and held.start > self.seen.now and held.patient_id in {None, patient.pk}
        return stands and not others and self.seen.hours.cover(held)

    def keep(self, **wanted: Any) -> Hold | None:
        if kept := self.attempt(holds.hold, **wanted):
            hold, self.tokens[kept[0].pk] = kept
            return hold
        return None

    def attempt(self, verb: Callable[..., Any], *facts: Any, called: str = "", **wishes: Any) -> Any:
        """What the verb returns; None where it refuses, and then nothing has changed."""
        try:
            done = verb(*facts, **wishes)
        except DomainError:
            assert Seen(clock.now()).stored() == self.seen.stored()
            return None
        self.happened[called or verb.__name__] += 1
        return done


def pick(things: list[Any], which: int) -> Any:
    return things[which % len(things)] if things else None


@pytest.mark.django_db
def test_whatever_happens_everything_that_must_be_true_is(clock: time_machine.Traveller) -> None:
    clock.move_to(START)
    Clinic.clock, Clinic.world, Clinic.happened = clock, World(), Counter()

    run_state_machine_as_test(
        Clinic,
        settings=settings(
            # Fewer on a second database: what they are drawn from is the same.
            max_examples=JOURNEYS or (45 if connection.vendor == "sqlite" else 25),
            stateful_step_count=STEPS,
            derandomize=not JOURNEYS,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )

    assert HAPPENS - set(Clinic.happened) == set()


# Journeys on which these never succeed prove nothing about them.
HAPPENS = {"book", "reschedule", "cancel", "step", "undo", "book_series", "hold", "join", "answer", "set_weekly_hours"}
