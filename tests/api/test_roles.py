"""What each role gets from the API, row by row and field by field."""

from typing import Any

import pytest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from accounts.models import User
from accounts.roles import Right, Role
from appointments.models import Appointment
from doctors.models import Doctor
from patients import services as patient_services
from patients.models import Patient
from tests.conftest import client_of
from tests.factories import at, book, make_doctor, make_patient, make_type, make_user

NOT_FOUND = {"detail": "Not found."}
FOR_THE_CLINIC = ["Only the clinic sets this. Leave it out, or call the clinic."]
PATIENTS, VISITS = "/api/patients/", "/api/appointments/"


@pytest.fixture
def jane(db: None) -> Patient:
    """Has a user of her own."""
    return make_patient(full_name="Jane Doe", national_id="123456789", insurance_number="NHIF0001", desk_notes="Late.")


@pytest.fixture
def ann(db: None) -> Doctor:
    return make_doctor(full_name="Ann Smith")


@pytest.fixture
def as_jane(jane: Patient) -> APIClient:
    return client_of(make_user(Role.PATIENT, patient=jane))


@pytest.fixture
def as_ann(ann: Doctor) -> APIClient:
    return client_of(make_user(Role.DOCTOR, doctor=ann))


def as_role(role: str) -> APIClient:
    return client_of(make_user(role))


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.json()
    return sorted(row["id"] for row in answer.json()["results"])


# --- Who am I ------------------------------------------------------------------------------------


def test_who_has_no_role_reads_who_they_are_and_nothing_else(db: None) -> None:
    user = make_user()
    client = client_of(user)
    assert client.get("/api/me/").json() == {
        "id": user.pk,
        "username": user.username,
        "first_name": "",
        "last_name": "",
        "email": "",
        "role": "",
        "is_superuser": False,
        "doctor": None,
        "patient": None,
        "dependents": [],
        "may": {},
    }
    answer = client.get(PATIENTS)
    assert (answer.status_code, answer.json()) == (
        403,
        {"detail": "You have no role here yet. Ask an administrator of the clinic for one."},
    )


def test_a_guardian_reads_whom_they_book_for(jane: Patient, as_jane: APIClient) -> None:
    child = make_patient(full_name="Amina Doe", guardian=jane)
    make_patient(guardian=make_patient())
    body = as_jane.get("/api/me/").json()
    assert body["patient"] == {"id": jane.pk, "full_name": "Jane Doe", "active": True}
    assert body["dependents"] == [{"id": child.pk, "full_name": "Amina Doe", "active": True}]
    assert body["may"]["book"] == "own"


def test_a_superuser_may_everything(api: APIClient) -> None:
    assert api.get("/api/me/").json()["may"] == {right.value: "all" for right in Right}


# --- Patients ------------------------------------------------------------------------------------


def test_a_patient_sees_themselves_and_their_dependents_only(jane: Patient, as_jane: APIClient) -> None:
    child, stranger = make_patient(guardian=jane), make_patient(full_name="Jane Doe")
    assert ids(as_jane.get(PATIENTS, {"search": "jane"})) == [jane.pk]
    assert ids(as_jane.get(PATIENTS, {"active": "true", "ordering": "-id"})) == [jane.pk, child.pk]
    for url in (f"{PATIENTS}{stranger.pk}/", f"{PATIENTS}999999/"):
        for method in ("get", "patch"):
            answer = getattr(as_jane, method)(url, {} if method == "patch" else None)
            assert (answer.status_code, answer.content) == (404, b'{"detail":"Not found."}')


def test_a_patient_changes_how_they_are_reached_and_nothing_else(jane: Patient, as_jane: APIClient) -> None:
    url = f"{PATIENTS}{jane.pk}/"
    mine = {"email": "j@example.com", "phone_number": "0712 000 111"}
    mine |= {"preferred_language": "sw", "contact_preference": "sms"}
    assert as_jane.patch(url, mine).status_code == 200
    before = Patient.objects.values().get(pk=jane.pk)
    assert {name: before[name] for name in mine} == mine
    for name, value in {
        "full_name": "Jane Roe",
        "national_id": "987654321",
        "insurance_number": "NHIF0002",
        "date_of_birth": "2000-01-01",
        "sex": "female",
        "desk_notes": "Always first.",
        "guardian": make_patient(guardian=jane).pk,
        "active": False,
    }.items():
        answer = as_jane.patch(url, {name: value})
        assert (answer.status_code, answer.json()) == (400, {name: FOR_THE_CLINIC}), name
    assert Patient.objects.values().get(pk=jane.pk) == before


def test_what_a_patient_has_read_can_be_put_back(jane: Patient, as_jane: APIClient) -> None:
    url = f"{PATIENTS}{jane.pk}/"
    shown = as_jane.get(url).json()
    assert (shown["desk_notes"], shown["national_id"]) == ("", "123456789")
    answer = as_jane.put(url, {**shown, "email": "new@example.com"})
    assert answer.status_code == 200, answer.json()
    jane.refresh_from_db()
    assert (jane.email, jane.desk_notes) == ("new@example.com", "Late.")


def test_a_patient_is_not_told_of_possible_duplicates(jane: Patient, as_jane: APIClient) -> None:
    make_patient(full_name="Jane Doe", phone_number="0700 111 222")
    answer = as_jane.patch(f"{PATIENTS}{jane.pk}/", {"phone_number": "0700 111 222"})
    assert (answer.status_code, answer.json()["possible_duplicates"]) == (200, [])
    assert as_jane.get(f"{PATIENTS}{jane.pk}/duplicates/").json() == []
    assert len(as_role(Role.RECEPTIONIST).get(f"{PATIENTS}{jane.pk}/duplicates/").json()) == 1


@pytest.mark.parametrize("role", [Role.DOCTOR, Role.AUDITOR])
def test_identifiers_are_masked_and_not_to_be_guessed(jane: Patient, ann: Doctor, role: Role) -> None:
    book(patient=jane, doctor=ann)
    client = client_of(make_user(role, doctor=ann))
    shown = client.get(f"{PATIENTS}{jane.pk}/").json()
    assert (shown["national_id"], shown["insurance_number"]) == ("•••789", "•••001")
    for query in ("123456789", "456", "NHIF0001", "jane 123456789"):
        assert ids(client.get(PATIENTS, {"search": query})) == [], query
    assert ids(client.get(PATIENTS, {"search": "jane"})) == [jane.pk]
    for number in ("123456789", "1"):
        for query in ({"national_id": number}, {"filter": f"national_id:{number}"}):
            answer = client.get(PATIENTS, query)
            refusal = {"national_id": ["Your role does not look for patients by this."]}
            assert (answer.status_code, answer.json()) == (400, refusal)


def test_an_auditors_export_is_masked(jane: Patient) -> None:
    make_patient(guardian=jane)
    book(patient=jane)
    client = as_role(Role.AUDITOR)
    for kind in ("patients", "appointments"):
        file = b"".join(client.get(f"/api/{kind}/export/").streaming_content).decode()
        assert ("•••789" in file, "123456789" in file, "NHIF0001" in file) == (True, False, False)


def test_a_doctor_sees_the_patients_on_their_calendar(jane: Patient, ann: Doctor, as_ann: APIClient) -> None:
    stranger = book().patient
    book(patient=jane, doctor=ann)
    assert ids(as_ann.get(PATIENTS)) == [jane.pk]
    assert as_ann.get(f"{PATIENTS}{stranger.pk}/").status_code == 404
    assert as_ann.get(f"{PATIENTS}{jane.pk}/").json()["desk_notes"] == "Late."


def test_a_merged_record_leads_nobody_to_a_record_that_is_not_theirs(
    jane: Patient, ann: Doctor, as_ann: APIClient, api: APIClient
) -> None:
    kept = book(patient=make_patient()).patient
    book(patient=jane, doctor=ann)
    assert api.post(f"{PATIENTS}{kept.pk}/merge/", {"duplicate": jane.pk}).status_code == 200
    assert as_ann.get(f"{PATIENTS}{jane.pk}/").json() == NOT_FOUND  # the visit that overlaps stayed with it
    assert api.get(f"{PATIENTS}{jane.pk}/").status_code == 308


# --- Visits --------------------------------------------------------------------------------------


def booking(patient: Patient, doctor: Doctor, **more: Any) -> dict[str, Any]:
    return {"patient": patient.pk, "doctor": doctor.pk, "appointment_time": "2026-03-04T10:00:00Z", **more}


def test_a_patient_books_moves_and_cancels_their_own_visits(jane: Patient, ann: Doctor, as_jane: APIClient) -> None:
    child = make_patient(guardian=jane)
    made = as_jane.post(VISITS, booking(child, ann, status="scheduled", reason="A cough")).json()
    url = f"{VISITS}{made['id']}/"
    assert as_jane.post(f"{url}reschedule/", {"appointment_time": "2026-03-05T09:00:00Z"}).status_code == 200
    assert as_jane.patch(url, {"appointment_time": "2026-03-05T11:00:00Z"}).status_code == 200
    assert as_jane.delete(url).status_code == 204
    assert Appointment.objects.get().status == "cancelled"


def test_a_patient_can_name_nobody_else(jane: Patient, ann: Doctor, as_jane: APIClient) -> None:
    stranger = make_patient()
    for pk in (stranger.pk, 999999):
        answer = as_jane.post(VISITS, booking(stranger, ann) | {"patient": pk})
        assert answer.json() == {"patient": [f'Invalid pk "{pk}" - object does not exist.']}
    theirs = book(patient=stranger)
    for url in (f"{VISITS}{theirs.pk}/", f"{VISITS}999999/"):
        for answer in (
            as_jane.get(url),
            as_jane.get(f"{url}history/"),
            as_jane.patch(url, {}),
            as_jane.post(f"{url}cancel/"),
            as_jane.delete(url),
        ):
            assert (answer.status_code, answer.content) == (404, b'{"detail":"Not found."}')
    assert as_jane.get(VISITS, {"patient": stranger.pk}).json()["count"] == 0
    theirs.refresh_from_db()
    assert theirs.status == "scheduled"


def test_a_patient_keeps_to_the_rules_for_patients(jane: Patient, ann: Doctor, as_jane: APIClient) -> None:
    by_phone_only = make_type(bookable_online=False)
    for more in (
        {"duration_minutes": 240},
        {"override": True, "reason": "I want to"},
        {"status": "confirmed"},
        {"notes": "Important"},
    ):
        refused = next(name for name in more if name != "reason")
        answer = as_jane.post(VISITS, booking(jane, ann, **more))
        assert (answer.status_code, answer.json()) == (400, {refused: FOR_THE_CLINIC})
    answer = as_jane.post(VISITS, booking(jane, ann, appointment_type=by_phone_only.pk))
    assert answer.json() == {"appointment_type": ["This type of appointment is booked by the clinic. Please call."]}
    visit = book("2026-03-02 10:00", patient=jane, doctor=ann)  # within a day
    url = f"{VISITS}{visit.pk}/"
    late = "Patients can move or cancel this visit until 1 day before it. Please call the clinic."
    for answer in (
        as_jane.delete(url),
        as_jane.post(f"{url}cancel/"),
        as_jane.patch(url, {"appointment_time": "2026-03-05T10:00:00Z"}),
    ):
        assert (answer.status_code, answer.json()) == (400, {"non_field_errors": [late]})
    assert as_jane.patch(url, {"status": "completed"}).json() == {"status": FOR_THE_CLINIC}
    assert as_jane.post(f"{url}confirm/").status_code == 403


def test_a_patient_holds_time_by_the_rules_for_patients(jane: Patient, ann: Doctor, as_jane: APIClient) -> None:
    wanted = booking(jane, ann)
    assert as_jane.post("/api/holds/", {**wanted, "duration_minutes": 480}).json() == {
        "duration_minutes": FOR_THE_CLINIC
    }
    kept = as_jane.post("/api/holds/", wanted).json()
    assert as_jane.post(VISITS, {**wanted, "hold": kept["token"]}).status_code == 201


def test_notes_and_names_of_the_desk_are_not_for_patients(
    jane: Patient, as_jane: APIClient, api: APIClient, user: User
) -> None:
    visit = book(patient=jane, notes="Owes money", reason="Complained", actor=user)
    url = f"{VISITS}{visit.pk}/"
    assert as_jane.get(url).json()["notes"] == ""
    [line] = as_jane.get(f"{url}history/").json()
    assert (line["by"], line["reason"]) == (None, "")
    [line] = api.get(f"{url}history/").json()
    assert (line["by"], line["reason"]) == ("reception", "Complained")
    assert "Owes money" not in as_jane.get(VISITS).content.decode()


def test_a_doctor_runs_their_own_calendar_and_no_other(jane: Patient, ann: Doctor, as_ann: APIClient) -> None:
    mine, theirs = book(patient=jane, doctor=ann), book("2026-03-02 12:00", patient=jane)
    assert ids(as_ann.get(VISITS)) == [mine.pk]
    assert as_ann.get(f"{VISITS}{theirs.pk}/").status_code == 404
    assert as_ann.post(VISITS, booking(jane, ann)).status_code == 201
    answer = as_ann.post(VISITS, booking(jane, theirs.doctor))
    assert (answer.status_code, answer.json()) == (400, {"doctor": ["This is not yours to name here."]})
    answer = as_ann.post(f"{VISITS}{mine.pk}/reschedule/", {"appointment_time": "2026-03-05T09:00:00Z",
                                                            "doctor": theirs.doctor.pk})  # fmt: skip
    assert answer.json() == {"doctor": ["This is not yours to name here."]}
    assert as_ann.post(f"{VISITS}{mine.pk}/check-in/").status_code == 200
    assert as_ann.post(f"{VISITS}{theirs.pk}/check-in/").status_code == 404


def test_a_doctor_sets_their_own_hours_and_leave_and_nobody_elses(ann: Doctor, as_ann: APIClient) -> None:
    other = make_doctor()
    week = [{"weekday": "mon", "start": "08:00", "end": "12:00"}]
    leave = {"kind": "closed", "start": "2026-03-04T08:00:00Z", "end": "2026-03-04T12:00:00Z"}
    assert as_ann.put(f"/api/doctors/{ann.pk}/hours/", week, format="json").status_code == 200
    assert as_ann.post(f"/api/doctors/{ann.pk}/exceptions/", leave).status_code == 201
    for method, url, body in (
        ("put", f"/api/doctors/{other.pk}/hours/", week),
        ("get", f"/api/doctors/{other.pk}/hours/", None),
        ("get", f"/api/doctors/{other.pk}/exceptions/", None),
        ("post", f"/api/doctors/{other.pk}/exceptions/", leave),
    ):
        answer = getattr(as_ann, method)(url, body)
        assert (answer.status_code, answer.json()) == (404, NOT_FOUND), url
    assert as_ann.get(f"/api/doctors/{other.pk}/").status_code == 200
    assert as_ann.patch(f"/api/doctors/{ann.pk}/", {"full_name": "Dr Smith"}).status_code == 403


def test_visits_outside_the_hours_of_a_place_are_those_one_sees(ann: Doctor, as_ann: APIClient) -> None:
    mine, theirs = book("2026-03-03 10:00", doctor=ann), book("2026-03-03 10:00")
    for visit in (mine, theirs):
        visit.doctor.weekly_hours.all().delete()
    url = f"/api/locations/{mine.location_id}/outside-hours/"
    assert [visit["id"] for visit in as_ann.get(url).json()["results"]] == [mine.pk]
    both = [visit["id"] for visit in as_role(Role.AUDITOR).get(url).json()["results"]]
    assert both == [mine.pk, theirs.pk]


# --- What was answered before --------------------------------------------------------------------


def test_a_kept_answer_is_not_given_to_who_may_no_longer_see_the_patient(
    jane: Patient, ann: Doctor, as_jane: APIClient
) -> None:
    child = make_patient(guardian=jane)
    key = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    first = as_jane.post(VISITS, booking(child, ann), **key)
    assert as_jane.post(VISITS, booking(child, ann), **key).content == first.content
    patient_services.amend(child, guardian=None)
    again = as_jane.post(VISITS, booking(child, ann), **key)
    assert (again.status_code, again.json()) == (404, NOT_FOUND)


def test_a_kept_answer_is_of_the_role_that_asked(jane: Patient, ann: Doctor) -> None:
    user = make_user(Role.RECEPTIONIST, patient=jane)
    key = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    assert client_of(user).post(VISITS, booking(jane, ann, notes="Owes money"), **key).status_code == 201
    user.role = Role.PATIENT
    user.save()
    assert client_of(user).post(VISITS, booking(jane, ann, notes="Owes money"), **key).status_code == 422
    user.role = ""
    user.save()
    assert client_of(user).post(VISITS, booking(jane, ann, notes="Owes money"), **key).status_code == 403


def test_a_series_shows_a_doctor_their_own_visits_of_it(jane: Patient, ann: Doctor, as_ann: APIClient) -> None:
    book("2026-03-09 10:00", patient=jane, doctor=ann)
    made = as_ann.post(
        "/api/series/",
        {**booking(jane, ann), "rule": "FREQ=DAILY;COUNT=2"},
    ).json()
    first, second = made["appointments"]
    moved = Appointment.objects.get(pk=second["id"])
    moved.doctor = make_doctor()
    moved.save()
    url = f"/api/series/{made['id']}/"
    assert [visit["id"] for visit in as_ann.get(url).json()["appointments"]] == [first["id"]]
    assert as_ann.post(f"{url}cancel/", {"scope": "all"}).status_code == 200
    assert list(Appointment.objects.filter(start__gte=at("2026-03-04 00:00"), series=made["id"]).order_by("id")
                .values_list("status", flat=True)) == ["cancelled", "scheduled"]  # fmt: skip


# --- The views -----------------------------------------------------------------------------------


def test_a_view_that_names_no_right_lets_nobody_in(user: User) -> None:
    class Forgotten(APIView):
        def get(self, request: Request) -> Response:
            return Response()

    request = APIRequestFactory().get("/")
    force_authenticate(request, user)  # a superuser
    assert Forgotten.as_view()(request).status_code == 403
