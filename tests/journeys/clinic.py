"""How things are done in the clinic of the journeys, and what must be true of it after every step."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, ClassVar

import time_machine
from django.db import connection, transaction
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
)

from appointments import availability, holds, policy
from appointments.finding import Search, Slot, find_slots
from appointments.models import Appointment, Hold, Series, WaitlistEntry
from clinics.models import AppointmentType, Holiday, LocationException
from common import clock
from common.errors import DomainError
from doctors.models import AvailabilityException, Doctor
from patients.models import Patient
from scheduling.intervals import Interval
from tests.journeys import invariants
from tests.journeys.choices import number, pick, starts
from tests.journeys.invariants import Seen
from tests.journeys.world import MINUTE, START, World


class Clinic(RuleBasedStateMachine):
    """What there is in that world, and how each thing is done. Its subclasses say what people do."""

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
