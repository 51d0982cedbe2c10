"""Names and other texts of one line, and what is written in one way only: what the API takes for them."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from clinics.models import Location
from patients.models import Patient
from tests.common.test_lines import HIDDEN, NOTHING, TURNED
from tests.factories import make_doctor, make_patient

JANE = {"full_name": "Jane Doe", "phone_number": "0712345678"}
LEAVE = {"kind": "closed", "start": "2026-03-03T10:00:00Z", "end": "2026-03-03T12:00:00Z"}
INEXACT = "Send this as text, in quotation marks: a number with a fraction or an exponent changes on the way."
WRONG_DATE = "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
UNSEEN = [("a\x1bb", HIDDEN), ("a\u202eb", TURNED), ("\u200b\u3164", NOTHING)]


def bodies() -> dict[str, dict[str, Any]]:
    """Of each route one that is taken."""
    doctor, patient = make_doctor(), make_patient()
    room = {"location": 1, "name": "Room 1", "kind": "consulting"}
    waiting = {"patient": patient.pk, "earliest": "2026-03-02", "latest": "2026-03-31"}
    return {
        "patients": JANE,
        "doctors": {"full_name": "Ann", "email": "ann@clinic.test", "specialization": "General"},
        "locations": {"name": "Annex", "time_zone": "UTC"},
        "rooms": {**room, "location": Location.objects.default().pk},
        "holidays": {"date": "2026-03-07", "name": "Feast"},
        "appointment-types": {"name": "Scan"},
        f"doctors/{doctor.pk}/exceptions": LEAVE,
        f"locations/{Location.objects.default().pk}/exceptions": LEAVE,
        "waitlist": waiting | {"doctor": doctor.pk},
    }


FIELDS = {
    "patients": ("full_name", "national_id", "insurance_number"),
    "doctors": ("full_name", "specialization"),
    "locations": ("name",),
    "rooms": ("name", "kind"),
    "holidays": ("name",),
    "appointment-types": ("name", "room_kind"),
    "exceptions": ("reason",),
    "waitlist": ("specialization",),
}


@pytest.mark.parametrize(("text", "sentence"), UNSEEN)
def test_what_cannot_be_seen_is_refused_in_every_text_of_one_line(api: APIClient, text: str, sentence: str) -> None:
    for route, body in bodies().items():
        for field in FIELDS[route.rpartition("/")[2]]:
            answer = api.post(f"/api/{route}/", {**body, field: text}, format="json")
            assert (route, answer.status_code, answer.json()) == (route, 400, {field: [sentence]})
        assert api.post(f"/api/{route}/", body, format="json").status_code == 201


@pytest.mark.parametrize(("text", "sentence"), UNSEEN)
def test_what_cannot_be_seen_is_refused_in_each_of_a_list(api: APIClient, text: str, sentence: str) -> None:
    answer = api.post("/api/appointment-types/", {"name": "Scan", "specializations": ["General", text]}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"specializations": [f"Item 2: {sentence}"]})


def test_joiners_and_marks_of_direction_stay_in_a_name(api: APIClient) -> None:
    for name in ("نرگس علی\u200cنژاد", "क\u094d\u200dष", "דוד\u200f (David)"):
        assert api.post("/api/patients/", {**JANE, "full_name": name}).json()["full_name"] == name


def test_a_national_id_with_an_unseen_character_is_no_other_one(api: APIClient) -> None:
    answer = api.post("/api/patients/", {**JANE, "national_id": "A\u200b1"})
    assert (answer.status_code, answer.json()) == (400, {"national_id": [HIDDEN]})


@pytest.mark.parametrize("name", ["Jane\u202eDoe", "\u200b", "Jane\x1b"])
def test_a_record_with_such_a_name_is_read_and_changed_elsewhere(api: APIClient, name: str) -> None:
    patient = make_patient(full_name=name)  # from before the rule
    url = f"/api/patients/{patient.pk}/"
    assert api.get(url).json()["full_name"] == name
    answer = api.patch(url, {"email": "jane@example.com"})
    assert (answer.status_code, answer.json()["full_name"]) == (200, name)
    assert api.patch(url, {"full_name": name}).status_code == 400
    assert Patient.objects.get(pk=patient.pk).full_name == name


@pytest.mark.parametrize("number", ["1e9", "0712345678.0", "712345678.5"])
@pytest.mark.parametrize("field", ["phone_number", "national_id", "insurance_number", "full_name"])
def test_a_number_with_a_fraction_or_an_exponent_is_no_text(api: APIClient, field: str, number: str) -> None:
    number = number.lstrip("0")  # JSON knows of no zeros before a number
    others = "".join(f', "{name}": "{value}"' for name, value in JANE.items() if name != field)
    answer = api.post("/api/patients/", f'{{"{field}": {number}{others}}}', content_type="application/json")
    assert (answer.status_code, answer.json()) == (400, {field: [INEXACT]})


def test_a_whole_number_is_kept_in_its_digits(api: APIClient) -> None:
    answer = api.post("/api/patients/", {**JANE, "phone_number": 712345678, "national_id": 123456789}, format="json")
    assert (answer.json()["phone_number"], answer.json()["national_id"]) == ("712345678", "123456789")


@pytest.mark.parametrize("day", ["20260101", "2026-W01-1", "2026W011", "2026-1-1", "٢٠٢٦-٠١-٠١", " 2026-01-01"])
def test_a_date_is_written_in_one_way_only(api: APIClient, day: str) -> None:
    doctor = make_doctor()
    week = [{"weekday": "mon", "start": "08:00", "end": "12:00", "valid_from": day}]
    answer = api.post("/api/patients/", {**JANE, "date_of_birth": day})
    assert (answer.status_code, answer.json()) == (400, {"date_of_birth": [WRONG_DATE]})
    answer = api.put(f"/api/doctors/{doctor.pk}/hours/", week, format="json")
    assert (answer.status_code, answer.json()) == (400, {"0": {"valid_from": [WRONG_DATE]}})
    answer = api.post("/api/holidays/", {"date": day, "name": "Feast"})
    assert (answer.status_code, answer.json()) == (400, {"date": [WRONG_DATE]})
