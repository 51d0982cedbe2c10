"""All data of one patient, and nobody else's; the same queries however many visits there are."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.roles import Role
from appointments import holds, merging, portability, services, waitlist
from audit.models import AuditEvent
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient

pytestmark = pytest.mark.django_db
NumQueries = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def jane() -> Patient:
    user = User.objects.create_user("jane", email="jane@example.org", role=Role.PATIENT)
    return make_patient(full_name="Jane Doe", desk_notes="Parks at the side.", user=user)


def test_all_that_is_known_of_a_patient_is_there(jane: Patient) -> None:
    twice = make_patient(full_name="Doe Jane")
    merging.merge(jane, twice)
    child = make_patient(full_name="Her child", guardian=jane)
    doctor = make_doctor(full_name="John Smith")
    visit = book("2026-03-02 10:00", patient=jane, doctor=doctor, notes="Brings X-rays.")
    services.cancel(visit, reason="Asked by phone", actor=jane.user)
    entry = waitlist.join(patient=jane, doctor=doctor, earliest=at("2026-03-02").date(), latest=at("2026-03-06").date())
    holds.hold(doctor=doctor, start=at("2026-03-02 12:00"), patient=jane)
    data = portability.export(jane)
    assert (data["exported_at"], data["legal_hold"]) == ("2026-03-02T06:00:00Z", False)
    assert (data["patient"]["full_name"], data["patient"]["desk_notes"]) == ("Jane Doe", "Parks at the side.")
    assert data["user"]["username"] == "jane"
    assert [record["full_name"] for record in data["merged_records"]] == ["Doe Jane"]
    assert [merge["merged"] for merge in data["merges"]] == [twice.pk]
    assert data["dependents"] == [{"id": child.pk, "full_name": "Her child"}]
    [told] = data["appointments"]
    assert (told["start"], told["doctor_name"], told["status"], told["notes"]) == (
        "2026-03-02T10:00:00Z",
        "John Smith",
        "cancelled",
        "Brings X-rays.",
    )
    assert [(change["action"], change["by"], change["reason"]) for change in told["history"]] == [
        ("booked", "system", ""),
        ("status", "patient", "Asked by phone"),
    ]
    assert [(row["id"], row["offers"]) for row in data["waitlist"]] == [(entry.pk, [])]
    assert not {"name_key", "phone_key", "search_text"} & data["patient"].keys()
    assert "token_hash" not in data["holds"][0]
    json.dumps(data)  # nothing but JSON


def test_nothing_of_anybody_else_is_there(jane: Patient) -> None:
    other = make_patient(full_name="Zyxwina Canaryquist")
    doctor = make_doctor()
    book("2026-03-02 10:00", patient=other, doctor=doctor)
    book("2026-03-02 11:00", patient=jane, doctor=doctor)
    assert "Zyxwina" not in json.dumps(portability.export(jane))


def test_a_patient_does_not_read_the_notes_of_the_desk(jane: Patient) -> None:
    book("2026-03-02 10:00", patient=jane, notes="For the desk.")
    data = portability.export(jane, reader=jane.user)
    assert "desk_notes" not in data["patient"]
    assert "notes" not in data["appointments"][0]


def test_a_patient_does_not_read_why_the_clinic_did_something(jane: Patient) -> None:
    services.cancel(book("2026-03-02 10:00", patient=jane), reason="Was rude on the phone.")
    merging.merge(jane, make_patient(), reason="Looks alike.")
    said = json.dumps(portability.export(jane, reader=jane.user))
    assert [text in said for text in ("cancelled", "rude", "alike")] == [True, False, False]


@pytest.mark.parametrize("visits", [1, 3])
def test_queries_do_not_grow_with_the_visits(jane: Patient, visits: int, django_assert_num_queries: NumQueries) -> None:
    for hour in range(visits):
        book(f"2026-03-02 {10 + hour}:00", patient=jane)
    jane = Patient.objects.get(pk=jane.pk)
    with django_assert_num_queries(10):
        portability.export(jane)


def test_the_command_writes_it_and_leaves_a_row_of_audit(jane: Patient, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("export_patient", str(jane.pk))
    assert json.loads(capsys.readouterr().out)["patient"]["full_name"] == "Jane Doe"
    [event] = AuditEvent.objects.all()
    assert (event.action, event.object_ids, event.outcome) == ("patient.export", [jane.pk], "ok")
    with pytest.raises(CommandError, match=r"There is no patient 0\."):
        call_command("export_patient", "0")
