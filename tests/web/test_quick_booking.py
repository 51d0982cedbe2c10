"""Quick booking: the patient, who can see them, the next times."""

from datetime import date

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from appointments.models import Appointment, WaitlistEntry
from clinics.models import Location
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, make_type, set_hours
from tests.web.people import visitor

pytestmark = pytest.mark.django_db
INSIDE = {"HX-Request": "true"}


@pytest.fixture
def desk(db: None) -> Client:
    return visitor()


def names(answer: HttpResponse) -> list[str]:
    return [part.split("</strong>")[0] for part in answer.content.decode().split("<strong>")[1:]]


def slots(answer: HttpResponse) -> list[str]:
    return [part.split('"')[0] for part in answer.content.decode().split('name="slot" value="')[1:]]


def test_patients_whose_name_begins_with_the_letters_come_first(desk: Client) -> None:
    for name in ("Abel Kotieno", "Zoe Otieno", "Otieno Kip"):
        make_patient(full_name=name)
    assert names(desk.post("/desk/patients/", {"query": "otie"})) == ["Otieno Kip", "Zoe Otieno", "Abel Kotieno"]


def test_patients_are_found_by_phone_number_and_deactivated_ones_are_not(desk: Client) -> None:
    make_patient(full_name="Here", phone_number="0712 345 678")
    make_patient(full_name="Gone", phone_number="0712 345 679", active=False)
    assert names(desk.post("/desk/patients/", {"query": "0712345"})) == ["Here"]


@pytest.mark.parametrize("path", ["/desk/patients/", "/desk/find/", "/desk/book/"])
def test_null_character_finds_what_it_finds_without(desk: Client, path: str) -> None:
    make_patient(full_name="Jane Doe")
    assert "Jane Doe" in desk.post(path, {"do": "find", "query": "ja\x00ne"}).content.decode()


def test_a_search_of_thousands_of_words_is_read_as_far_as_a_search_goes(desk: Client) -> None:
    make_patient(full_name="Jane Doe")
    page = desk.post("/desk/book/", {"do": "find", "query": "ja " * 3000})
    assert (page.status_code, [patient.full_name for patient in page.context["found"]]) == (200, ["Jane Doe"])


def queries(desk: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert "Jane" in desk.post(path, {"do": "find", "query": "jane"}).content.decode()
    return [query["sql"] for query in asked]


@pytest.mark.parametrize("path", ["/desk/patients/", "/desk/find/", "/desk/book/"])
def test_who_is_found_is_read_at_once_and_no_more_of_it_than_is_shown(desk: Client, path: str) -> None:
    make_patient(full_name="Jane 1")
    queries(desk, path)  # what is prepared once
    one = queries(desk, path)
    for number in (2, 3):
        make_patient(full_name=f"Jane {number}", date_of_birth=date(1990, 1, number))
    three = queries(desk, path)
    assert len(three) == len(one)
    [search] = [sql for sql in three if "LIKE" in sql and "patients_patient" in sql]
    assert ['"full_name"' in search, '"national_id"' in search, '"desk_notes"' in search] == [True, False, False]


def test_search_words_travel_in_no_address(desk: Client) -> None:
    assert desk.get("/desk/patients/?query=x").status_code == 405


def test_next_five_times_of_a_specialty_are_listed_and_the_first_is_chosen(desk: Client) -> None:
    heart = make_doctor(specialization="Cardiology")
    make_doctor(specialization="Dermatology")
    answer = desk.post("/desk/book/times/", {"whom": "specialty:Cardiology"})
    times = ("08:00", "08:30", "09:00", "09:30", "10:00")
    assert slots(answer) == [f"{heart.pk}@2026-03-02T{time}@1" for time in times]
    assert answer.content.decode().count("checked") == 1


def test_more_times_are_listed_when_asked_for(desk: Client) -> None:
    make_doctor()
    assert len(slots(desk.post("/desk/book/times/", {"many": "yes"}))) == 60


def test_times_are_of_those_who_offer_the_type_and_as_long(desk: Client) -> None:
    able = make_doctor()
    make_doctor()
    kind = make_type(doctors=[able], duration_minutes=60)
    found = slots(desk.post("/desk/book/times/", {"appointment_type": kind.pk}))
    assert found[:2] == [f"{able.pk}@2026-03-02T08:00@1", f"{able.pk}@2026-03-02T09:00@1"]


def test_times_from_a_day_on(desk: Client) -> None:
    doctor = make_doctor()
    assert slots(desk.post("/desk/book/times/", {"day": "2026-03-05"}))[0] == f"{doctor.pk}@2026-03-05T08:00@1"


def test_day_beside_which_there_is_none_is_as_good_as_today(desk: Client) -> None:
    doctor = make_doctor()
    for day in ("0001-01-01", "9999-12-31"):
        assert slots(desk.post("/desk/book/times/", {"day": day}))[0] == f"{doctor.pk}@2026-03-02T08:00@1"


def test_booking_takes_the_time_and_tells_the_calendar(desk: Client) -> None:
    doctor, patient = make_doctor(full_name="Ada"), make_patient(full_name="Jane Doe")
    told = {"do": "book", "patient": patient.pk, "slot": f"{doctor.pk}@2026-03-02T10:00@1"}
    answer = desk.post("/desk/book/", told, headers=INSIDE)
    visit = Appointment.objects.get()
    assert (answer.status_code, visit.start, visit.patient, visit.doctor) == (
        204,
        at("2026-03-02 10:00"),
        patient,
        doctor,
    )
    assert "Booked: Jane Doe, Monday 2 March, 10:00, with Ada." in answer.headers["HX-Trigger"]


def test_booking_twice_books_once(desk: Client) -> None:
    told = {"do": "book", "patient": make_patient().pk, "slot": f"{make_doctor().pk}@2026-03-02T10:00@1"}
    assert [desk.post("/desk/book/", told).status_code for _ in range(2)] == [302, 400]
    assert Appointment.objects.count() == 1


def test_time_that_was_taken_meanwhile_keeps_the_entries_and_offers_three_others(desk: Client) -> None:
    doctor, patient = make_doctor(), make_patient(full_name="Jane Doe")
    book("2026-03-02 10:00", doctor=doctor)
    told = {"do": "book", "patient": patient.pk, "slot": f"{doctor.pk}@2026-03-02T10:00@1", "notes": "Wheelchair"}
    answer = desk.post("/desk/book/", told, headers=INSIDE)
    page = answer.content.decode()
    assert (answer.status_code, "This doctor is already booked at that time." in page) == (400, True)
    assert [text in page for text in ("Jane Doe", "Wheelchair")] == [True, True]
    assert page.count('<button class="btn btn-quiet" type="submit" name="slot"') == 3


def test_time_of_another_doctor_than_who_is_named_is_not_booked_unless_its_own_button_is_pressed(desk: Client) -> None:
    named, other, patient = make_doctor(), make_doctor(full_name="Bo"), make_patient()
    told = {"patient": patient.pk, "whom": f"doctor:{named.pk}", "slot": f"{other.pk}@2026-03-02T10:00@1"}
    page = desk.post("/desk/book/", {**told, "do": "book"})
    assert page.status_code == 400
    assert page.context["form"].errors["slot"] == [
        "This time is with Bo, and not with whom you have named. Choose a time."
    ]
    assert slots(page)[0].startswith(f"{named.pk}@")
    assert desk.post("/desk/book/", told).status_code == 302


def test_button_of_another_time_counts_and_not_what_is_chosen_in_the_list_below_it(desk: Client) -> None:
    doctor, patient = make_doctor(), make_patient()
    pressed, listed = (f"{doctor.pk}@2026-03-02T{hour}:00@1" for hour in ("11", "08"))
    assert desk.post("/desk/book/", {"patient": patient.pk, "slot": [pressed, listed]}).status_code == 302
    assert Appointment.objects.get().start.hour == 11


def test_patient_and_time_are_asked_for_where_they_are_missing(desk: Client) -> None:
    answer = desk.post("/desk/book/", {"do": "book"})
    page = answer.content.decode()
    assert (answer.status_code, "Choose the patient." in page, "Choose a time." in page) == (400, True, True)


@pytest.mark.parametrize(
    "slot",
    [
        "x",
        "1@2",
        "999@2026-03-02T10:00@1",
        "1@2026-03-02T10:00@999",
        "@@",
        "1@x@1",
        f"{10**20}@2026-03-02T10:00@1",
        f"1@2026-03-02T10:00@{'9' * 5000}",
    ],
)
def test_times_that_make_no_sense_are_refused(desk: Client, slot: str) -> None:
    make_doctor()
    told = {"do": "book", "patient": make_patient().pk, "slot": slot}
    assert (desk.post("/desk/book/", told).status_code, Appointment.objects.count()) == (400, 0)


def test_soft_rules_are_set_aside_for_a_reason(desk: Client) -> None:
    told = {"do": "book", "patient": make_patient().pk, "slot": f"{make_doctor().pk}@2026-03-02T20:00@1"}
    assert desk.post("/desk/book/", told).status_code == 400
    assert desk.post("/desk/book/", told | {"override": "on", "reason": "Urgent"}).status_code == 302
    assert Appointment.objects.get().history.get().overrode == ["outside_hours"]


def test_time_clicked_in_the_calendar_comes_first_and_is_chosen(desk: Client) -> None:
    doctor = make_doctor()
    value = f"{doctor.pk}@2026-03-02T10:10@1"
    answer = desk.get(f"/desk/book/?slot={value}&whom=doctor:{doctor.pk}")
    assert slots(answer)[0] == value
    assert f'value="{value}" id="slot-clicked" checked' in answer.content.decode()


def test_new_patient_is_registered_and_chosen(desk: Client) -> None:
    answer = desk.post("/desk/book/", {"do": "register", "full_name": "Jane Doe", "phone_number": "0712 345 678"})
    patient = Patient.objects.get()
    assert f'name="patient" id="id_patient" value="{patient.pk}"' in answer.content.decode()


def test_somebody_like_a_known_patient_is_asked_about_before_a_record_is_opened(desk: Client) -> None:
    make_patient(full_name="Jane Doe", phone_number="0712 345 678")
    told = {"full_name": "Jane  DOE", "phone_number": "+254 712 345678"}
    answer = desk.post("/desk/book/", told | {"do": "register"})
    assert (answer.status_code, Patient.objects.count()) == (409, 1)
    assert "Use this record" in answer.content.decode()
    assert desk.post("/desk/book/", told | {"do": "register-anyway"}).status_code == 200
    assert Patient.objects.count() == 2


@pytest.mark.parametrize("told", [{"full_name": "Jane"}, {"full_name": "Jane", "phone_number": "no number"}])
def test_new_patient_without_what_a_record_needs_is_refused(desk: Client, told: dict[str, str]) -> None:
    assert desk.post("/desk/book/", told | {"do": "register"}).status_code == 400
    assert Patient.objects.count() == 0


def test_where_no_time_is_free_the_waiting_list_is_offered_and_joined(desk: Client) -> None:
    doctor, patient = make_doctor(specialization="Cardiology"), make_patient()
    set_hours(doctor)
    told = {"whom": "specialty:Cardiology", "patient": patient.pk}
    assert "waiting list" in desk.post("/desk/book/times/", told).content.decode()
    assert desk.post("/desk/book/", told | {"do": "wait"}, headers=INSIDE).status_code == 204
    entry = WaitlistEntry.objects.get()
    assert (entry.patient, entry.specialization) == (patient, "Cardiology")


def test_times_are_those_of_the_part_of_the_day_that_is_asked_for(desk: Client) -> None:
    doctor = make_doctor()
    set_hours(doctor, "tue 10:30-13:00", "wed 16:30-18:00")
    told = {"whom": f"doctor:{doctor.pk}", "day": "2026-03-03"}
    listed = {
        part: slots(desk.post("/desk/book/times/", told | {"part_of_day": part}))[:4]
        for part in ("morning", "afternoon", "evening")
    }
    at_place = f"{doctor.pk}@2026-03-{{}}@1"
    assert listed == {
        "morning": [at_place.format(time) for time in ("03T10:30", "03T11:00", "03T11:30", "10T10:30")],
        "afternoon": [at_place.format(time) for time in ("03T12:00", "03T12:30", "04T16:30", "10T12:00")],
        "evening": [at_place.format(time) for time in ("04T17:00", "04T17:30", "11T17:00", "11T17:30")],
    }


def test_time_of_day_that_there_is_not_is_none_that_is_asked_for(desk: Client) -> None:
    doctor = make_doctor()
    answer = desk.post("/desk/book/times/", {"whom": f"doctor:{doctor.pk}", "part_of_day": "night"})
    assert (answer.status_code, len(slots(answer))) == (200, 5)


def test_patient_waits_for_the_days_and_the_time_of_day_that_were_looked_for(desk: Client) -> None:
    doctor = make_doctor()
    set_hours(doctor)
    told = {"whom": f"doctor:{doctor.pk}", "patient": make_patient().pk}
    wanted = told | {"day": "2026-04-01", "part_of_day": "evening", "do": "wait"}
    assert desk.post("/desk/book/", wanted, headers=INSIDE).status_code == 204
    entry = WaitlistEntry.objects.get()
    assert (entry.earliest, entry.latest, entry.part_of_day) == (date(2026, 4, 1), date(2026, 5, 1), "evening")


def test_waiting_for_nothing_in_particular_is_refused_in_words(desk: Client) -> None:
    answer = desk.post("/desk/book/", {"do": "wait", "patient": make_patient().pk})
    assert (answer.status_code, "to wait for" in answer.content.decode()) == (400, True)


def test_walk_in_is_booked_and_checked_in_also_outside_hours(desk: Client) -> None:
    told = {
        "do": "book",
        "walk_in": "yes",
        "patient": make_patient().pk,
        "slot": f"{make_doctor().pk}@2026-03-02T06:05@1",
    }
    assert desk.post("/desk/book/", told).status_code == 302
    visit = Appointment.objects.get()
    first = visit.history.first()
    assert first
    assert (visit.status, first.reason, first.overrode) == ("checked_in", "Walk-in", ["outside_hours"])


def test_walk_in_late_in_the_evening_stays_till_after_midnight(db: None, clock: time_machine.Traveller) -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 22:00-02:00")
    clock.move_to(at("2026-03-02 23:47"), tick=False)
    assert slots(visitor().post("/desk/book/times/", {"walk_in": "yes"})) == [
        f"{doctor.pk}@2026-03-02T{time}@1" for time in ("23:50", "23:55")
    ]


def test_walk_in_needs_no_notice(desk: Client) -> None:
    doctor, kind = make_doctor(), make_type(minimum_notice_minutes=24 * 60)
    asked = {"walk_in": "yes", "appointment_type": kind.pk}
    assert slots(desk.post("/desk/book/times/", asked))[0] == f"{doctor.pk}@2026-03-02T08:00@1"


def test_each_time_that_the_clocks_show_twice_books(db: None, clock: time_machine.Traveller) -> None:
    Location.objects.update(time_zone="Europe/London")
    doctor = make_doctor(default_duration_minutes=60)
    set_hours(doctor, "sun 01:00-02:00")
    clock.move_to(at("2026-10-24 12:00"), tick=False)
    desk = visitor()
    found = slots(desk.post("/desk/book/times/", {"many": "yes"}))[:2]
    assert found == [f"{doctor.pk}@2026-10-25T01:00{offset}@1" for offset in ("+01:00", "+00:00")]
    for slot in found:
        assert desk.post("/desk/book/", {"do": "book", "patient": make_patient().pk, "slot": slot}).status_code == 302
    assert [visit.start for visit in Appointment.objects.order_by("start")] == [
        at("2026-10-25 00:00"),
        at("2026-10-25 01:00"),
    ]


def test_walk_in_is_not_double_booked(desk: Client) -> None:
    doctor = make_doctor()
    book("2026-03-02 10:00", doctor=doctor)
    told = {"do": "book", "walk_in": "yes", "patient": make_patient().pk, "slot": f"{doctor.pk}@2026-03-02T10:00@1"}
    assert (desk.post("/desk/book/", told).status_code, Appointment.objects.count()) == (400, 1)


def test_doctor_books_the_own_patients_into_the_own_calendar_only() -> None:
    own, other = make_doctor(), make_doctor()
    mine, stranger = book(doctor=own).patient, make_patient(full_name="Stranger")
    client = visitor(Role.DOCTOR, doctor=own)
    assert names(client.post("/desk/patients/", {"query": "stranger"})) == []

    def asked(patient: Patient, slot: str) -> int:
        return client.post("/desk/book/", {"do": "book", "patient": patient.pk, "slot": slot}).status_code

    assert asked(mine, f"{other.pk}@2026-03-02T12:00@1") == 400
    assert asked(stranger, f"{own.pk}@2026-03-02T12:00@1") == 400
    assert asked(mine, f"{own.pk}@2026-03-02T12:00@1") == 302


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PATIENT])
def test_who_does_not_run_the_desk_books_nothing_there(role: Role) -> None:
    client = visitor(role)
    assert [client.get("/desk/book/").status_code, client.post("/desk/patients/").status_code] == [403, 403]


def test_without_javascript_patients_are_found_by_a_button_and_chosen_from_a_list(desk: Client) -> None:
    patient = make_patient(full_name="Jane Doe")
    page = desk.post("/desk/book/", {"do": "find", "query": "jane"}).content.decode()
    assert f'type="radio" name="patient" value="{patient.pk}"' in page


def test_finding_a_patient_shows_the_next_visits(desk: Client) -> None:
    visit = book(patient=make_patient(full_name="Jane Doe"))
    page = desk.post("/desk/find/", {"query": "jane"}).content.decode()
    assert [text in page for text in ("Jane Doe", f"/desk/visits/{visit.pk}/", "Monday 2 March 2026")] == [True] * 3
    assert "Nobody of that name" in desk.post("/desk/find/", {"query": "nobody"}).content.decode()


def test_record_that_is_known_is_taken_instead_and_nothing_is_booked_by_it(desk: Client) -> None:
    patient = make_patient(full_name="Jane Doe")
    told = {"do": f"use-{patient.pk}", "slot": f"{make_doctor().pk}@2026-03-02T10:00@1", "patient": ""}
    answer = desk.post("/desk/book/", told)
    assert (names(answer)[0], Appointment.objects.count()) == ("Jane Doe", 0)
