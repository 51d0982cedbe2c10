"""Files of doctors, hours, patients and appointments: what is stored, what is refused, and what a second run does."""

import io
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
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
from appointments.models import Appointment, AppointmentChange
from clinics.models import AppointmentType, Location, Room
from clinics.services import open_location
from common.csv import ENCODING, Table
from common.errors import Busy
from doctors.models import Doctor, WeeklyHours
from patients import services as patient_services
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, set_hours

pytestmark = pytest.mark.django_db

Import = Callable[..., str]


@pytest.fixture
def bring(tmp_path: Path) -> Import:
    """Import the text as a file; what the command says, and at the end "!" with why it failed."""

    def bring(kind: str, text: str, *options: str) -> str:
        path = tmp_path / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        said = io.StringIO()
        try:
            call_command("import_csv", kind, str(path), *options, stdout=said, verbosity=0)
        except CommandError as error:
            said.write(f"! {error}\n")
        return said.getvalue()

    return bring


def contents() -> dict[str, list[Any]]:
    """Every row of every table that an import could touch."""
    models = [Doctor, WeeklyHours, Patient, Appointment, AppointmentChange]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def exported(kind: str) -> str:
    return "".join(EXPORTS[kind].lines(EXPORTS[kind].everything()))


def counts(kind: str, created: int = 0, updated: int = 0, unchanged: int = 0, refused: int = 0) -> str:
    return f"{kind}: {created} created, {updated} updated, {unchanged} unchanged, {refused} refused.\n"


def failed(rows: int) -> str:
    were = "1 row was" if rows == 1 else f"{rows} rows were"
    return f"! {were} refused. Correct the file and run it again: what is there already stays.\n"


# --- Patients ------------------------------------------------------------------------------------


def test_a_patient_has_all_that_the_file_says(bring: Import) -> None:
    make_patient(full_name="Mary Doe", national_id="M1")
    said = bring(
        "patients",
        "full_name;email;phone_number;national_id;insurance_number;date_of_birth;sex;preferred_language;"
        "contact_preference;desk_notes;guardian_national_id;active\n"
        "  Zoë   Doe ;zoe@example.com;'+254 712 345 678;ab 12;NHIF1;2019-05-29;Female;sw-KE;sms;Calls her Zo;m 1;no\n",
    )
    assert said == counts("patients", created=1)
    zoe = Patient.objects.get(national_id="AB12")
    assert (zoe.full_name, zoe.email, zoe.phone_number, zoe.insurance_number) == (
        "Zoë Doe",
        "zoe@example.com",
        "+254 712 345 678",
        "NHIF1",
    )
    assert (str(zoe.date_of_birth), zoe.sex, zoe.preferred_language, zoe.contact_preference) == (
        "2019-05-29",
        "female",
        "sw-KE",
        "sms",
    )
    assert (zoe.desk_notes, zoe.guardian.full_name, zoe.active) == ("Calls her Zo", "Mary Doe", False)


def test_a_second_run_changes_nothing(bring: Import) -> None:
    text = "full_name,phone_number,national_id\nJane Doe,0712345678,\nJoe Doe,0712345678,A1\n"
    assert bring("patients", text) == counts("patients", created=2)
    before = contents()
    assert bring("patients", text) == counts("patients", unchanged=2)
    assert contents() == before


def test_a_patient_is_known_by_the_national_id(bring: Import) -> None:
    jane = make_patient(full_name="Jane", national_id="A1", email="jane@example.com")
    assert bring("patients", "full_name,phone_number,national_id,email\nJane Doe,0799999999,a 1,\n") == counts(
        "patients", updated=1
    )
    jane.refresh_from_db()
    assert (jane.full_name, jane.phone_number) == ("Jane Doe", "0799999999")
    assert jane.email == "jane@example.com"  # a blank cell takes nothing away


def test_a_patient_is_known_by_name_and_phone_number_in_any_spelling(bring: Import) -> None:
    jose = make_patient(full_name="José Doe", phone_number="0712 345 678")
    assert bring("patients", "full_name,phone_number,email\njose  doe,+254712345678,jose@example.com\n") == counts(
        "patients", updated=1
    )
    jose.refresh_from_db()
    assert (jose.full_name, jose.email) == ("jose doe", "jose@example.com")


def test_a_namesake_is_another_patient(bring: Import) -> None:
    """Another national id or another birthday tells them apart, whatever the name and the phone number."""
    make_patient(full_name="Jane", phone_number="0712345678", national_id="A1", date_of_birth="2000-01-01")
    text = (
        "full_name,phone_number,national_id,date_of_birth\nJane,0712345678,A2,2010-01-01\nJane,0712345678,,1970-01-01\n"
    )
    assert bring("patients", text) == counts("patients", created=2)
    assert bring("patients", text) == counts("patients", unchanged=2)


def test_a_patient_who_may_be_one_of_two_is_refused(bring: Import) -> None:
    for _ in range(2):
        make_patient(full_name="Jane", phone_number="0712345678")
    assert bring("patients", "full_name,phone_number\nJane,0712345678\n") == (
        "Row 2, national_id: 2 patients have this name and phone number: give the national id or the date of birth.\n"
        + counts("patients", refused=1)
        + failed(1)
    )


def test_a_national_id_that_was_missing_is_filled_in(bring: Import) -> None:
    jane = make_patient(full_name="Jane", phone_number="0712345678")
    text = "full_name,phone_number,national_id\nJane,0712345678,A1\n"
    assert bring("patients", text) == counts("patients", updated=1)
    jane.refresh_from_db()
    assert jane.national_id == "A1"


def test_a_patient_twice_in_a_file_is_stored_once(bring: Import) -> None:
    text = "full_name,phone_number,national_id\n" + "Jane,0712345678,\nJoe,0712345678,A1\n" * 2
    assert bring("patients", text) == counts("patients", created=2, unchanged=2)


def test_a_record_that_was_merged_away_is_left_alone(bring: Import) -> None:
    kept, merged = make_patient(full_name="Jane Doe"), make_patient(full_name="Jayne Doe", national_id="A1")
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept, active=False)
    before = contents()
    assert bring("patients", "full_name,phone_number,national_id\nJayne,0712345678,A1\n") == counts(
        "patients", unchanged=1
    )
    assert contents() == before


def test_a_child_may_follow_its_guardian_in_the_file(bring: Import) -> None:
    text = "full_name,phone_number,national_id,guardian_national_id\nMary,0712345678,M1,\nZoë,0712345678,,m1\n"
    assert bring("patients", text) == counts("patients", created=2)
    assert Patient.objects.get(full_name="Zoë").guardian.full_name == "Mary"


def test_bad_rows_are_reported_and_the_good_ones_stored(bring: Import) -> None:
    make_patient(full_name="Mary", national_id="M1")
    said = bring(
        "patients",
        "full_name,phone_number,email,date_of_birth,sex,guardian,active,preferred_language\n"
        "Jane,0712345678,,,,,,\n"
        ",12,nobody,29/05/2019,f,,maybe,?\n"
        "Joe,0712345678,,2019-02-30,,99999999999999999999,,\n"
        "Jim\n"
        f"Jo,0712345678,,3000-01-01,,,,\n"
        f"{'x' * 201},0712345678,,,,,,\n"
        "Joan,0712345678,,,,12345678,,\n",
    )
    assert said == (
        "Row 3, full_name: This field cannot be blank.\n"
        "Row 3, email: Enter a valid email address.\n"
        "Row 3, phone_number: Enter a phone number, such as 0712 345 678 or +254 712 345 678.\n"
        "Row 3, date_of_birth: Enter a date such as 2026-05-29.\n"
        "Row 3, sex: Choose from: male, female, other, unknown.\n"
        "Row 3, preferred_language: Enter a language tag (BCP 47), such as en, sw-KE or zh-Hant.\n"
        "Row 3, active: Enter true or false.\n"
        "Row 4, date_of_birth: This is not a day of the calendar.\n"
        "Row 5: The row has 1 cells, the header 8 columns.\n"
        "Row 6, date_of_birth: A date of birth cannot be in the future.\n"
        "Row 7, full_name: Ensure this value has at most 200 characters (it has 201).\n"
        "Row 8, guardian: There is nobody with this id.\n" + counts("patients", created=1, refused=6) + failed(6)
    )
    assert list(Patient.objects.order_by("id").values_list("full_name", flat=True)) == ["Mary", "Jane"]


def test_no_report_repeats_what_a_row_says(bring: Import) -> None:
    secret = "Hepatitis"
    header = "full_name,phone_number,email,date_of_birth,sex,guardian,active,preferred_language,contact_preference\n"
    said = bring("patients", header + ",".join([secret] * 9) + "\n")
    assert said.count("Row 2") == 7
    assert secret not in said


def test_unknown_and_missing_columns_are_refused_with_those_that_are_known(bring: Import) -> None:
    assert bring("doctors", "full_name,email,telephone\nA,a@b.test,1\n") == (
        "! Unknown in the first row: column 3. Missing: specialization. Known columns: full_name, email, "
        "specialization, default_duration_minutes, active. May be there, but are not read: id, created_at, "
        "updated_at.\n"
    )


# --- Doctors -------------------------------------------------------------------------------------


def test_a_doctor_is_known_by_the_email(bring: Import) -> None:
    text = "full_name,email,specialization,default_duration_minutes\nGrace,{},Cardiology,{}\n"
    assert bring("doctors", text.format("Grace@clinic.test", "")) == counts("doctors", created=1)
    assert bring("doctors", text.format("GRACE@clinic.test", "20")) == counts("doctors", updated=1)
    assert bring("doctors", text.format("GRACE@clinic.test", "20")) == counts("doctors", unchanged=1)
    doctor = Doctor.objects.get()
    assert (doctor.email, doctor.default_duration_minutes) == ("Grace@clinic.test", 20)
    assert doctor.weekly_hours.count() == 5  # as any new doctor's


def test_a_bad_doctor_is_reported(bring: Import) -> None:
    said = bring("doctors", "full_name,email,specialization,default_duration_minutes\nGrace,grace,,1.5\nG,,GP,0\n")
    assert said == (
        "Row 2, email: Enter a valid email address.\n"
        "Row 2, specialization: This field cannot be blank.\n"
        "Row 2, default_duration_minutes: Enter a whole number.\n"
        "Row 3, email: This field cannot be blank.\n"
        "Row 3, default_duration_minutes: Ensure this value is greater than or equal to 1.\n"
        + counts("doctors", refused=2)
        + failed(2)
    )


# --- Hours ---------------------------------------------------------------------------------------


def week_of(doctor: Doctor) -> list[str]:
    return [f"{hours} {hours.location}" for hours in WeeklyHours.objects.filter(doctor=doctor)]


def test_hours_are_a_doctors_whole_week(bring: Import) -> None:
    grace, other = make_doctor(email="grace@clinic.test"), make_doctor()
    open_location(name="West", time_zone="UTC")
    text = (
        "doctor_email,weekday,start,end,location,valid_from\n"
        "grace@clinic.test,tue,22:00,24:00,,2026-03-01\nGrace@clinic.test,Mon,8:00,12:00,west,\n"
    )
    assert bring("hours", text) == counts("hours", updated=2)
    assert week_of(grace) == ["mon 08:00-12:00 West", "tue 22:00-00:00 Test Clinic"]
    assert len(week_of(other)) == 5
    assert bring("hours", text) == counts("hours", unchanged=2)


def test_a_week_with_a_bad_row_is_not_stored(bring: Import) -> None:
    grace, joe = make_doctor(full_name="Grace"), make_doctor(full_name="Joe")
    set_hours(grace, "fri 08:00-12:00")
    set_hours(joe)
    said = bring(
        "hours",
        "doctor,doctor_name,weekday,start,end,location,valid_from,valid_until\n"
        f"{grace.pk},grace,mon,08:00,12:00,,,\n"
        f"{grace.pk},joe,mon,08:00,12:00,,,\n"
        f"{grace.pk},,monday,8,25:00,East,x,\n"
        f"{grace.pk},,mon,,12:00,99,2026-03-02,2026-03-01\n"
        f"{grace.pk},,mon,08:00,12:00,,2026-03-02,2026-03-01\n"
        f"{joe.pk},,mon,08:00,12:00,,,\n"
        "999999,,mon,08:00,12:00,,,\n",
    )
    assert said == (
        "Row 2: The week was not stored, because another of its rows was refused.\n"
        "Row 3, doctor_name: The person who was found has another name.\n"
        "Row 4, weekday: Choose from: mon, tue, wed, thu, fri, sat, sun.\n"
        "Row 4, start: Enter a time in whole minutes, such as 08:00.\n"
        "Row 4, end: Enter a time in whole minutes, such as 08:00.\n"
        "Row 4, valid_from: Enter a date such as 2026-05-29.\n"
        "Row 4, location: There is no location with this name.\n"
        "Row 5, start: This field cannot be blank.\n"
        "Row 5, location: There is no location with this id.\n"
        "Row 6, valid_until: This is before valid_from.\n"
        "Row 8, doctor: There is nobody with this id.\n" + counts("hours", created=1, refused=6) + failed(6)
    )
    assert week_of(grace) == ["fri 08:00-12:00 Test Clinic"]
    assert week_of(joe) == ["mon 08:00-12:00 Test Clinic"]


def test_a_week_in_two_places_at_once_is_refused(bring: Import) -> None:
    grace = make_doctor()
    west = open_location(name="West", time_zone="UTC")
    said = bring(
        "hours",
        f"doctor,weekday,start,end,location\n{grace.pk},mon,08:00,12:00,{west.pk}\n{grace.pk},mon,11:00,13:00,\n",
    )
    why = (
        "These hours put the doctor in two places at once: West on mon 08:00-12:00 and Test Clinic on mon 11:00-13:00."
    )
    assert said == f"Row 2: {why}\nRow 3: {why}\n" + counts("hours", refused=2) + failed(2)
    assert len(week_of(grace)) == 5


def test_a_week_whose_rows_do_not_stand_together_is_refused(bring: Import) -> None:
    """Each part of it would replace the one before."""
    grace, joe = make_doctor(email="grace@clinic.test"), make_doctor()
    said = bring(
        "hours",
        "doctor,doctor_email,weekday,start,end\n"
        f"{grace.pk},,mon,08:00,12:00\n{joe.pk},,mon,08:00,12:00\n,grace@clinic.test,tue,08:00,12:00\n",
    )
    why = "The rows of a doctor are a whole week and have to stand together. Sort the file by doctor."
    assert said == f"Row 2: {why}\nRow 4: {why}\n" + counts("hours", updated=1, refused=2) + failed(2)
    assert len(week_of(grace)) == 5


def test_a_week_has_an_end(bring: Import) -> None:
    grace = make_doctor()
    said = bring("hours", "doctor,weekday,start,end\n" + f"{grace.pk},mon,08:00,12:00\n" * 101)
    assert said.startswith("Row 2: A week has at most 100 rows.\n")
    assert said.endswith("Row 102: A week has at most 100 rows.\n" + counts("hours", refused=101) + failed(101))


def test_a_closed_location_takes_no_new_hours(bring: Import) -> None:
    grace = make_doctor()
    west = open_location(name="West", time_zone="UTC")
    text = f"doctor,weekday,start,end,location\n{grace.pk},mon,08:00,12:00,West\n"
    assert bring("hours", text) == counts("hours", updated=1)
    Location.objects.filter(pk=west.pk).update(active=False)
    assert bring("hours", text) == counts("hours", unchanged=1)
    assert bring("hours", text.replace("08", "09")) == (
        "Row 2, location: This location is closed for good.\n" + counts("hours", refused=1) + failed(1)
    )


# --- Appointments --------------------------------------------------------------------------------


def test_a_visit_is_booked_as_a_request_books_it(bring: Import) -> None:
    make_patient(full_name="Jane Doe", national_id="A1")
    make_doctor(full_name="Grace", email="grace@clinic.test", specialization="GP")
    kind = AppointmentType.objects.create(
        name="Check-up", duration_minutes=20, buffer_after_minutes=10, room_kind="lab"
    )
    Room.objects.create(location=Location.objects.get(), name="1", kind="lab")
    room = Room.objects.create(location=Location.objects.get(), name="2", kind="lab")
    text = (
        "patient_national_id,patient_name,doctor_email,appointment_time,appointment_type,room_name,notes,status\n"
        'a1,jane doe,GRACE@clinic.test,2026-03-02T13:00:00+03:00,check-up,2,"Brings\nX-rays",scheduled\n'
    )
    assert bring("appointments", text) == counts("appointments", created=1)
    visit = Appointment.objects.get()
    assert (visit.interval.start, visit.interval.end) == (at("2026-03-02 10:00"), at("2026-03-02 10:20"))
    assert (visit.appointment_type, visit.buffer_after_minutes, visit.room, visit.notes) == (
        kind,
        10,
        room,
        "Brings\nX-rays",
    )
    assert list(visit.history.values_list("action", "by", "reason")) == [("booked", None, "Imported from a file.")]
    assert bring("appointments", text) == counts("appointments", unchanged=1)


def test_a_time_without_an_offset_is_the_clinics(bring: Import) -> None:
    Location.objects.update(time_zone="America/New_York")
    patient, doctor = make_patient(), make_doctor()
    text = "patient,doctor,appointment_time\n" + "".join(
        f"{patient.pk},{doctor.pk},{time}\n" for time in ("2026-03-09 10:00", "2026-03-08 02:30", "2026-11-01 01:30")
    )
    assert bring("appointments", text) == (
        "Row 3, appointment_time: 2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it.\n"
        "Row 4, appointment_time: 2026-11-01 01:30 happens twice in America/New_York: the clocks go back over it. Add "
        "an offset, such as +00:00.\n" + counts("appointments", created=1, refused=2) + failed(2)
    )
    assert Appointment.objects.get().start == at("2026-03-09 14:00")


def test_the_rules_of_booking_hold_for_files(bring: Import) -> None:
    patient, doctor = make_patient(), make_doctor()
    gone, retired = make_patient(active=False), make_doctor(active=False)
    said = bring(
        "appointments",
        "patient,doctor,appointment_time,duration_minutes\n"
        f"{patient.pk},{doctor.pk},2026-03-02T10:00Z,\n"
        f"{make_patient().pk},{doctor.pk},2026-03-02T10:15Z,\n"
        f"{patient.pk},{make_doctor().pk},2026-03-02T10:15Z,\n"
        f"{patient.pk},{doctor.pk},2026-03-01T10:00Z,\n"
        f"{patient.pk},{doctor.pk},2026-03-02T20:00Z,\n"
        f"{gone.pk},{doctor.pk},2026-03-02T11:00Z,\n"
        f"{patient.pk},{retired.pk},2026-03-02T11:00Z,\n"
        f"{patient.pk},{doctor.pk},2026-03-02T11:00Z,1441\n",
    )
    assert said == (
        "Row 3: This doctor is already booked at that time.\n"
        "Row 4: This patient already has an appointment at that time.\n"
        "Row 5, appointment_time: Appointment time must be in the future.\n"
        "Row 6: Doctor is not available at this time.\n"
        "Row 7, patient: This patient's record is deactivated. Reactivate it before booking.\n"
        "Row 8, doctor: This doctor no longer sees patients. Choose another doctor.\n"
        "Row 9, duration_minutes: Enter a number of minutes from 1 to 1440.\n"
        + counts("appointments", created=1, refused=7)
        + failed(7)
    )


def test_who_is_meant_must_be_beyond_doubt(bring: Import) -> None:
    jane = make_patient(full_name="Jane", national_id="12345")
    joe, doctor = make_patient(full_name="Joe"), make_doctor()
    said = bring(
        "appointments",
        "patient,patient_national_id,patient_name,doctor,appointment_time\n"
        f",,,{doctor.pk},2026-03-02T10:00Z\n"
        f",,Jane,{doctor.pk},2026-03-02T10:00Z\n"
        f"Jane,,,{doctor.pk},2026-03-02T10:00Z\n"
        f"{joe.pk},12345,,{doctor.pk},2026-03-02T10:00Z\n"
        f"{joe.pk},,Jane,{doctor.pk},2026-03-02T10:00Z\n"
        f",99999,,{doctor.pk},2026-03-02T10:00Z\n"
        f"{jane.pk},,,,2026-03-02T10:00Z\n"
        f"{jane.pk},1 2345,JANE,{doctor.pk},\n"
        f"{jane.pk},1 2345,JANE,{doctor.pk},tomorrow\n"
        f"{jane.pk},1 2345,JANE,{doctor.pk},2026-03-02T10:00Z\n",
    )
    assert said == (
        "Row 2, patient: Give patient (an id) or patient_national_id.\n"
        "Row 3, patient_name: A name alone is not enough: give patient (an id) or patient_national_id.\n"
        "Row 4, patient: Enter an id, or leave this out and give patient_national_id.\n"
        "Row 5, patient: This and patient_national_id name different people. Leave one out.\n"
        "Row 6, patient_name: The person who was found has another name.\n"
        "Row 7, patient_national_id: There is nobody of whom this is known.\n"
        "Row 8, doctor: Give doctor (an id) or doctor_email.\n"
        "Row 9, appointment_time: This field cannot be blank.\n"
        "Row 10, appointment_time: Enter a date and time such as 2026-05-29T10:00:00Z or 2026-05-29T13:00:00+03:00.\n"
        + counts("appointments", created=1, refused=9)
        + failed(9)
    )


def test_ids_of_another_system_do_not_matter_beside_keys_and_names(bring: Import) -> None:
    other, jane = make_patient(full_name="Other"), make_patient(full_name="Jane", national_id="A1")
    doctor = make_doctor(full_name="Grace", email="grace@clinic.test")
    room = Room.objects.create(location=Location.objects.get(), name="Blue", kind="lab")
    assert bring(
        "appointments",
        "patient,patient_national_id,patient_name,doctor,doctor_email,doctor_name,room,room_name,appointment_time\n"
        f"{other.pk},A1,Jane,999999,grace@clinic.test,Grace,999999,Blue,2026-03-02T10:00Z\n",
    ) == counts("appointments", created=1)
    assert Appointment.objects.filter(patient=jane, doctor=doctor, room=room).count() == 1


def test_rooms_and_types_must_be_beyond_doubt_too(bring: Import) -> None:
    patient, doctor = make_patient(), make_doctor()
    here, there = Location.objects.get(), open_location(name="West", time_zone="UTC")
    room = Room.objects.create(location=here, name="Blue", kind="lab")
    Room.objects.create(location=there, name="Blue", kind="lab")
    said = bring(
        "appointments",
        "patient,doctor,appointment_time,room,room_name,appointment_type\n"
        f"{patient.pk},{doctor.pk},2026-03-02T10:00Z,,blue,\n"
        f"{patient.pk},{doctor.pk},2026-03-02T10:00Z,{room.pk},Red,\n"
        f"{patient.pk},{doctor.pk},2026-03-02T10:00Z,999999,,Check-up\n"
        f"{patient.pk},{doctor.pk},2026-03-02T10:00Z,{room.pk},blue,\n",
    )
    assert said == (
        "Row 2, room_name: Several have this name: give the room's id.\n"
        "Row 3, room_name: There is no room with this name.\n"
        "Row 4, appointment_type: There is no appointment type with this name.\n"
        "Row 4, room: There is no room with this id.\n" + counts("appointments", created=1, refused=3) + failed(3)
    )


def test_a_visit_that_is_there_is_changed_where_the_file_says_otherwise(bring: Import) -> None:
    visit = book("2026-03-02 10:00", notes="Old")
    text = "patient,doctor,appointment_time,duration_minutes,notes\n"
    text += f"{visit.patient_id},{visit.doctor_id},2026-03-02T10:00Z,45,New\n"
    assert bring("appointments", text) == counts("appointments", updated=1)
    visit.refresh_from_db()
    assert (visit.duration_minutes, visit.notes) == (45, "New")


def test_a_visit_that_has_gone_on_is_left_alone(bring: Import) -> None:
    visit = book("2026-03-02 10:00")
    services.confirm(visit)
    text = f"patient,doctor,appointment_time,status\n{visit.patient_id},{visit.doctor_id},2026-03-02T10:00Z,{{}}\n"
    for status in ("", "scheduled", "confirmed"):
        assert bring("appointments", text.format(status)) == counts("appointments", unchanged=1)
    assert bring("appointments", text.format("completed")) == (
        "Row 2, status: This visit is confirmed here, and files do not change that.\n"
        + counts("appointments", refused=1)
        + failed(1)
    )


def test_a_cancelled_visit_is_not_booked_again(bring: Import) -> None:
    visit = book("2026-03-02 10:00")
    services.cancel(visit)
    text = f"patient,doctor,appointment_time,status\n{visit.patient_id},{visit.doctor_id},2026-03-02T10:00Z,{{}}\n"
    assert bring("appointments", text.format("")) == (
        "Row 2, status: This visit is cancelled here, and files do not change that.\n"
        + counts("appointments", refused=1)
        + failed(1)
    )
    assert bring("appointments", text.format("cancelled")) == counts("appointments", unchanged=1)
    book("2026-03-02 10:00", patient=visit.patient, doctor=visit.doctor)
    assert bring("appointments", text.format("")) == counts("appointments", unchanged=1)


def test_a_new_visit_is_scheduled(bring: Import) -> None:
    text = f"patient,doctor,appointment_time,status\n{make_patient().pk},{make_doctor().pk},2026-03-02T10:00Z,{{}}\n"
    assert bring("appointments", text.format("confirmed")) == (
        "Row 2, status: A visit that is not here yet can only be scheduled. Leave the status out.\n"
        + counts("appointments", refused=1)
        + failed(1)
    )
    assert bring("appointments", text.format("Scheduled")) == counts("appointments", created=1)


def test_a_visit_of_a_merged_record_is_of_the_one_that_was_kept(bring: Import) -> None:
    kept, merged = make_patient(), make_patient(national_id="A1")
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept, active=False)
    text = f"patient_national_id,doctor,appointment_time\nA1,{make_doctor().pk},2026-03-02T10:00Z\n"
    assert bring("appointments", text) == counts("appointments", created=1)
    assert Appointment.objects.get().patient == kept
    assert bring("appointments", text) == counts("appointments", unchanged=1)
    Appointment.objects.update(patient=merged)  # where it stays if both had visits at that time
    assert bring("appointments", text) == counts("appointments", unchanged=1)


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


class AnyName(TestCase):
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@'\t\r\n\";, "), min_size=1, max_size=20)
    )
    def test_a_name_survives_the_way_there_and_back_or_is_refused(self, name: str) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "patients.csv"
            if "\0" not in name and name.split():
                patient_services.register(full_name=name, phone_number="0712345678", national_id="A1")
                text = exported("patients")
                cell = text.split("\r\n", 1)[1].split(",", 1)[1].removeprefix('"')
                assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠\t\r")
                stored = Patient.objects.get().full_name
                Patient.objects.all().delete()
                path.write_text(text, encoding=ENCODING, newline="")
            else:
                stored = None
                path.write_text(f'full_name,phone_number\n"{name}",0712345678\n', encoding=ENCODING, newline="")
            results: list[Any] = []
            bring_in(Patients(), Table(path, Patients.columns), report=results.append)
            assert list(Patient.objects.values_list("full_name", flat=True)) == ([stored] if stored else [])
