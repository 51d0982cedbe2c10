"""Patients' pages: who sees whom, finding, registering, correcting and merging."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from accounts.roles import Role
from appointments import erasure
from appointments import services as visits
from appointments.models import Appointment
from audit.models import AuditEvent
from patients import services
from patients.models import Patient, PatientMerge
from tests.factories import book, make_doctor, make_patient, make_user
from tests.pages import entries, messages
from tests.web.clients import queries, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return signed_in(Role.RECEPTIONIST)


def names(response: object) -> list[str]:
    return [patient.full_name for patient in response.context["found"].patients]


# --- Rights ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "answers"),
    [
        (Role.ADMIN, [200, 200, 200, 200, 200]),
        (Role.RECEPTIONIST, [200, 200, 200, 200, 200]),
        (Role.AUDITOR, [200, 200, 403, 403, 403]),
        (Role.DOCTOR, [200, 404, 403, 403, 403]),  # not a patient of theirs
        (Role.PATIENT, [403, 403, 403, 403, 403]),
        ("", [403, 403, 403, 403, 403]),
    ],
)
def test_each_role_reaches_the_pages_of_its_rights(role: str, answers: list[int]) -> None:
    one, other = make_patient(), make_patient()
    client = signed_in(role)
    pages = ["", f"{one.pk}/", "new/", f"{one.pk}/edit/", f"{one.pk}/merge/{other.pk}/"]
    assert [client.get(f"/patients/{page}").status_code for page in pages] == answers


def test_without_signing_in_every_page_asks_to(client: Client) -> None:
    patient = make_patient()
    for page in ("", f"{patient.pk}/", "new/"):
        answer = client.get(f"/patients/{page}")
        assert answer.status_code == 302
        assert "login" in answer.headers["Location"] or "sign-in" in answer.headers["Location"]


def test_doctors_find_and_open_only_those_whom_they_see() -> None:
    doctor = make_doctor()
    user = make_user(Role.DOCTOR, doctor=doctor)
    own = make_patient(full_name="Own Patient")
    other = make_patient(full_name="Other Patient")
    book(doctor=doctor, patient=own)
    client = signed_in(user)
    assert names(client.get("/patients/")) == ["Own Patient"]
    assert names(client.post("/patients/", {"q": "patient"})) == ["Own Patient"]
    assert client.get(f"/patients/{own.pk}/").status_code == 200
    unseen, unknown = client.get(f"/patients/{other.pk}/"), client.get("/patients/999999/")
    assert (unseen.status_code, unknown.status_code) == (404, 404)


def test_doctors_see_of_a_record_only_their_own_visits() -> None:
    doctor, colleague = make_doctor(), make_doctor(full_name="Colleague Elsewhere")
    patient = make_patient()
    book("2026-03-02 10:00", doctor=doctor, patient=patient)
    book("2026-03-03 10:00", doctor=colleague, patient=patient)
    page = signed_in(make_user(Role.DOCTOR, doctor=doctor)).get(f"/patients/{patient.pk}/")
    assert [visit.doctor for visit in page.context["upcoming"]] == [doctor]
    assert "Colleague Elsewhere" not in page.content.decode()


def test_identifiers_are_masked_for_those_who_need_not_know_them(desk: Client) -> None:
    patient = make_patient(national_id="12345678", insurance_number="NHIF0001")
    shown = desk.get(f"/patients/{patient.pk}/").content.decode()
    masked = signed_in(Role.AUDITOR).get(f"/patients/{patient.pk}/").content.decode()
    assert ["12345678" in shown, "NHIF0001" in shown] == [True, True]
    assert ["12345678" in masked, "NHIF0001" in masked, "•••678" in masked] == [False, False, True]


# --- Finding ---------------------------------------------------------------------------------------


def test_patients_are_found_in_any_spelling(desk: Client) -> None:
    make_patient(full_name="José O'Neill", phone_number="+254 712 345 678")
    make_patient(full_name="Somebody Else")
    for query in ("oneill jose".replace("on", "o'n"), "JOSE", "0712 345 678", "345678"):
        assert names(desk.post("/patients/", {"q": query})) == ["José O'Neill"]


def test_what_is_searched_for_is_not_in_any_address(desk: Client) -> None:
    make_patient(full_name="Amina Hassan")
    found = desk.post("/patients/", {"q": "amina"})
    assert found.request["QUERY_STRING"] == ""
    assert "?q=" not in found.content.decode()


def test_list_goes_on_page_by_page_without_repeating_anybody(desk: Client) -> None:
    for number in range(60):
        make_patient(full_name=f"Same Name {number % 3}")
    seen: list[int] = []
    after = ""
    for size in (25, 25, 10):
        page = desk.post("/patients/", {"q": "same", "after": after}).context["found"]
        assert len(page.patients) == size
        seen += [patient.pk for patient in page.patients]
        after = str(page.after or "")
    assert (after, len(set(seen))) == ("", 60)


def test_scripts_are_answered_with_the_list_alone(desk: Client) -> None:
    make_patient()
    part = desk.post("/patients/", {"q": "patient"}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<p")


def test_nobody_found_is_said(desk: Client) -> None:
    assert "Nobody is found like this" in text(desk.post("/patients/", {"q": "nobody at all"}))


def test_a_null_character_finds_what_it_finds_without(desk: Client) -> None:
    make_patient(full_name="Amina Hassan")
    assert names(desk.post("/patients/", {"q": "ami\x00na", "after": "x"})) == ["Amina Hassan"]


def test_list_takes_the_same_queries_however_many_there_are(desk: Client) -> None:
    make_patient()
    one = queries(lambda: desk.get("/patients/"))
    make_patient(), make_patient()
    assert (one, queries(lambda: desk.get("/patients/"))) == (4, 4)


def test_record_takes_the_same_queries_however_many_visits_it_has(desk: Client) -> None:
    patient = make_patient(full_name="Rosa Unlike")
    book("2026-03-02 10:00", patient=patient)
    one = queries(lambda: desk.get(f"/patients/{patient.pk}/"))
    book("2026-03-03 10:00", patient=patient)
    book("2026-03-04 10:00", patient=patient)
    assert (one, queries(lambda: desk.get(f"/patients/{patient.pk}/"))) == (10, 10)


# --- The record ------------------------------------------------------------------------------------


def test_visits_are_split_into_those_to_come_and_the_past_ones(desk: Client, clock: time_machine.Traveller) -> None:
    patient = make_patient()
    missed = book("2026-03-02 08:00", patient=patient)
    book("2026-03-03 09:00", patient=patient)
    clock.shift(timedelta(hours=6))
    visits.mark_no_show(missed)
    page = desk.get(f"/patients/{patient.pk}/")
    assert [visit.start.day for visit in page.context["upcoming"]] == [3]
    assert [(visit.start.day, visit.status) for visit in page.context["past"]] == [(2, "no_show")]
    assert "did not come 1 time" in text(page)


def test_of_who_has_missed_nothing_it_is_not_said_how_often(desk: Client) -> None:
    assert "did not come" not in text(desk.get(f"/patients/{make_patient().pk}/"))


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.ADMIN, Role.AUDITOR])
def test_each_visit_of_a_record_opens_at_the_desk(role: str) -> None:
    """Who has a patient on the phone finds them, and moves or cancels what is booked."""
    visit = book()
    client = signed_in(role)
    page = client.get(f"/patients/{visit.patient_id}/").content.decode()
    assert page.count(f'<a href="/desk/visits/{visit.pk}/">') == 1
    assert client.get(f"/desk/visits/{visit.pk}/").status_code == 200


def test_next_visit_is_booked_from_the_record(desk: Client) -> None:
    patient, gone = make_patient(), make_patient()
    services.deactivate(gone)
    link = f'href="/desk/book/?patient={patient.pk}"'
    assert desk.get(f"/patients/{patient.pk}/").content.decode().count(link) == 1
    assert desk.get(f"/desk/book/?patient={patient.pk}").context["patient"] == patient
    assert "/desk/book/" not in desk.get(f"/patients/{gone.pk}/").content.decode()
    assert "/desk/book/" not in signed_in(Role.AUDITOR).get(f"/patients/{patient.pk}/").content.decode()


def test_older_visits_follow_page_by_page(clock: time_machine.Traveller) -> None:
    patient, doctor = make_patient(), make_doctor()
    for number in range(23):
        visit = book(
            f"2026-03-{2 + number // 12:02} {8 + number % 12 // 2:02}:{number % 2 * 30:02}",
            patient=patient,
            doctor=doctor,
        )
        assert visit.pk
    clock.shift(timedelta(days=3))
    desk = signed_in(Role.RECEPTIONIST)  # the session of three days ago has ended
    first = desk.get(f"/patients/{patient.pk}/")
    second = desk.get(f"/patients/{patient.pk}/?before={first.context['older']}")
    assert (len(first.context["past"]), len(second.context["past"]), second.context["older"]) == (20, 3, None)


def test_merged_record_leads_to_the_one_that_stayed(desk: Client) -> None:
    kept, other = make_patient(), make_patient()
    desk.post(f"/patients/{kept.pk}/merge/{other.pk}/", entries(desk.get(f"/patients/{kept.pk}/merge/{other.pk}/")))
    answer = desk.get(f"/patients/{other.pk}/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/patients/{kept.pk}/")


def test_guardian_and_dependents_are_shown_and_changed(desk: Client) -> None:
    mother, child = make_patient(full_name="Wanjiru Mother"), make_patient(full_name="Kamau Child")
    page = desk.post(f"/patients/{child.pk}/guardian/", {"q": "wanjiru"})
    assert f'value="{mother.pk}"' in page.content.decode()
    desk.post(f"/patients/{child.pk}/guardian/", {"guardian": mother.pk})
    assert "Wanjiru Mother" in text(desk.get(f"/patients/{child.pk}/"))
    assert "Kamau Child" in text(desk.get(f"/patients/{mother.pk}/"))
    refused = desk.post(f"/patients/{mother.pk}/guardian/", {"guardian": child.pk}, follow=True)
    assert messages(refused) == [
        "Nobody is their own guardian, nor that of somebody who is theirs. Choose another guardian."
    ]
    desk.post(f"/patients/{child.pk}/guardian/", {"guardian": ""})
    child.refresh_from_db()
    assert child.guardian is None


def test_record_goes_out_of_use_and_back(desk: Client) -> None:
    patient = make_patient()
    desk.post(f"/patients/{patient.pk}/active/", {"active": "no"})
    assert Patient.objects.get(pk=patient.pk).active is False
    assert "nothing can be booked for it" in text(desk.get(f"/patients/{patient.pk}/"))
    desk.post(f"/patients/{patient.pk}/active/", {"active": "yes"})
    assert Patient.objects.get(pk=patient.pk).active is True


# --- Registering and correcting --------------------------------------------------------------------


def test_patient_is_registered_with_what_was_typed(desk: Client) -> None:
    typed = {"full_name": "  Amina   Hassan ", "phone_number": "0712 345 678", "date_of_birth": "1990-05-01"}
    answer = desk.post("/patients/new/", typed)
    patient = Patient.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/patients/{patient.pk}/")
    assert (patient.full_name, str(patient.date_of_birth)) == ("Amina Hassan", "1990-05-01")


def test_who_may_be_registered_already_is_shown_before_anything_is_stored(desk: Client) -> None:
    make_patient(full_name="Amina Hassan", phone_number="0712 345 678")
    typed = {"full_name": "Hassan, Amina", "phone_number": "+254712345678"}
    warned = desk.post("/patients/new/", typed)
    assert ("Is it one of these?" in text(warned), Patient.objects.count()) == (True, 1)
    assert 'value="Hassan, Amina"' in warned.content.decode()
    desk.post("/patients/new/", {**typed, "anyway": "yes"})
    assert Patient.objects.count() == 2


def test_wrong_entries_are_kept_and_said_beside_their_fields(desk: Client) -> None:
    answer = desk.post("/patients/new/", {"full_name": "Amina", "phone_number": "12", "date_of_birth": "2030-01-01"})
    assert answer.status_code == 400
    assert answer.context["form"].errors == {
        "phone_number": ["Enter a phone number, such as 0712 345 678 or +254 712 345 678."],
        "date_of_birth": ["A date of birth cannot be in the future."],
    }
    assert Patient.objects.count() == 0


def test_taken_national_id_is_said_beside_its_field(desk: Client) -> None:
    make_patient(national_id="A1")
    answer = desk.post("/patients/new/", {"full_name": "Zoe Other", "phone_number": "0799000111", "national_id": "a1"})
    assert answer.context["form"].errors == {"national_id": ["A patient with this national id is already registered."]}


def test_child_is_registered_with_its_guardian(desk: Client) -> None:
    mother = make_patient(full_name="Wanjiru Mother")
    typed = {"full_name": "Kamau Child", "phone_number": "0733 111 222", "guardian": mother.pk}
    assert "Wanjiru Mother books for them" in text(desk.get(f"/patients/new/?guardian={mother.pk}"))
    desk.post("/patients/new/", typed)
    assert Patient.objects.get(full_name="Kamau Child").guardian == mother


def test_correction_is_stored(desk: Client) -> None:
    patient = make_patient(full_name="Amina Hasan")
    form = entries(desk.get(f"/patients/{patient.pk}/edit/"))
    answer = desk.post(f"/patients/{patient.pk}/edit/", {**form, "full_name": "Amina Hassan"})
    assert answer.status_code == 302
    assert Patient.objects.get().full_name == "Amina Hassan"


def test_correction_of_an_erased_record_is_a_conflict_as_in_the_api(desk: Client) -> None:
    patient = make_patient()
    form = entries(desk.get(f"/patients/{patient.pk}/edit/"))
    erasure.erase(patient, reason="Asked for.")
    seen = entries(desk.get(f"/patients/{patient.pk}/edit/"))["seen"]
    answer = desk.post(f"/patients/{patient.pk}/edit/", {**form, "seen": seen})
    sentence = "This patient's data was erased. There is no way back; register them anew."
    assert (answer.status_code, answer.context["form"].non_field_errors()) == (409, [sentence])


def test_stale_form_is_told_so_and_changes_nothing(desk: Client, clock: time_machine.Traveller) -> None:
    patient = make_patient(full_name="Amina Hasan", phone_number="0712 000 001")
    form = entries(desk.get(f"/patients/{patient.pk}/edit/"))
    clock.shift(timedelta(minutes=1))
    services.amend(patient, phone_number="0712 000 002")
    answer = desk.post(f"/patients/{patient.pk}/edit/", {**form, "full_name": "Amina Hassan"})
    assert answer.status_code == 412
    assert answer.context["form"].non_field_errors() == [
        "Somebody else has changed this since you read it. Read it again and decide anew."
    ]
    assert 'value="Amina Hassan"' in answer.content.decode()
    stored = Patient.objects.get()
    assert (stored.full_name, stored.phone_number) == ("Amina Hasan", "0712 000 002")
    again = desk.post(f"/patients/{patient.pk}/edit/", {**form, "full_name": "Amina Hassan"})
    assert again.status_code == 412  # sending it once more does not make it right


# --- Merging ---------------------------------------------------------------------------------------


def test_both_records_stand_side_by_side_with_what_the_merge_would_do(desk: Client) -> None:
    kept = make_patient(full_name="Amina Hassan", phone_number="0712 345 678")
    other = make_patient(full_name="A. Hassan", phone_number="0712345678", email="amina@example.org")
    book("2026-03-02 10:00", patient=other)
    page = desk.get(f"/patients/{kept.pk}/merge/{other.pk}/")
    lines = {str(line.words): line for line in page.context["lines"]}
    assert (lines["Full name"].kept, lines["Full name"].other, lines["Full name"].result) == (
        *("Amina Hassan", "A. Hassan", "Amina Hassan"),
    )
    assert (lines["E-mail"].result, lines["E-mail"].filled) == ("amina@example.org", True)
    assert [(str(words), count) for words, count in page.context["moving"]] == [("visit", 1)]
    assert Patient.objects.filter(merged_into=None).count() == 2  # looking changes nothing


def test_merging_does_what_was_shown_and_notes_why(desk: Client) -> None:
    kept = make_patient(full_name="Amina Hassan")
    other = make_patient(full_name="A. Hassan", email="amina@example.org")
    visit = book("2026-03-02 10:00", patient=other)
    form = entries(desk.get(f"/patients/{kept.pk}/merge/{other.pk}/"))
    answer = desk.post(f"/patients/{kept.pk}/merge/{other.pk}/", {**form, "reason": "She has a card."}, follow=True)
    assert messages(answer) == [f"Record {other.pk} is part of this one now."]
    visit.refresh_from_db()
    merge = PatientMerge.objects.get()
    assert (visit.patient, merge.kept, merge.merged, merge.reason) == (kept, kept, other, "She has a card.")
    assert Patient.objects.get(pk=kept.pk).email == "amina@example.org"


def test_null_character_is_left_out_of_why_records_are_merged(desk: Client) -> None:
    kept, other = make_patient(), make_patient()
    form = entries(desk.get(f"/patients/{kept.pk}/merge/{other.pk}/"))
    desk.post(f"/patients/{kept.pk}/merge/{other.pk}/", {**form, "reason": "She has\x00 a card."})
    assert PatientMerge.objects.get().reason == "She has a card."


def test_overlapping_visits_are_told_of_before_and_after_the_merge(desk: Client) -> None:
    kept, other = make_patient(), make_patient()
    book("2026-03-02 10:00", patient=kept)
    stuck = book("2026-03-02 10:15", patient=other)
    page = desk.get(f"/patients/{kept.pk}/merge/{other.pk}/")
    assert [overlap.visit for overlap in page.context["overlapping"]] == [stuck]
    answer = desk.post(f"/patients/{kept.pk}/merge/{other.pk}/", entries(page), follow=True)
    assert answer.context["left_behind"] == [stuck]
    assert "Two visits at one time" in text(answer)


def test_merge_of_a_record_that_changed_meanwhile_is_refused(desk: Client, clock: time_machine.Traveller) -> None:
    kept, other = make_patient(), make_patient()
    form = entries(desk.get(f"/patients/{kept.pk}/merge/{other.pk}/"))
    clock.shift(timedelta(minutes=1))
    services.amend(other, full_name="Somebody Else Altogether")
    answer = desk.post(f"/patients/{kept.pk}/merge/{other.pk}/", form)
    assert (answer.status_code, "Nothing was merged" in text(answer)) == (412, True)
    assert PatientMerge.objects.count() == 0


def test_record_is_not_merged_with_itself(desk: Client) -> None:
    patient = make_patient()
    form = entries(desk.get(f"/patients/{patient.pk}/merge/{patient.pk}/"))
    answer = desk.post(f"/patients/{patient.pk}/merge/{patient.pk}/", form)
    assert (answer.status_code, answer.context["refusal"]) == (400, "A record cannot be merged with itself.")
    assert Appointment.objects.count() == 0


# --- The audit trail -------------------------------------------------------------------------------


def test_reading_and_correcting_a_record_leaves_a_trace(desk: Client) -> None:
    patient = make_patient(full_name="Amina Hasan")
    desk.get(f"/patients/{patient.pk}/")
    form = entries(desk.get(f"/patients/{patient.pk}/edit/"))
    desk.post(f"/patients/{patient.pk}/edit/", {**form, "full_name": "Amina Hassan"})
    desk.post("/patients/", {"q": "amina"})
    told = AuditEvent.objects.about_patient(patient.pk).order_by("id")
    assert [event.action for event in told] == ["patient.read", "patient.read", "patient.change", "patient.list"]
    assert "Amina" not in "".join(str(event.details) for event in told)
