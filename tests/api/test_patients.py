"""/api/patients/"""

import pytest
from rest_framework.test import APIClient

from appointments.merging import merge
from appointments.models import Appointment
from patients.models import Patient
from tests.factories import book, make_patient

JANE = {
    "full_name": "Jane Doe",
    "email": "jane@example.com",
    "phone_number": "0712345678",
    "national_id": "123456789",
    "insurance_number": "NHIF0001",
}
MORE = {
    "date_of_birth": "1990-04-17",
    "sex": "female",
    "preferred_language": "sw-KE",
    "contact_preference": "sms",
    "desk_notes": "Parks at the side entrance.",
}


def test_registering_answers_with_the_record(api: APIClient) -> None:
    answer = api.post("/api/patients/", JANE)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": Patient.objects.get().pk,
        **JANE,
        "date_of_birth": None,
        "sex": "",
        "preferred_language": "",
        "contact_preference": "",
        "desk_notes": "",
        "guardian": None,
        "active": True,
        "created_at": "2026-03-02T06:00:00Z",
        "updated_at": "2026-03-02T06:00:00Z",
        "possible_duplicates": [],
    }


def test_name_and_phone_are_required(api: APIClient) -> None:
    answer = api.post("/api/patients/", {"email": "jane@example.com"})
    required = ["This field is required."]
    assert (answer.status_code, answer.json()) == (400, {"full_name": required, "phone_number": required})


def test_everything_else_may_be_left_out_or_null(api: APIClient) -> None:
    for more in ({}, {"email": None, "national_id": None, "insurance_number": None}, {"email": "", "national_id": " "}):
        answer = api.post("/api/patients/", {"full_name": "Jane", "phone_number": "0712345678", **more})
        body = answer.json()
        assert (answer.status_code, body["email"], body["national_id"], body["insurance_number"]) == (201, "", None, "")


def test_a_national_id_is_unique_whatever_its_spelling(api: APIClient) -> None:
    api.post("/api/patients/", {**JANE, "national_id": " ab 123 "})
    assert Patient.objects.get().national_id == "AB123"
    for spelling in ("AB123", "ab123", "A B 1 2 3"):
        answer = api.post("/api/patients/", {**JANE, "national_id": spelling})
        sentence = "A patient with this national id is already registered."
        assert (answer.status_code, answer.json()) == (400, {"national_id": [sentence]})


def test_a_national_id_taken_in_between_is_a_400_too(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    make_patient(national_id="AB123")
    monkeypatch.setattr("rest_framework.validators.qs_exists", lambda queryset: False)  # both looked at the same time
    answer = api.post("/api/patients/", {**JANE, "national_id": "ab123"})
    sentence = "A patient with this national id is already registered."
    assert (answer.status_code, answer.json()) == (400, {"national_id": [sentence]})


def test_a_patient_keeps_the_own_national_id(api: APIClient) -> None:
    patient = make_patient(national_id="AB123")
    answer = api.patch(f"/api/patients/{patient.pk}/", {"national_id": "ab 123", "full_name": "New Name"})
    assert (answer.status_code, answer.json()["full_name"]) == (200, "New Name")


def test_families_may_share_an_email(api: APIClient) -> None:
    for name in ("Jane", "John"):
        assert api.post("/api/patients/", {**JANE, "full_name": name, "national_id": None}).status_code == 201


@pytest.mark.parametrize("phone", ["123", "abc", "0712345678 or so", "1234567890123456", "+", "-------"])
def test_a_phone_number_has_six_to_fifteen_digits(api: APIClient, phone: str) -> None:
    answer = api.post("/api/patients/", {**JANE, "phone_number": phone})
    sentence = "Enter a phone number, such as 0712 345 678 or +254 712 345 678."
    assert (answer.status_code, answer.json()) == (400, {"phone_number": [sentence]})


def test_a_name_is_stored_tidy(api: APIClient) -> None:
    assert api.post("/api/patients/", {**JANE, "full_name": "  Jane \n  Doe "}).json()["full_name"] == "Jane Doe"


def test_deleting_deactivates_and_keeps_the_history(api: APIClient) -> None:
    visit = book()
    url = f"/api/patients/{visit.patient_id}/"
    assert api.delete(url).status_code == 204
    assert api.get(url).json()["active"] is False
    assert Appointment.objects.get().status == "scheduled"
    assert api.patch(url, {"active": True}).json()["active"] is True


def test_what_is_not_the_callers_to_set_is_ignored(api: APIClient) -> None:
    patient = make_patient()
    api.patch(
        f"/api/patients/{patient.pk}/", {"id": 99, "search_text": "x", "name_key": "x", "created_at": "2000-01-01"}
    )
    fresh = Patient.objects.get()
    assert (fresh.pk, fresh.name_key, fresh.created_at) == (patient.pk, patient.name_key, patient.created_at)


def test_a_changed_name_is_found_and_the_old_one_is_not(api: APIClient) -> None:
    patient = make_patient(full_name="Old Name")
    api.patch(f"/api/patients/{patient.pk}/", {"full_name": "Zoë"})
    assert [row["full_name"] for row in api.get("/api/patients/?search=zoe").json()["results"]] == ["Zoë"]
    assert api.get("/api/patients/?search=old").json()["count"] == 0


# --- As clinics know them -------------------------------------------------------------------------


def test_what_clinics_know_of_a_person_is_kept(api: APIClient) -> None:
    guardian = make_patient()
    answer = api.post("/api/patients/", {**JANE, **MORE, "guardian": guardian.pk})
    assert answer.status_code == 201
    shown = api.get(f"/api/patients/{answer.json()['id']}/").json()
    assert {name: shown[name] for name in (*MORE, "guardian")} == {**MORE, "guardian": guardian.pk}
    assert "possible_duplicates" not in shown


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("date_of_birth", "2026-03-03", "A date of birth cannot be in the future."),
        ("date_of_birth", "1899-12-31", "Enter a date from 1900-01-01 on."),
        ("sex", "f", '"f" is not a valid choice.'),
        ("contact_preference", "fax", '"fax" is not a valid choice.'),
        ("preferred_language", "Swahili!", "Enter a language tag (BCP 47), such as en, sw-KE or zh-Hant."),
        ("preferred_language", "en_GB", "Enter a language tag (BCP 47), such as en, sw-KE or zh-Hant."),
        ("desk_notes", "x" * 2001, "Ensure this field has no more than 2000 characters."),
        ("guardian", 99, 'Invalid pk "99" - object does not exist.'),
    ],
)
def test_what_cannot_be_is_refused_beside_the_field(api: APIClient, field: str, value: object, sentence: str) -> None:
    answer = api.post("/api/patients/", {**JANE, field: value})
    assert (answer.status_code, answer.json()) == (400, {field: [sentence]})


@pytest.mark.parametrize("day", ["1900-01-01", "2026-03-02"])
def test_the_oldest_and_a_newborn_are_registered(api: APIClient, day: str) -> None:
    assert api.post("/api/patients/", {**JANE, "date_of_birth": day}).json()["date_of_birth"] == day


@pytest.mark.parametrize("tag", ["en", "sw-KE", "zh-Hant-TW", "es-419", "sl-rozaj", "de-DE-u-co-phonebk", "tlh"])
def test_language_tags_of_every_shape_are_taken(api: APIClient, tag: str) -> None:
    assert api.post("/api/patients/", {**JANE, "preferred_language": tag}).json()["preferred_language"] == tag


def test_a_circle_of_guardians_is_refused(api: APIClient) -> None:
    parent = make_patient()
    child = make_patient(guardian=parent)
    answer = api.patch(f"/api/patients/{parent.pk}/", {"guardian": child.pk})
    sentence = "Nobody is their own guardian, nor that of somebody who is theirs. Choose another guardian."
    assert (answer.status_code, answer.json()) == (400, {"guardian": [sentence]})


@pytest.mark.parametrize(
    "query",
    [
        "date_of_birth=1990-04-17",
        "sex=female",
        "preferred_language=SW-ke",
        "contact_preference=sms",
        "filter=sex:female,date_of_birth:1990-04-17",
    ],
)
def test_patients_are_found_by_what_is_known_of_them(api: APIClient, query: str) -> None:
    make_patient()
    jane = make_patient(**MORE)
    assert [row["id"] for row in api.get(f"/api/patients/?{query}").json()["results"]] == [jane.pk]


def test_the_dependents_of_a_guardian_are_listed(api: APIClient) -> None:
    parent = make_patient()
    child = make_patient(guardian=parent)
    assert [row["id"] for row in api.get(f"/api/patients/?guardian={parent.pk}").json()["results"]] == [child.pk]


def test_a_birth_date_that_cannot_be_read_is_a_400(api: APIClient) -> None:
    answer = api.get("/api/patients/?date_of_birth=17.04.1990")
    assert (answer.status_code, answer.json()) == (400, {"date_of_birth": ["Enter a valid date."]})


def test_patients_are_ordered_by_birth_date(api: APIClient) -> None:
    for day in ("1990-04-17", "1950-01-01", "2020-02-29"):
        make_patient(date_of_birth=day)
    days = [row["date_of_birth"] for row in api.get("/api/patients/?ordering=-date_of_birth").json()["results"]]
    assert days == ["2020-02-29", "1990-04-17", "1950-01-01"]


# --- Duplicates -----------------------------------------------------------------------------------


def test_a_possible_duplicate_is_a_warning(api: APIClient) -> None:
    known = make_patient(full_name="Doe, Jane", phone_number="+254 712 345678", date_of_birth="1990-04-17")
    candidate = {
        "id": known.pk,
        "full_name": "Doe, Jane",
        "date_of_birth": "1990-04-17",
        "phone_number": "+254 712 345678",
    }
    answer = api.post("/api/patients/", JANE)
    assert (answer.status_code, answer.json()["possible_duplicates"]) == (201, [candidate])
    assert api.get(f"/api/patients/{answer.json()['id']}/duplicates/").json() == [candidate]


def test_a_change_warns_only_where_it_could_make_a_duplicate(api: APIClient) -> None:
    make_patient(full_name="Jane Doe", phone_number="0712345678")
    url = f"/api/patients/{make_patient(full_name='Jane Doe', phone_number='0799999999').pk}/"

    def warned(**change: str) -> list[str]:
        return [row["full_name"] for row in api.patch(url, change).json()["possible_duplicates"]]

    assert warned(phone_number="+254712345678") == ["Jane Doe"]
    assert warned(email="jane@example.com") == []
    assert warned(phone_number="+254712345678") == []
    assert warned(full_name="Jayne Doe") == ["Jane Doe"]


# --- Merging --------------------------------------------------------------------------------------


def test_a_merge_answers_with_what_it_has_done(api: APIClient) -> None:
    kept, duplicate = make_patient(full_name="Jane Doe"), make_patient(full_name="Doe Jane", sex="female")
    own = book("2026-03-02 10:00", patient=kept)
    theirs = book("2026-03-02 10:00", patient=duplicate)
    book("2026-03-03 10:00", patient=duplicate)
    answer = api.post(f"/api/patients/{kept.pk}/merge/", {"duplicate": duplicate.pk, "reason": "Registered twice"})
    assert answer.status_code == 200
    body = answer.json()
    assert body.pop("patient") == api.get(f"/api/patients/{kept.pk}/").json()
    [overlap] = body.pop("overlapping")
    assert overlap == {
        "visit": api.get(f"/api/appointments/{theirs.pk}/").json(),
        "others": [api.get(f"/api/appointments/{own.pk}/").json()],
    }
    assert body == {
        "merged": duplicate.pk,
        "moved": {
            "appointments": 1,
            "holds": 0,
            "series": 0,
            "waitlist_entries": 0,
            "dependents": 0,
            "merged_records": 0,
        },
        "filled": ["sex"],
    }


def test_the_other_id_leads_to_the_kept_record(api: APIClient) -> None:
    kept, duplicate = make_patient(), make_patient()
    merge(kept, duplicate)
    sentence = f"This record was merged into patient {kept.pk}. Use that one."
    for method, path in (("get", ""), ("patch", ""), ("put", ""), ("delete", ""), ("get", "duplicates/")):
        answer = getattr(api, method)(f"/api/patients/{duplicate.pk}/{path}")
        assert (answer.status_code, answer["Location"]) == (308, f"/api/patients/{kept.pk}/{path}")
        assert answer.json() == {"detail": sentence, "merged_into": kept.pk}
    assert api.get(answer["Location"].removesuffix("duplicates/")).json()["id"] == kept.pk


def test_merged_records_are_in_no_list(api: APIClient) -> None:
    kept, duplicate = make_patient(full_name="Jane Doe"), make_patient(full_name="Jane Doe")
    merge(kept, duplicate)
    for query in ("", "?search=jane", "?active=false", f"?phone_number={duplicate.phone_number}&active=false"):
        assert duplicate.pk not in [row["id"] for row in api.get(f"/api/patients/{query}").json()["results"]]
    assert api.get(f"/api/patients/{kept.pk}/duplicates/").json() == []


def test_the_other_id_books_for_the_kept_record(api: APIClient) -> None:
    kept, duplicate = make_patient(), make_patient()
    merge(kept, duplicate)
    doctor = book("2026-03-03 10:00").doctor
    wanted = {"patient": duplicate.pk, "doctor": doctor.pk, "appointment_time": "2026-03-02T10:00:00Z"}
    answer = api.post("/api/appointments/", wanted)
    assert (answer.status_code, answer.json()["patient"]) == (201, kept.pk)
    assert api.put(f"/api/appointments/{answer.json()['id']}/", wanted).status_code == 200


def test_a_merge_that_cannot_be_is_refused_in_words(api: APIClient) -> None:
    parent = make_patient()
    child = make_patient(guardian=parent)
    for duplicate, sentence in (
        (parent.pk, "A record cannot be merged with itself."),
        (child.pk, "One of them is the guardian of the other, so they are two people. Correct the guardian first."),
        (99, 'Invalid pk "99" - object does not exist.'),
    ):
        answer = api.post(f"/api/patients/{parent.pk}/merge/", {"duplicate": duplicate})
        assert (answer.status_code, answer.json()) == (400, {"duplicate": [sentence]})
