"""Files as a whole: dry runs, all or nothing, what they cost, and the way there and back."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from appointments import services
from appointments.exporting import EXPORTS
from appointments.importing import importer
from appointments.importing.patients import Patients
from appointments.importing.run import bring_in
from clinics.models import Location, Room
from common.csv import ENCODING, Table
from common.errors import Busy
from common.lines import validate_one_line
from patients import services as patient_services
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient, set_hours
from tests.files import Import, contents, counts, exported, failed

pytestmark = pytest.mark.django_db


# --- Runs ----------------------------------------------------------------------------------------

DRY = {
    "doctors": "full_name,email,specialization\nNew,new@clinic.test,GP\nNew Name,known@clinic.test,GP\nBad,,GP\n",
    "hours": "doctor_email,weekday,start,end\nknown@clinic.test,mon,08:00,12:00\nnobody@clinic.test,mon,08:00,12:00\n",
    "patients": "full_name,phone_number,national_id\nNew,0712345678,\nNew Name,0712345678,A1\nBad,x,\n",
    "appointments": "patient_national_id,doctor_email,appointment_time\nA1,known@clinic.test,2026-03-02T10:00Z\n"
    "A1,known@clinic.test,2026-03-02T10:00Z\nA1,known@clinic.test,2026-03-02T10:15Z\n",
}
OUTCOMES = {
    "doctors": (1, 1, 0, 1),
    "hours": (0, 1, 0, 1),
    "patients": (1, 1, 0, 1),
    "appointments": (1, 0, 1, 1),
}


@pytest.mark.parametrize("option", ["--dry-run", "--all-or-nothing"])
@pytest.mark.parametrize("kind", DRY)
def test_nothing_is_written_by_a_dry_run_nor_beside_a_bad_row(bring: Import, kind: str, option: str) -> None:
    make_patient(full_name="Known", national_id="A1")
    make_doctor(full_name="Known", email="known@clinic.test")
    before = contents()
    reports, summary = bring(kind, DRY[kind], option), counts(kind, *OUTCOMES[kind])
    assert reports.endswith(f"Nothing was written. Of the {kind} would be: {summary.partition(': ')[2]}" + failed(1))
    assert contents() == before
    really = bring(kind, DRY[kind])
    assert really == reports.replace(f"Nothing was written. Of the {kind} would be", kind)  # it would have been so
    assert contents() != before


def test_all_is_written_if_nothing_is_refused(bring: Import) -> None:
    text = "full_name,phone_number\nJane,0712345678\n"
    assert bring("patients", text, "--all-or-nothing") == counts("patients", created=1)
    assert Patient.objects.count() == 1


def test_a_file_that_is_no_table_is_refused_in_words(bring: Import, tmp_path: Path) -> None:
    (tmp_path / "latin.csv").write_bytes("full_name,phone_number\nZoë,1\n".encode("latin-1"))
    with pytest.raises(CommandError) as refusal:
        call_command("import_csv", "patients", str(tmp_path / "latin.csv"))
    assert (str(refusal.value), refusal.value.returncode) == (
        "The file is not UTF-8. Save it again as UTF-8; spreadsheets call that “CSV UTF-8”.",
        1,
    )


@pytest.mark.parametrize("kind", ["doctors", "patients", "appointments"])
def test_known_rows_cost_queries_by_the_batch(bring: Import, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "BATCH", 5)
    doctor, room = make_doctor(), Room.objects.create(location=Location.objects.get(), name="1", kind="lab")
    mother = make_patient(full_name="Mother")
    for hour in range(8, 18):
        patient = make_patient(guardian=mother, national_id=f"A{hour}")
        book(f"2026-03-02 {hour:02}:00", doctor=doctor, patient=patient, room=room)
        make_doctor()
    text = exported(kind).splitlines(keepends=True)
    bring(kind, "".join(text[:6]))
    with CaptureQueriesContext(connection) as one_batch:
        bring(kind, "".join(text[:6]))
    with CaptureQueriesContext(connection) as two_batches:
        bring(kind, "".join(text[:11]))
    a_batch = {"doctors": 1, "patients": 2, "appointments": 3}[kind]
    once = {"doctors": 0, "patients": 0, "appointments": 2}[kind]  # the rooms, the types
    assert (len(one_batch), len(two_batches)) == (once + a_batch, once + 2 * a_batch)


def test_a_new_row_costs_the_same_wherever_it_stands(bring: Import) -> None:
    doctor, patients = make_doctor(), [make_patient() for _ in range(8)]
    rows = [f"{patient.pk},{doctor.pk},2026-03-02T{hour}:00Z\n" for hour, patient in enumerate(patients, 10)]
    queries = []
    for some in (rows[:1], rows[1:3], rows[3:8]):
        with CaptureQueriesContext(connection) as captured:
            bring("appointments", "patient,doctor,appointment_time\n" + "".join(some))
        queries.append(len(captured))
    one, two, five = queries
    assert five - two == 3 * (two - one)


def test_a_busy_database_is_told_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "patients.csv"
    path.write_text("full_name,phone_number\nJane,0712345678\n")

    def busy(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(Patients, "load", busy)
    with pytest.raises(Busy):
        bring_in(Patients(), Table(path, Patients.columns), report=lambda _: None)


# --- There and back ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", EXPORTS)
def test_what_was_exported_is_known_when_it_is_imported(bring: Import, kind: str) -> None:
    doctor = make_doctor(full_name="=Grace", specialization="@GP")
    set_hours(doctor, "mon 08:00-12:00", "fri 22:00-06:00")
    mother = make_patient(full_name="+Mary", phone_number="+254712345678", national_id="-M1")
    child = make_patient(
        full_name="'=Zoë", guardian=mother, desk_notes="=1\n+2", date_of_birth="2020-02-29", sex="other"
    )
    make_patient(full_name="Gone", active=False)
    book("2026-03-02 10:00", patient=child, doctor=doctor, notes="- first\n- second")
    services.cancel(book("2026-03-02 11:00", patient=mother, doctor=doctor))
    before = contents()
    text = exported(kind)
    assert bring(kind, text) == counts(kind, unchanged=len(EXPORTS[kind].everything()))
    assert contents() == before


def test_what_was_exported_makes_the_same_records_elsewhere(bring: Import) -> None:
    mother = make_patient(
        full_name="+Mary",
        phone_number="+254712345678",
        national_id="-M1",
        email="-mary@example.com",
        preferred_language="sw",
        contact_preference="none",
    )
    make_patient(full_name="'=Zoë", guardian=mother, desk_notes="=1\n+2", date_of_birth="2020-02-29", sex="other")
    fields = [*Patients.columns.known[:11], "guardian__national_id"]
    before, text = list(Patient.objects.order_by("id").values(*fields)), exported("patients")
    Patient.objects.update(guardian=None)
    Patient.objects.all().delete()
    assert bring("patients", text) == counts("patients", created=2)
    assert list(Patient.objects.order_by("id").values(*fields)) == before


# Surrogates alone are no UTF-8.
NAMES = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@'\t\r\n\";, "), min_size=1, max_size=20)


def is_taken(name: str) -> bool:
    try:
        validate_one_line(" ".join(name.split()))
    except ValidationError:
        return False
    return "\0" not in name


class AnyName(TestCase):
    @settings(max_examples=60, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(NAMES)
    def test_a_name_survives_the_way_there_and_back_or_is_refused(self, name: str) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "patients.csv"
            if is_taken(name):
                patient_services.register(full_name=name, phone_number="0712345678", national_id="A1")
                text = exported("patients")
                cell = text.split("\r\n", 1)[1].split(",", 1)[1].removeprefix('"')
                assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠\t\r")
                stored = Patient.objects.get().full_name
                Patient.objects.all().delete()
                path.write_text(text, encoding=ENCODING, newline="")
            else:
                stored = None
                quoted = name.replace('"', '""')
                path.write_text(f'full_name,phone_number\n"{quoted}",0712345678\n', encoding=ENCODING, newline="")
            results: list[Any] = []
            bring_in(Patients(), Table(path, Patients.columns), report=results.append)
            assert list(Patient.objects.values_list("full_name", flat=True)) == ([stored] if stored else [])
