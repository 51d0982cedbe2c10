"""The verbs, below every face: life cycle, history, undo, compare-and-set, retries."""

from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection

from accounts.roles import Role
from appointments import policy, services
from appointments.errors import (
    BadDuration,
    CameFromAnotherDoctor,
    ChangedMeanwhile,
    ImpossibleTransition,
    InThePast,
    NotMovable,
    OutsideHours,
    PatientBusy,
    SlotTaken,
)
from appointments.lifecycle import TRANSITIONS, Status, allowed_from, blocks
from appointments.models import Appointment, AppointmentChange
from common.errors import Busy
from doctors import services as doctor_services
from tests.factories import at, book, close, make_doctor, make_patient, make_user

ALLOWED = {
    "scheduled": ["confirmed", "checked_in", "in_progress", "completed", "cancelled", "no_show"],
    "confirmed": ["scheduled", "checked_in", "in_progress", "completed", "cancelled", "no_show"],
    "checked_in": ["in_progress", "completed", "cancelled", "no_show"],
    "in_progress": ["completed"],
    "completed": [],
    "cancelled": ["scheduled"],
    "no_show": ["scheduled", "checked_in"],
}


def in_status(status: str) -> Appointment:
    visit = book()
    Appointment.objects.filter(pk=visit.pk).update(status=status)
    visit.refresh_from_db()
    return visit


def history(visit: Appointment) -> list[tuple[str, str, str]]:
    return list(visit.history.order_by("id").values_list("action", "from_status", "to_status"))


# --- Life cycle --------------------------------------------------------------------------------------


def test_the_table_is_this_one() -> None:
    assert {status.value: allowed_from(status) for status in TRANSITIONS} == ALLOWED


@pytest.mark.parametrize(("current", "wanted"), product(ALLOWED, ALLOWED))
def test_every_step_obeys_the_table(db: None, current: str, wanted: str) -> None:
    visit = in_status(current)
    if wanted == current:
        services.set_status(visit, wanted)
        assert history(visit) == [("booked", "", "scheduled")]
    elif wanted in ALLOWED[current]:
        assert services.set_status(visit, wanted).status == wanted
        assert history(visit)[1:] == [("status", current, wanted)]
    else:
        with pytest.raises(ImpossibleTransition) as caught:
            services.set_status(visit, wanted)
        assert caught.value.details == {"allowed": ALLOWED[current]}
        visit.refresh_from_db()
        assert visit.status == current


def test_what_blocks() -> None:
    blocking = [status.value for status in Status if blocks(status)]
    assert blocking == ["scheduled", "confirmed", "checked_in", "in_progress", "completed"]


@pytest.mark.parametrize("status", ["checked_in", "in_progress", "completed", "cancelled", "no_show"])
def test_only_a_visit_that_has_not_begun_moves(db: None, status: str) -> None:
    visit = in_status(status)
    with pytest.raises(NotMovable):
        services.reschedule(visit, start=at("2026-03-02 11:00"))


@pytest.mark.parametrize(
    ("current", "wanted", "why"),
    [
        (
            "scheduled",
            "checked_in",
            "An appointment that becomes checked_in keeps its time and doctor. Change one after the other.",
        ),
        (
            "checked_in",
            "completed",
            "This appointment is checked_in; only a scheduled or confirmed one can change its time or doctor.",
        ),
    ],
)
def test_a_move_is_refused_for_what_the_visit_is_or_would_be(db: None, current: str, wanted: str, why: str) -> None:
    visit = in_status(current)
    with pytest.raises(NotMovable) as caught:
        services.amend(visit, start=at("2026-03-02 11:00"), status=wanted)
    assert caught.value.message == why


def test_a_no_show_who_arrives_late_is_checked_in(db: None, clock: Any) -> None:
    visit = book()
    clock.move_to(at("2026-03-02 10:20"))
    services.mark_no_show(visit)
    assert services.check_in(visit).status == "checked_in"


def test_a_no_show_whose_time_was_given_away_cannot_be_checked_in(db: None, clock: Any) -> None:
    visit = book(duration_minutes=60)
    services.mark_no_show(visit)
    book("2026-03-02 10:30", doctor=visit.doctor)
    with pytest.raises(SlotTaken):
        services.check_in(visit)


def test_putting_back_a_cancelled_visit_of_the_past_is_refused(db: None, clock: Any) -> None:
    visit = services.cancel(book())
    clock.move_to(at("2026-03-02 10:01"))
    with pytest.raises(InThePast):
        services.set_status(visit, Status.SCHEDULED)


# --- Changes -----------------------------------------------------------------------------------------


def test_a_refused_move_leaves_everything_as_it_was(db: None) -> None:
    visit = book()
    book("2026-03-02 11:00", doctor=visit.doctor)
    with pytest.raises(SlotTaken):
        services.reschedule(visit, start=at("2026-03-02 11:00"))
    fresh = Appointment.objects.get(pk=visit.pk)
    assert (fresh.start, fresh.version, len(history(fresh))) == (at("2026-03-02 10:00"), 1, 1)


def test_a_running_visit_of_the_past_can_be_made_longer(db: None, clock: Any) -> None:
    visit = book()
    clock.move_to(at("2026-03-02 10:10"))
    assert services.amend(visit, duration_minutes=60).end == at("2026-03-02 11:00")


def test_a_visit_outside_the_hours_can_end_earlier_but_not_later(db: None) -> None:
    visit = book()
    close(visit.doctor, "2026-03-02 10:00", "2026-03-02 12:00")
    with pytest.raises(OutsideHours):
        services.amend(visit, duration_minutes=40)
    assert services.amend(visit, duration_minutes=20).end == at("2026-03-02 10:20")


def test_a_move_and_a_status_are_one_line_of_history(db: None) -> None:
    visit = book()
    services.amend(visit, start=at("2026-03-02 11:00"), status="confirmed")
    assert history(visit)[1:] == [("moved", "scheduled", "confirmed")]


def test_a_duration_is_from_a_minute_to_a_day(db: None) -> None:
    for minutes in (-1, 1441):
        with pytest.raises(BadDuration):
            book(duration_minutes=minutes)


def test_undo_of_a_move_restores_time_and_doctor(db: None) -> None:
    visit = book()
    old = visit.doctor
    moved = services.reschedule(visit, start=at("2026-03-02 11:00"), doctor=make_doctor())
    undone = services.undo(moved)
    assert (undone.start, undone.end, undone.doctor) == (at("2026-03-02 10:00"), at("2026-03-02 10:30"), old)
    assert [line[0] for line in history(visit)] == ["booked", "moved", "undone"]


def test_undo_corrects_a_past_visit(db: None, clock: Any) -> None:
    visit = services.mark_no_show(book())
    clock.move_to(at("2026-03-03 10:00"))
    assert services.undo(visit).status == "scheduled"


def test_two_clerks_cannot_both_win(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between reading and writing, somebody else changes the row: compare-and-set refuses."""
    visit = book()
    read = services._locked_for_change

    def read_and_lose(*args: Any) -> Any:
        answer = read(*args)
        Appointment.objects.filter(pk=visit.pk).update(version=2, status="cancelled")
        return answer

    monkeypatch.setattr(services, "_locked_for_change", read_and_lose)
    with pytest.raises(ChangedMeanwhile):
        services.confirm(visit)


def test_a_visit_moved_to_another_doctor_meanwhile_is_noticed(db: None) -> None:
    stale = book()
    services.reschedule(Appointment.objects.get(), start=at("2026-03-02 10:00"), doctor=make_doctor())
    with pytest.raises(ChangedMeanwhile):
        services.cancel(stale)


def test_what_was_changed_before_the_lock_was_had_is_not_undone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = services.confirm(book())
    lock = services._locked_for_change

    def late(*args: Any) -> Any:
        monkeypatch.undo()
        services.check_in(Appointment.objects.get())
        return lock(*args)

    monkeypatch.setattr(services, "_locked_for_change", late)
    with pytest.raises(ChangedMeanwhile):
        services.undo(visit)
    assert [line[0] for line in history(visit)] == ["booked", "status"]


# --- The judge ---------------------------------------------------------------------------------------


def test_the_constraint_refuses_what_the_check_lets_pass(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    visit, other = book(), book("2026-03-02 12:00")
    monkeypatch.setattr(policy, "RULES", ())
    with pytest.raises(SlotTaken):
        book(doctor=visit.doctor)
    with pytest.raises(PatientBusy):
        book(patient=visit.patient)
    with pytest.raises(SlotTaken):
        services.reschedule(other, start=visit.start, doctor=visit.doctor)
    assert (Appointment.objects.count(), AppointmentChange.objects.count()) == (2, 2)


def test_without_hours_there_is_no_place_even_if_the_check_lets_it_pass(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "RULES", ())
    with pytest.raises(OutsideHours):
        book("2026-03-07 10:00")


def test_every_reason_is_listed_for_the_desk(db: None) -> None:
    taken = book()
    doctor_services.deactivate(taken.doctor)
    taken.doctor.refresh_from_db()
    late = at("2026-03-02 20:00")
    for interval, codes in (
        (taken.interval, ["doctor_inactive", "slot_taken", "patient_busy"]),
        (services.lasting(late, 30), ["doctor_inactive", "outside_hours"]),
        (services.lasting(at("2026-03-01 10:00"), 30), ["in_the_past", "doctor_inactive", "outside_hours"]),
    ):
        visit = policy.Proposal(taken.doctor, interval, at("2026-03-02 06:00"), taken.patient)
        assert [problem.code for problem in policy.problems(visit)] == codes


def test_doctors_and_then_the_patient_are_locked(db: None, django_assert_max_num_queries: Any) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite serialises writers by BEGIN IMMEDIATE")
    doctor, patient = make_doctor(), make_patient()
    with django_assert_max_num_queries(20) as captured:
        book(doctor=doctor, patient=patient)
    locks = [query["sql"] for query in captured.captured_queries if "FOR NO KEY UPDATE" in query["sql"]]
    assert [sql.split(" FROM ")[1].split()[0] for sql in locks] == ['"doctors_doctor"', '"patients_patient"']


# --- Lost races --------------------------------------------------------------------------------------


def fails_first(times: int, error: OperationalError, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let locking fail ``times`` times as the database would, and count the tries."""
    tries: list[int] = []
    real = services.locked

    def flaky(*args: Any) -> Any:
        tries.append(1)
        if len(tries) <= times:
            raise error
        return real(*args)

    monkeypatch.setattr(services, "locked", flaky)
    monkeypatch.setattr("common.transactions.time.sleep", lambda seconds: None)
    return tries


LOCKED = OperationalError("database is locked")


def test_a_lost_race_is_tried_three_times(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = fails_first(2, LOCKED, monkeypatch)
    assert book().status == "scheduled"
    assert (len(tries), Appointment.objects.count(), AppointmentChange.objects.count()) == (3, 1, 1)


def test_after_three_lost_races_the_system_is_busy(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = fails_first(3, LOCKED, monkeypatch)
    with pytest.raises(Busy):
        book()
    assert (len(tries), Appointment.objects.count()) == (3, 0)


@pytest.mark.parametrize("sqlstate", ["40P01", "55P03", "40001"])
def test_postgresqls_lost_races_are_tried_again(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, sqlstate: str
) -> None:
    cause = Exception()
    cause.sqlstate = sqlstate
    error = OperationalError("lost")
    error.__cause__ = cause
    tries = fails_first(1, error, monkeypatch)
    assert (book().status, len(tries)) == ("scheduled", 2)


def test_other_failures_are_not_tried_again(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = fails_first(1, OperationalError("disk is full"), monkeypatch)
    with pytest.raises(OperationalError):
        book()
    assert len(tries) == 1


def test_a_busy_system_answers_503_and_when_to_return(
    transactional_db: None, api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor, patient = make_doctor(), make_patient()
    fails_first(3, LOCKED, monkeypatch)
    body = {"patient": patient.pk, "doctor": doctor.pk, "appointment_time": "2026-03-02T10:00:00Z"}
    answer = api.post("/api/appointments/", body)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json() == {"detail": "The system is busy. Nothing was changed; please try again."}


def test_an_unknown_constraint_is_not_explained_away(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "VERDICTS", {})
    monkeypatch.setattr(policy, "RULES", ())
    visit = book()
    with pytest.raises(IntegrityError):
        book(doctor=visit.doctor)


def test_a_doctor_takes_back_no_move_from_anothers_calendar_and_the_desk_does(db: None) -> None:
    here, there = make_doctor(), make_doctor()
    visit = book("2026-03-03 10:00", doctor=there)
    moved = services.reschedule(visit, start=at("2026-03-03 10:00"), doctor=here)
    with pytest.raises(CameFromAnotherDoctor):
        services.undo(moved, actor=make_user(Role.DOCTOR, doctor=here))
    moved.refresh_from_db()
    assert moved.doctor == here
    assert services.undo(moved, actor=make_user(Role.RECEPTIONIST)).doctor == there
