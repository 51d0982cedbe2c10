"""Lists as CSV files: what is in them, whom they are for, and what they cost."""

import csv
import io
import os
import stat
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from api.examples.exports import TABLES
from api.serializers.appointments import AppointmentSerializer
from api.serializers.doctors import DoctorSerializer
from api.serializers.patients import PatientSerializer
from appointments import services
from appointments.exporting import EXPORTS, Export
from clinics.models import Location
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient

pytestmark = pytest.mark.django_db

MARK = b"\xef\xbb\xbf"


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def names(api: APIClient, address: str) -> list[str]:
    """Who is in the file, or whose visits."""
    rows = csv.DictReader(io.StringIO(body(api.get(address)).decode("utf-8-sig")))
    return [row.get("full_name") or row["patient_name"] for row in rows]


# --- What is in it -------------------------------------------------------------------------------


def test_patients_are_exported(api: APIClient) -> None:
    mary = make_patient(full_name="Mary Doe", phone_number="+254 712 345 678", national_id="M1")
    zoe = make_patient(
        full_name="Zoë, Doe",
        phone_number="0712345678",
        date_of_birth="2020-02-29",
        sex="female",
        guardian=mary,
        desk_notes='Says "=1"\n=1',
    )
    assert (
        body(api.get("/api/patients/export/"))
        == MARK
        + (
            "id,full_name,email,phone_number,national_id,insurance_number,date_of_birth,sex,preferred_language,"
            "contact_preference,desk_notes,guardian,guardian_national_id,guardian_name,active,created_at,updated_at\r\n"
            f"{mary.pk},Mary Doe,,'+254 712 345 678,M1,,,,,,,,,,true,2026-03-02T06:00:00Z,2026-03-02T06:00:00Z\r\n"
            f'{zoe.pk},"Zoë, Doe",,0712345678,,,2020-02-29,female,,,"Says ""=1""\n=1",{mary.pk},M1,Mary Doe,true,'
            "2026-03-02T06:00:00Z,2026-03-02T06:00:00Z\r\n"
        ).encode()
    )


def test_doctors_are_exported(api: APIClient) -> None:
    grace = make_doctor(full_name="@Grace", email="g@c.test", specialization="=1+1", default_duration_minutes=20)
    assert (
        body(api.get("/api/doctors/export/"))
        == MARK
        + (
            "id,full_name,email,specialization,default_duration_minutes,active,created_at,updated_at\r\n"
            f"{grace.pk},'@Grace,g@c.test,'=1+1,20,true,2026-03-02T06:00:00Z,2026-03-02T06:00:00Z\r\n"
        ).encode()
    )


def test_appointments_are_exported(api: APIClient) -> None:
    patient, doctor = make_patient(full_name="Jane", national_id="A1"), make_doctor(full_name="Grace", email="g@c.test")
    visit = book("2026-03-02 10:00", patient=patient, doctor=doctor, notes="-X-rays")
    place = Location.objects.get()
    assert (
        body(api.get("/api/appointments/export/"))
        == MARK
        + (
            "id,patient,patient_national_id,patient_name,doctor,doctor_email,doctor_name,location,location_name,room,"
            "room_name,appointment_type,appointment_type_name,appointment_time,end,duration_minutes,status,notes,"
            "series,version,created_at,updated_at\r\n"
            f"{visit.pk},{patient.pk},A1,Jane,{doctor.pk},g@c.test,Grace,{place.pk},Test Clinic,,,,,"
            "2026-03-02T10:00:00Z,2026-03-02T10:30:00Z,30,scheduled,'-X-rays,,1,2026-03-02T06:00:00Z,2026-03-02T06:00:00Z\r\n"
        ).encode()
    )


@pytest.mark.parametrize(
    ("kind", "serializer", "more"),
    [
        ("patients", PatientSerializer, {"guardian_national_id", "guardian_name"}),
        ("doctors", DoctorSerializer, set()),
        ("appointments", AppointmentSerializer, {"patient_national_id", "doctor_email", "location_name"}),
    ],
)
def test_a_file_has_the_fields_of_the_list(kind: str, serializer: Any, more: set[str]) -> None:
    shown = {name for name, field in serializer().fields.items() if not field.write_only}
    assert set(EXPORTS[kind].columns) == shown | more


@pytest.mark.parametrize("kind", TABLES)
def test_the_documented_example_has_the_columns(kind: str) -> None:
    header, row = csv.reader(io.StringIO(TABLES[kind], newline=""))
    assert header == list(EXPORTS[kind].columns)
    assert len(row) == len(header)


# --- Which records -------------------------------------------------------------------------------


def test_a_file_is_narrowed_and_ordered_as_the_list_is(api: APIClient) -> None:
    for number in range(7):  # more than a page
        make_patient(full_name=f"Jane {number}", email="jane@example.com" if number % 2 else "")
    make_patient(full_name="Joe")
    assert names(api, "/api/patients/export/?search=jane&ordering=-full_name") == [
        f"Jane {number}" for number in (6, 5, 4, 3, 2, 1, 0)
    ]
    assert names(api, "/api/patients/export/?email=jane@example.com") == ["Jane 1", "Jane 3", "Jane 5"]
    assert names(api, "/api/patients/export/?filter=email:jane@example.com&ordering=-id")[0] == "Jane 5"


def test_records_that_the_list_leaves_out_are_left_out(api: APIClient) -> None:
    kept, gone = make_patient(full_name="Kept"), make_patient(full_name="Gone", active=False)
    merged = make_patient(full_name="Merged", active=False)
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept)
    assert names(api, "/api/patients/export/") == ["Kept"]
    assert names(api, "/api/patients/export/?active=false") == [gone.full_name]


def test_equal_rows_are_in_the_order_of_their_ids_or_all_the_other_way_round(api: APIClient) -> None:
    patients = [make_patient(full_name=name) for name in ("B", "A", "C", "A")]
    for patient in patients:
        book("2026-03-02 10:00", patient=patient)
    assert names(api, "/api/appointments/export/") == ["B", "A", "C", "A"]
    assert names(api, "/api/appointments/export/?ordering=-status") == ["A", "C", "A", "B"]


# --- How it answers ------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", ["*/*", "text/csv", "application/json", "text/csv;q=0.9, text/html;q=0.1"])
def test_a_file_is_to_be_saved_and_kept_by_nobody_else(api: APIClient, accept: str) -> None:
    Location.objects.update(time_zone="Pacific/Auckland")
    answer = api.get("/api/patients/export/", HTTP_ACCEPT=accept)
    assert answer.status_code == 200
    assert (answer["Content-Type"], answer["Content-Disposition"], answer["Cache-Control"]) == (
        "text/csv; charset=utf-8; header=present",
        'attachment; filename="patients-2026-03-02.csv"',
        "no-store",
    )
    assert body(answer).count(b"\r\n") == 1  # nobody: the header alone


@pytest.mark.parametrize("accept", ["*/*", "text/csv", "application/json"])
def test_a_refusal_is_json(api: APIClient, accept: str) -> None:
    answer = api.get("/api/doctors/export/?ordering=password", HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")
    assert answer.json() == {
        "ordering": [
            "Cannot order by 'password'. Choose from: id, full_name, email, specialization, created_at, updated_at.",
        ]
    }


def test_a_refusal_may_be_a_problem(api: APIClient) -> None:
    answer = api.get("/api/doctors/export/?ordering=password", HTTP_ACCEPT="application/problem+json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_file_is_no_picture(api: APIClient) -> None:
    answer = api.get("/api/patients/export/", HTTP_ACCEPT="image/png")
    assert (answer.status_code, answer.json()) == (406, {"detail": "Could not satisfy the request Accept header."})


@pytest.mark.parametrize("kind", TABLES)
def test_a_file_is_for_those_who_are_signed_in(kind: str) -> None:
    answer = APIClient().get(f"/api/{kind}/export/", HTTP_ACCEPT="text/csv")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Authentication credentials were not provided."})


def test_a_file_is_only_read(api: APIClient) -> None:
    answer = api.post("/api/patients/export/", {})
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_a_database_that_is_away_is_told_before_the_file_begins(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise OperationalError
        yield

    monkeypatch.setattr(Export, "lines", away)
    assert api.get("/api/patients/export/").status_code == 503


# --- What it costs -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", TABLES)
def test_a_file_takes_a_fixed_number_of_queries(api: APIClient, kind: str) -> None:
    counts = []
    for hours in (range(8, 10), range(10, 17)):
        for hour in hours:
            book(f"2026-03-02 {hour:02}:00", patient=make_patient(guardian=make_patient()))
        with CaptureQueriesContext(connection) as captured:
            body(api.get(f"/api/{kind}/export/"))
        counts.append(len(captured))
    assert counts == [5, 5]  # the token, how many there are, the records, the clinic's clock, the audit


def test_a_long_file_takes_the_memory_of_a_short_one(api: APIClient) -> None:
    def row(number: int) -> Patient:
        return Patient(full_name=f"Jane {number}", phone_number="0712345678", desk_notes="x" * 1000)

    Patient.objects.bulk_create([row(number) for number in range(5000)], batch_size=500)
    answer = api.get("/api/patients/export/")
    assert answer.streaming
    tracemalloc.start()
    size = sum(len(piece) for piece in answer.streaming_content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 5_000_000
    assert peak < 2_000_000  # a hundred rows, as records, as text and as bytes


# --- The command ---------------------------------------------------------------------------------


def test_the_command_writes_all_there_is(tmp_path: Path) -> None:
    make_patient(full_name="Jane")
    make_patient(full_name="Gone", active=False)
    services.cancel(book("2026-03-02 10:00", patient=make_patient(full_name="Joe"), doctor=make_doctor()))
    path = tmp_path / "patients.csv"
    call_command("export_csv", "patients", str(path))
    assert path.read_bytes().startswith(MARK + b"id,full_name,")
    assert [row["full_name"] for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))] == [
        "Jane",
        "Gone",
        "Joe",
    ]
    said = io.StringIO()
    call_command("export_csv", "appointments", stdout=said)
    assert [row["status"] for row in csv.DictReader(io.StringIO(said.getvalue()))] == ["cancelled"]


def test_the_commands_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    before = os.umask(0)
    try:
        call_command("export_csv", "patients", str(path))
    finally:
        os.umask(before)
    assert stat.filemode(path.stat().st_mode) == "-rw-------"


def test_the_command_exports_hours(tmp_path: Path) -> None:
    grace = make_doctor(full_name="Grace", email="grace@clinic.test")
    place = Location.objects.get()
    said = io.StringIO()
    call_command("export_csv", "hours", stdout=said)
    assert said.getvalue().splitlines()[:2] == [
        "doctor,doctor_email,doctor_name,weekday,start,end,location,location_name,valid_from,valid_until",
        f"{grace.pk},grace@clinic.test,Grace,mon,08:00,18:00,{place.pk},Test Clinic,,",
    ]


def test_the_command_overwrites_nothing(tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("mine")
    with pytest.raises(CommandError, match=r"^This file exists\. Name a new one: nothing was written\.$"):
        call_command("export_csv", "patients", str(path))
    assert path.read_text() == "mine"
    with pytest.raises(CommandError, match=r"^The file cannot be written: No such file or directory\.$"):
        call_command("export_csv", "patients", str(tmp_path / "nowhere" / "patients.csv"))
