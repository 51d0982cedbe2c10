"""Erasing: nothing says any more who it was, the visits stay as a skeleton, and what must be kept is kept."""

from datetime import date
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import IdempotencyKey, Token, User
from accounts.roles import Role
from appointments import erasure, holds, linking, merging, services, waitlist
from appointments.models import Appointment, Hold, OnlineBooking, WaitlistEntry
from audit.models import AuditEvent
from common import clock as time
from common.errors import Conflict
from patients import duplicates
from patients import services as patient_services
from patients.errors import AlreadyErased, RecordMerged
from patients.models import Patient
from tests.conftest import client_of
from tests.factories import at, book, make_doctor, make_patient, make_user
from tests.tokens import token_of

pytestmark = pytest.mark.django_db
# Words of one person that nobody else's data has.
TELLING = ("zyxwina", "canaryquist", "nightjar", "798765432", "qz99887766", "nhifzq5544", "1987-06-05", "ptarmigan")
DAY = date(2026, 3, 2)
REASON = "Asked in writing, file 17/2026"


@pytest.fixture
def jane() -> Patient:
    """With a second record, a child, a log-in, visits and notes of every kind."""
    user = User.objects.create_user(
        "zyxwina", email="zq.nightjar@example.org", role=Role.PATIENT, last_name="Canaryquist"
    )
    jane = make_patient(
        full_name="Zyxwina Canaryquist",
        email="zq.nightjar@example.org",
        phone_number="0798765432",
        national_id="QZ99887766",
        insurance_number="NHIFZQ5544",
        date_of_birth="1987-06-05",
        desk_notes="Likes the ptarmigan.",
        user=user,
    )
    twice = make_patient(full_name="Canaryquist Zyxwina", phone_number="0798765432", desk_notes="ptarmigan")
    merging.merge(jane, twice, reason="Zyxwina twice")
    make_patient(full_name="Her child", guardian=jane)
    first = book("2026-03-02 10:00", patient=jane, notes="The ptarmigan again")
    services.reschedule(first, start=at("2026-03-02 11:00"), reason="Zyxwina called", actor=user)
    services.cancel(book("2026-03-02 15:00", patient=jane), reason="Zyxwina called")
    waitlist.join(patient=jane, specialization="What Zyxwina has", earliest=DAY, latest=DAY)
    EmailAddress.objects.create(user=user, email="zq.nightjar@example.org")
    kind = ContentType.objects.get_for_model(Patient)
    LogEntry.objects.create(
        user=user,
        content_type=kind,
        object_id=jane.pk,
        object_repr=str(jane),
        action_flag=CHANGE,
        change_message="nightjar",
    )
    return jane


def tables_that_tell() -> dict[str, list[str]]:
    """The words of hers that are anywhere in the database, by table; but for the audit trail."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label == "audit":
                continue
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            text = str(cursor.fetchall()).lower()
            if words := [word for word in TELLING if word in text]:
                found[model._meta.db_table] = words
    return found


def test_nothing_in_the_database_says_who_it_was(jane: Patient, clock: time_machine.Traveller) -> None:
    telling = {"patients_patient", "appointments_appointment", "appointments_waitlistentry", "accounts_user"}
    assert set(tables_that_tell()) >= telling
    clock.move_to(at("2026-03-03 06:00"))
    erased = erasure.erase(jane, reason=REASON)
    assert tables_that_tell() == {}
    assert (erased.full_name, erased.active, erased.erased_at, erased.erasure_reason) == (
        f"Erased patient {jane.pk}",
        False,
        at("2026-03-03 06:00"),
        REASON,
    )


def test_the_skeleton_of_the_visits_stays(jane: Patient, clock: time_machine.Traveller) -> None:
    skeleton = ["id", "patient", "doctor", "location", "start", "end", "status", "created_at"]
    before = list(Appointment.objects.order_by("id").values_list(*skeleton))
    history = [visit.history.count() for visit in Appointment.objects.order_by("id")]
    clock.move_to(at("2026-03-03 06:00"))
    erasure.erase(jane, reason=REASON)
    assert list(Appointment.objects.order_by("id").values_list(*skeleton)) == before
    assert [visit.history.count() for visit in Appointment.objects.order_by("id")] == history == [2, 2]


def test_whoever_keeps_a_copy_hears_what_to_forget(jane: Patient, clock: time_machine.Traveller) -> None:
    child = Patient.objects.get(full_name="Her child")
    before = list(Appointment.objects.order_by("id").values_list("version", flat=True))
    clock.move_to(at("2026-03-03 06:00"))
    erasure.erase(jane, reason=REASON)
    visits = Appointment.objects.order_by("id")
    assert list(visits.values_list("updated_at", flat=True)) == [at("2026-03-03 06:00"), at("2026-03-03 06:00")]
    assert list(visits.values_list("version", flat=True)) == [version + 1 for version in before]
    child.refresh_from_db()
    assert child.updated_at == at("2026-03-03 06:00")


def test_nobody_signs_in_as_them_any_more(jane: Patient, clock: time_machine.Traveller) -> None:
    user = jane.user
    assert user
    clock.move_to(at("2026-03-03 06:00"))
    erasure.erase(jane, reason=REASON)
    user.refresh_from_db()
    assert (user.is_active, user.has_usable_password(), user.username) == (False, False, f"erased-{user.pk}")
    assert not Patient.objects.filter(user=user).exists()


def test_who_became_one_of_the_clinics_own_signs_in_on(jane: Patient, clock: time_machine.Traveller) -> None:
    user = jane.user
    assert user
    User.objects.filter(pk=user.pk).update(role=Role.RECEPTIONIST)
    clock.move_to(at("2026-03-03 06:00"))
    erasure.erase(jane, reason=REASON)
    user.refresh_from_db()
    assert (user.is_active, user.username, Patient.objects.filter(user=user).exists()) == (True, "zyxwina", False)


def test_nobody_signs_in_as_a_record_that_was_erased() -> None:
    erased = erasure.erase(make_patient(), reason=REASON)
    with pytest.raises(AlreadyErased):
        linking.link(make_user(Role.PATIENT), erased)


def test_an_answer_that_names_them_is_not_kept_to_be_told_again() -> None:
    reception = client_of(make_user(Role.RECEPTIONIST))
    for name, key in (('Zyxwina "Zé" Canaryquist', "one"), ("Amina Hassan", "two")):
        told = {"full_name": name, "phone_number": "0798765432"}
        assert reception.post("/api/patients/", told, headers={"Idempotency-Key": key}).status_code == 201
    erasure.erase(Patient.objects.earliest("pk"), reason=REASON)
    assert [kept.key for kept in IdempotencyKey.objects.all()] == ["two"]


def test_tokens_and_private_links_end(jane: Patient, clock: time_machine.Traveller) -> None:
    visit = Appointment.objects.filter(patient=jane).first()
    OnlineBooking.objects.create(appointment=visit, reference="QZ", token_hash="a" * 64, created_at=at("2026-03-02"))
    assert jane.user
    token_of(jane.user)
    clock.move_to(at("2026-03-03 06:00"))
    erasure.erase(jane, reason=REASON)
    assert (OnlineBooking.objects.count(), Token.objects.count()) == (0, 0)


def test_a_child_stays_and_has_no_guardian(jane: Patient, clock: time_machine.Traveller) -> None:
    clock.move_to(at("2026-03-03 06:00"))
    erasure.erase(jane, reason=REASON)
    child = Patient.objects.get(full_name="Her child")
    assert (child.guardian, child.erased_at, child.active) == (None, None, True)


def test_visits_to_come_are_cancelled_first(jane: Patient) -> None:
    with pytest.raises(Conflict) as caught:
        erasure.erase(jane, reason=REASON)
    [visit] = Appointment.objects.blocking()
    assert (caught.value.code, caught.value.details) == ("visits_to_come", {"appointments": [visit.pk]})
    assert "patients_patient" in tables_that_tell()
    services.cancel(visit)
    assert erasure.erase(jane, reason=REASON).erased_at


def test_holds_and_the_place_on_the_waiting_list_are_given_up(clock: time_machine.Traveller) -> None:
    patient, doctor = make_patient(), make_doctor()
    entry = waitlist.join(
        patient=patient, doctor=doctor, earliest=at("2026-03-02").date(), latest=at("2026-03-06").date()
    )
    holds.hold(doctor=doctor, start=at("2026-03-02 10:00"), patient=patient)
    erasure.erase(patient, reason=REASON)
    entry.refresh_from_db()
    assert (entry.status, Hold.objects.count()) == (WaitlistEntry.Status.WITHDRAWN, 0)


def test_a_legal_hold_keeps_the_data(jane: Patient, clock: time_machine.Traveller) -> None:
    clock.move_to(at("2026-03-03 06:00"))
    erasure.hold(jane, reason="Case 4711")
    with pytest.raises(Conflict) as caught:
        erasure.erase(jane, reason=REASON)
    assert (caught.value.code, caught.value.message) == (
        "legal_hold",
        "This record is under a legal hold. End the hold before the data is erased.",
    )
    erasure.hold(jane, reason="")
    assert erasure.erase(jane, reason=REASON).erased_at


def test_a_hold_of_a_merged_record_keeps_all(clock: time_machine.Traveller) -> None:
    kept, duplicate = make_patient(), make_patient()
    merging.merge(kept, erasure.hold(duplicate, reason="Case 4711"))
    with pytest.raises(Conflict, match="legal hold"):
        erasure.erase(kept, reason=REASON)


@pytest.mark.parametrize(
    "change",
    [
        lambda patient: erasure.erase(patient, reason=REASON),
        lambda patient: erasure.hold(patient, reason="Case 4711"),
        lambda patient: patient_services.amend(patient, full_name="Jane Doe"),
        patient_services.reactivate,
        lambda patient: merging.merge(make_patient(), patient),
        lambda patient: merging.merge(patient, make_patient()),
    ],
    ids=["erase", "hold", "amend", "reactivate", "merge", "be merged into"],
)
def test_there_is_no_way_back(change: Any) -> None:
    patient = erasure.erase(make_patient(), reason=REASON)
    with pytest.raises(Conflict) as caught:
        change(patient)
    assert caught.value.code == "record_erased"
    patient.refresh_from_db()
    assert patient.full_name == f"Erased patient {patient.pk}"


def test_a_merged_record_is_erased_with_the_one_it_leads_to() -> None:
    kept, duplicate = make_patient(), make_patient(full_name="Jane Twice")
    merging.merge(kept, duplicate)
    with pytest.raises(RecordMerged, match=rf"patient {kept.pk}\b"):
        erasure.erase(duplicate, reason=REASON)
    duplicate.refresh_from_db()
    assert (duplicate.full_name, duplicate.erased_at) == ("Jane Twice", None)


def test_the_erased_are_nobodys_duplicates() -> None:
    for _ in range(2):
        erased = erasure.erase(make_patient(), reason=REASON)
    assert erased.phone_key == ""
    assert duplicates.candidates(make_patient(full_name="Erased patient", phone_number="000000")) == []


# --- The end of the time that records are kept ----------------------------------------------------


def listed() -> list[int]:
    return [patient.pk for patient in erasure.expired(time.now())]


@pytest.fixture
def kept_for_ten_years(settings: Any) -> None:
    settings.RETENTION_YEARS = 10


@pytest.mark.usefixtures("kept_for_ten_years")
def test_records_are_over_ten_years_after_the_last_visit(clock: time_machine.Traveller) -> None:
    seen, unseen, child = make_patient(), make_patient(), make_patient(date_of_birth="2020-01-01")
    book("2026-03-02 10:00", patient=seen)
    clock.move_to(at("2036-03-02 10:00"))
    assert listed() == [unseen.pk]
    clock.move_to(at("2036-03-03 10:00"))
    assert listed() == [seen.pk, unseen.pk]
    clock.move_to(at("2048-01-02 06:00"))  # ten years after the child came of age
    assert listed() == [seen.pk, unseen.pk, child.pk]


@pytest.mark.usefixtures("kept_for_ten_years")
def test_ten_years_before_29_february_are_those_since_the_28th(clock: time_machine.Traveller) -> None:
    clock.move_to(at("2018-02-28 05:59"))
    before = make_patient()
    clock.move_to(at("2018-02-28 06:00"))
    make_patient()
    clock.move_to(at("2028-02-29 06:00"))
    assert listed() == [before.pk]


@pytest.mark.usefixtures("kept_for_ten_years")
def test_what_is_held_or_merged_or_needed_stays(clock: time_machine.Traveller) -> None:
    kept, duplicate, held, mother = (make_patient() for _ in range(4))
    merging.merge(kept, duplicate)
    book("2026-03-02 10:00", patient=kept)
    erasure.hold(held, reason="Case 4711")
    clock.move_to(at("2036-01-01 06:00"))
    child = make_patient(guardian=mother)
    clock.move_to(at("2037-01-01 06:00"))
    assert listed() == [kept.pk]
    erasure.erase(Patient.objects.get(pk=child.pk), reason=REASON)
    assert listed() == [kept.pk, mother.pk]


@pytest.mark.usefixtures("kept_for_ten_years")
def test_the_command_lists_and_only_erases_when_told(
    clock: time_machine.Traveller, capsys: pytest.CaptureFixture[str]
) -> None:
    patient = make_patient(full_name="Zyxwina Canaryquist")
    clock.move_to(at("2037-01-01 06:00"))
    call_command("erase_expired")
    assert capsys.readouterr().out == f"patient {patient.pk}\n"
    call_command("erase_expired", "--erase")
    assert capsys.readouterr().out == "Erased 1.\n"
    patient.refresh_from_db()
    assert (patient.full_name, patient.erasure_reason) == (f"Erased patient {patient.pk}", "Kept for 10 years.")
    [event] = AuditEvent.objects.all()
    assert (event.action, event.patient_ids, event.outcome, event.actor) == ("patient.erase", [patient.pk], "ok", None)
    assert "zyxwina" not in str(event.changes).lower()


def test_without_a_time_nothing_is_over() -> None:
    with pytest.raises(CommandError, match="RETENTION_YEARS is not set: records are kept for good"):
        call_command("erase_expired")
