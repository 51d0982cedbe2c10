"""A write and its row commit together or not at all: with real transactions."""

import threading
import uuid
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from rest_framework.test import APIClient

from appointments import services, settling
from appointments.models import Appointment
from audit import sealing
from audit.models import AuditEvent, AuditSeal
from tests.audit.rows import make_row
from tests.factories import book, make_doctor, make_patient

pytestmark = pytest.mark.django_db(transaction=True)
TEN = "2026-03-02T10:00:00Z"


def rows() -> list[Any]:
    return list(AuditEvent.objects.order_by("id").values_list("action", "outcome"))


@pytest.fixture
def visit_wanted(db: None) -> dict[str, Any]:
    return {"patient": make_patient().pk, "doctor": make_doctor().pk, "appointment_time": TEN}


def test_the_row_is_there_when_the_booking_commits(
    api: APIClient, visit_wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    record = settling.record
    monkeypatch.setattr(
        services,
        "record",
        lambda *args, **facts: (record(*args, **facts), transaction.on_commit(lambda: seen.append(rows()))),
    )
    assert api.post("/api/appointments/", visit_wanted).status_code == 201
    assert seen == [[("appointment.book", "ok")]]


def test_without_its_row_nothing_is_booked(
    api: APIClient, visit_wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr("audit.writing.insert", fail)
    for headers in ({}, {"Idempotency-Key": uuid.uuid4().hex}):
        assert api.post("/api/appointments/", visit_wanted, headers=headers).status_code == 503
    assert (Appointment.objects.count(), AuditEvent.objects.count()) == (0, 0)
    monkeypatch.undo()
    assert api.post("/api/appointments/", visit_wanted).status_code == 201


def test_what_was_rolled_back_leaves_the_row_of_its_failure_only(
    api: APIClient, visit_wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(services, "record", fail)  # the history, after the INSERT
    assert api.post("/api/appointments/", visit_wanted).status_code == 503
    assert rows() == [("appointment.book", "error")]
    assert AuditEvent.objects.get().changes == []
    assert Appointment.objects.count() == 0


def test_a_lost_race_leaves_one_row_of_the_try_that_won(
    api: APIClient, visit_wanted: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    record, tries = services.record, []

    def lose_the_first(*args: Any, **facts: Any) -> None:
        tries.append(args)
        record(*args, **facts)
        if len(tries) == 1:
            raise OperationalError("database is locked")

    monkeypatch.setattr(services, "record", lose_the_first)
    assert api.post("/api/appointments/", visit_wanted).status_code == 201
    assert rows() == [("appointment.book", "ok")]
    assert [change["kind"] for change in AuditEvent.objects.get().changes] == ["appointment"]


def test_a_key_and_its_replay_leave_a_row_each(api: APIClient, visit_wanted: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    answers = [api.post("/api/appointments/", visit_wanted, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert list(AuditEvent.objects.order_by("id").values_list("action", "outcome", "details")) == [
        ("appointment.book", "ok", {}),
        ("appointment.book", "ok", {"replayed": True}),
    ]
    assert len(AuditEvent.objects.order_by("id")[0].changes) == 1


def test_a_replay_tells_whose_data_it_shows_once_more(api: APIClient) -> None:
    visit = book("2026-03-02 10:00")
    patient, doctor = visit.patient_id, visit.doctor_id
    twin = {"full_name": visit.patient.full_name, "phone_number": str(visit.patient.phone_number)}
    wanted = {"patient": patient, "doctor": doctor, "appointment_time": "2026-03-02T11:00:00Z"}
    leave = {"kind": "closed", "start": "2026-03-02T09:00:00Z", "end": "2026-03-02T12:00:00Z"}
    asked = {
        "/api/appointments/": wanted,
        f"/api/doctors/{doctor}/exceptions/": leave,  # lists the visits
        "/api/patients/": twin,  # names the one who may be the same
    }
    for path, body in asked.items():
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        answers = [api.post(path, body, format="json", headers=headers) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        replay, first = AuditEvent.objects.newest_first()[:2]
        assert replay.details == {"replayed": True}
        assert patient in replay.patient_ids
        assert (replay.object_ids, sorted(replay.patient_ids)) == (first.object_ids, sorted(first.patient_ids))


def test_a_trail_that_is_sealed_waits_for_who_still_writes() -> None:
    """PostgreSQL: a lower id that commits later is never passed by. SQLite: nobody else can be writing."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has a single writer")
    inserted, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                make_row(username="slow")
                inserted.set()
                go_on.wait(30)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert inserted.wait(30)
    make_row(username="fast")  # a higher id, committed first
    try:
        with pytest.raises(sealing.Unsettled):
            list(sealing.seal(patience_seconds=0.1))
        assert AuditSeal.objects.count() == 0
    finally:
        go_on.set()
        writer.join()
    [made] = sealing.seal()
    assert made.count == 2
    assert list(AuditEvent.objects.order_by("id").values_list("username", flat=True)) == ["slow", "fast"]


def test_sealing_beside_writers_misses_no_row() -> None:
    stop = threading.Event()

    def write() -> None:
        try:
            # With pauses: whoever waits for SQLite's lock gets it by chance, not in turn.
            while not stop.wait(0.01):
                with transaction.atomic():
                    make_row()
                    make_row()
        finally:
            connection.close()

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        while AuditSeal.objects.count() < 5:
            list(sealing.seal(batch=50))
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    list(sealing.seal())
    assert [problem for checked in sealing.verify() for problem in checked.problems] == []
    assert sealing.unsealed() == 0
    assert sum(AuditSeal.objects.values_list("count", flat=True)) == AuditEvent.objects.count()
