"""Files of appointments: they are booked as requests book them, and never twice."""

import pytest

from appointments import services
from appointments.models import Appointment
from clinics.models import AppointmentType, Location, Room
from clinics.services import open_location
from doctors.services import set_weekly_hours
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, weekly_hours
from tests.files import Import, counts, failed

pytestmark = pytest.mark.django_db


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


def test_a_time_without_an_offset_is_that_of_the_place_where_the_doctor_works(bring: Import) -> None:
    nairobi = open_location(name="Nairobi", time_zone="Africa/Nairobi")
    patient, doctor = make_patient(), make_doctor()
    set_weekly_hours(doctor, [weekly_hours("tue 08:00-18:00", nairobi)])
    text = f"patient,doctor,appointment_time\n{patient.pk},{doctor.pk},2026-03-03 09:00\n"
    assert bring("appointments", text) == counts("appointments", created=1)
    assert Appointment.objects.get().start == at("2026-03-03 06:00")
    assert bring("appointments", text) == counts("appointments", unchanged=1)


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
