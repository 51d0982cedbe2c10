"""What is done with visits, series of them, and holds."""

from datetime import date, datetime, time

from hypothesis import strategies as st
from hypothesis.stateful import (
    rule,
)

from appointments import holds, services
from appointments.lifecycle import Status, allowed_from
from appointments.models import Hold
from appointments.series import services as series_services
from tests.journeys.choices import days, lengths, number, pick, quarters, reasons, starts, there_are
from tests.journeys.clinic import Clinic


class Bookings(Clinic):
    """Times are taken, changed and given back."""

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
