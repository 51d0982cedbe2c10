"""One visit at the desk: its facts, the steps of its life, moving it, and taking things back."""

import json

import pytest
from django.test import Client

from accounts.roles import Role
from appointments import services
from appointments.models import Appointment
from audit.models import AuditEvent
from clinics.models import Location
from clinics.services import open_location
from patients import services as patient_services
from tests.factories import at, book, make_doctor, make_patient, make_type, set_hours
from tests.web.clients import text
from tests.web.people import visitor

pytestmark = pytest.mark.django_db
INSIDE = {"HX-Request": "true"}


@pytest.fixture
def desk(db: None) -> Client:
    return visitor()


def now(visit: Appointment) -> Appointment:
    return Appointment.objects.get(pk=visit.pk)


def drop(client: Client, visit: Appointment, start: str, end: str, **fields: object) -> tuple[int, str]:
    told = {"doctor": visit.doctor_id, "start": start, "end": end, "version": visit.version, **fields}
    answer = client.post(f"/desk/visits/{visit.pk}/drop/", told)
    return answer.status_code, answer.json()["text"]


def test_visit_is_a_page_with_its_facts_and_what_was_done(desk: Client) -> None:
    visit = book(patient=make_patient(full_name="Jane Doe", phone_number="0712 345 678"), notes="Wheelchair")
    page = desk.get(f"/desk/visits/{visit.pk}/").content.decode()
    facts = (
        "Jane Doe",
        "0712 345 678",
        "Wheelchair",
        "Monday 2 March 2026, 10:00–10:30",
        "Booked for Mon 2 Mar, 10:00",
    )
    assert [fact in page for fact in facts] == [True] * 5


def test_only_steps_that_the_life_cycle_allows_are_offered(desk: Client) -> None:
    visit = book()
    services.begin(visit)
    page = desk.get(f"/desk/visits/{visit.pk}/").content.decode()
    steps = ("confirm", "check-in", "start", "complete", "no-show", "put-back", "cancel", "move", "undo")
    offered = [step for step in steps if f"/desk/visits/{visit.pk}/{step}/" in page]
    assert offered == ["complete", "undo"]


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ("confirm", "confirmed"),
        ("check-in", "checked_in"),
        ("start", "in_progress"),
        ("complete", "completed"),
        ("no-show", "no_show"),
        ("cancel", "cancelled"),
    ],
)
def test_step_is_taken_and_told(desk: Client, step: str, status: str) -> None:
    visit = book(patient=make_patient(full_name="Jane Doe"))
    answer = desk.post(f"/desk/visits/{visit.pk}/{step}/", {"reason": "So it was", "version": 1}, headers=INSIDE)
    assert (answer.status_code, now(visit).status) == (200, status)
    assert "Jane Doe: " in answer.headers["HX-Trigger"]
    assert now(visit).history.last().reason == "So it was"


def test_step_without_javascript_leads_back_to_the_visit(desk: Client) -> None:
    visit = book()
    answer = desk.post(f"/desk/visits/{visit.pk}/confirm/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/desk/visits/{visit.pk}/")


def test_cancelled_visit_is_put_back_and_cancelling_is_undone(desk: Client) -> None:
    visit = book()
    desk.post(f"/desk/visits/{visit.pk}/cancel/")
    desk.post(f"/desk/visits/{visit.pk}/put-back/")
    assert now(visit).status == "scheduled"
    desk.post(f"/desk/visits/{visit.pk}/undo/")
    assert now(visit).status == "cancelled"


def test_step_that_is_impossible_is_a_409_in_words_and_changes_nothing(desk: Client) -> None:
    visit = services.complete(book())
    answer = desk.post(f"/desk/visits/{visit.pk}/confirm/", headers=INSIDE)
    assert (answer.status_code, now(visit).status) == (409, "completed")
    assert "This appointment is done and cannot become confirmed." in answer.content.decode()


def test_step_on_what_somebody_else_has_changed_is_a_412(desk: Client) -> None:
    visit = book()
    services.confirm(visit)
    answer = desk.post(f"/desk/visits/{visit.pk}/cancel/", {"version": 1}, headers=INSIDE)
    assert (answer.status_code, now(visit).status) == (412, "confirmed")


@pytest.mark.parametrize("step", ["delete", "book", "unknown"])
def test_step_that_does_not_exist_is_a_404(desk: Client, step: str) -> None:
    assert desk.post(f"/desk/visits/{book().pk}/{step}/").status_code == 404


def test_visit_of_another_doctor_is_a_404_to_read_and_to_change() -> None:
    own, visit = make_doctor(), book()
    client = visitor(Role.DOCTOR, doctor=own)
    asked = [client.get(f"/desk/visits/{visit.pk}/"), client.get(f"/desk/visits/{visit.pk}/move/")]
    asked += [client.post(f"/desk/visits/{visit.pk}/{what}/") for what in ("confirm", "undo", "move", "drop")]
    assert [answer.status_code for answer in asked] == [404] * 6
    assert now(visit).version == 1


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PATIENT])
def test_who_only_reads_changes_nothing(role: Role) -> None:
    visit = book()
    client = visitor(role)
    asked = [client.post(f"/desk/visits/{visit.pk}/{what}/") for what in ("confirm", "undo", "move", "drop", "cancel")]
    assert ([answer.status_code for answer in asked], now(visit).version) == ([403] * 5, 1)


def test_dropped_visit_moves_to_another_time_and_doctor(desk: Client) -> None:
    visit, other = book(patient=make_patient(full_name="Jane Doe")), make_doctor(full_name="Ada")
    told = drop(desk, visit, "2026-03-02T11:00", "2026-03-02T11:30", doctor=other.pk)
    assert told == (200, "Jane Doe now comes on Monday 2 March, 11:00 to Ada.")
    assert (now(visit).start, now(visit).doctor) == (at("2026-03-02 11:00"), other)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("2026-03-02T09:00", "2026-03-02T09:30", "This doctor is already booked at that time."),
        ("2026-03-02T18:00", "2026-03-02T18:30", "Doctor is not available at this time."),
        ("2026-03-02T05:00", "2026-03-02T05:30", "Appointment time must be in the future."),
        ("soon", "2026-03-02T05:30", "Enter a date and a time."),
    ],
)
def test_refused_drop_says_why_and_moves_nothing(desk: Client, start: str, end: str, why: str) -> None:
    doctor = make_doctor()
    book("2026-03-02 09:00", doctor=doctor)
    visit = book("2026-03-02 10:00", doctor=doctor)
    assert drop(desk, visit, start, end) == (400, why)
    assert now(visit).version == 1


def test_visit_that_was_stretched_is_longer_unless_its_type_says_how_long_it_is(desk: Client) -> None:
    free, typed = book("2026-03-02 09:00"), book("2026-03-02 10:00", appointment_type=make_type())
    assert drop(desk, free, "2026-03-02T09:00", "2026-03-02T10:00")[0] == 200
    assert drop(desk, typed, "2026-03-02T10:00", "2026-03-02T11:00")[0] == 200
    assert (now(free).duration_minutes, now(typed).duration_minutes) == (60, 30)


def test_drop_onto_what_changed_meanwhile_is_a_412(desk: Client) -> None:
    visit = book()
    seen = now(visit)
    services.confirm(visit)
    assert drop(desk, seen, "2026-03-02T11:00", "2026-03-02T11:30")[0] == 412


def test_move_form_offers_other_times_where_one_is_taken(desk: Client) -> None:
    doctor = make_doctor()
    book("2026-03-02 11:00", doctor=doctor)
    visit = book("2026-03-02 10:00", doctor=doctor)
    told = {"doctor": doctor.pk, "date": "2026-03-02", "time": "11:00", "version": 1, "minutes": 30}
    answer = desk.post(f"/desk/visits/{visit.pk}/move/", told)
    page = answer.content.decode()
    assert (answer.status_code, "This doctor is already booked at that time." in page) == (400, True)
    assert page.count("data-fill") == 3


def test_move_form_offers_no_times_where_the_time_is_not_all_that_is_wrong(desk: Client) -> None:
    visit = book()
    patient_services.deactivate(visit.patient)
    told = {"doctor": visit.doctor_id, "date": "2026-03-02", "time": "05:00", "version": 1, "minutes": 30}
    page = desk.post(f"/desk/visits/{visit.pk}/move/", told).content.decode()
    assert ("Appointment time must be in the future." in page, page.count("data-fill")) == (True, 0)


def test_move_form_leaves_a_time_that_the_clocks_show_twice_as_it_is(desk: Client) -> None:
    Location.objects.update(time_zone="Europe/London")
    one, other = make_doctor(), make_doctor()
    for doctor in (one, other):
        set_hours(doctor, "sun 00:00-06:00")
    visit = book("2026-10-25 01:10", doctor=one)  # the second 01:10
    told = {"doctor": other.pk, "date": "2026-10-25", "time": "01:10", "version": 1, "minutes": 30}
    assert desk.post(f"/desk/visits/{visit.pk}/move/", told).status_code == 302
    assert (now(visit).doctor, now(visit).start) == (other, at("2026-10-25 01:10"))


@pytest.mark.parametrize("start", ["2026-10-25 00:10", "2026-10-25 01:10"], ids=["the first 01:10", "the second"])
def test_visit_dropped_on_another_doctor_keeps_the_time_that_the_clocks_show_twice(desk: Client, start: str) -> None:
    Location.objects.update(time_zone="Europe/London")
    one, other = make_doctor(), make_doctor()
    for doctor in (one, other):
        set_hours(doctor, "sun 00:00-06:00")
    visit = book(start, doctor=one)
    assert drop(desk, visit, "2026-10-25T01:10", "2026-10-25T01:40", doctor=other.pk)[0] == 200
    assert (now(visit).doctor, now(visit).start, now(visit).duration_minutes) == (other, at(start), 30)


def test_visit_dropped_within_the_hour_that_comes_twice_is_refused_in_words(desk: Client) -> None:
    Location.objects.update(time_zone="Europe/London")
    doctor = make_doctor()
    set_hours(doctor, "sun 00:00-06:00")
    visit = book("2026-10-25 01:10", doctor=doctor)
    told = drop(desk, visit, "2026-10-25T01:20", "2026-10-25T01:50")
    assert (told[0], "happens twice" in told[1], now(visit).start) == (400, True, at("2026-10-25 01:10"))


def test_move_outside_hours_needs_a_reason_which_the_history_keeps(desk: Client) -> None:
    visit = book()
    told = {"doctor": visit.doctor_id, "date": "2026-03-02", "time": "19:00", "version": 1, "minutes": 30}
    url = f"/desk/visits/{visit.pk}/move/"
    assert desk.post(url, told).status_code == 400
    assert "Say why the rules are set aside" in desk.post(url, told | {"override": "on"}).content.decode()
    assert desk.post(url, told | {"override": "on", "reason": "Asked to"}).status_code == 302
    last = now(visit).history.last()
    assert (now(visit).start, last.reason, last.overrode) == (at("2026-03-02 19:00"), "Asked to", ["outside_hours"])


def test_steps_are_named_in_the_audit_trail_as_the_api_names_them(desk: Client) -> None:
    visit = book()
    desk.post(f"/desk/visits/{visit.pk}/check-in/")
    desk.post(f"/desk/visits/{visit.pk}/undo/")
    drop(desk, now(visit), "2026-03-02T11:00", "2026-03-02T11:30")
    desk.get(f"/desk/visits/{visit.pk}/")
    rows = AuditEvent.objects.exclude(action="session.begin").order_by("id").values_list("action", "object_ids")
    assert list(rows) == [
        ("appointment.check_in", [visit.pk]),
        ("appointment.undo", [visit.pk]),
        ("appointment.reschedule", [visit.pk]),
        ("appointment.read", [visit.pk]),
    ]


@pytest.mark.parametrize("number", ["0", "9" * 19, "9" * 40])
def test_ids_that_are_nobodys_are_404_whatever_their_length(desk: Client, number: str) -> None:
    asked = [desk.get(f"/desk/visits/{number}/"), desk.post(f"/desk/visits/{number}/drop/")]
    assert [answer.status_code for answer in asked] == [404, 404]


def test_place_that_is_none_leaves_the_visits_own_clock(desk: Client) -> None:
    visit = book()
    assert drop(desk, visit, "2026-03-02T11:00", "2026-03-02T11:30", place="9" * 5000)[0] == 200
    assert now(visit).start == at("2026-03-02 11:00")


@pytest.fixture
def left_behind(db: None) -> Appointment:
    """Ada is at the annex on Mondays by now; the visit, booked before, is where it was."""
    visit = book(doctor=make_doctor(full_name="Ada Smith"), patient=make_patient(full_name="Jane Doe"))
    set_hours(visit.doctor, "mon 08:00-18:00", location=open_location(name="Annex", time_zone="UTC"))
    return visit


def test_move_form_says_where_the_doctor_is_by_now(desk: Client, left_behind: Appointment) -> None:
    page = text(desk.get(f"/desk/visits/{left_behind.pk}/move/"))
    assert "Monday 2 March 2026, 10:00–10:30, Ada Smith, Test Clinic" in page
    sentence = "At this time Ada Smith now works at another location, Annex: to change the length alone moves the visit"
    assert sentence in page
    there = book("2026-03-02 11:00", doctor=left_behind.doctor)
    assert "another location" not in text(desk.get(f"/desk/visits/{there.pk}/move/"))


def test_visit_that_is_longer_where_the_doctor_is_by_now_says_that_it_moved_there(
    desk: Client, left_behind: Appointment
) -> None:
    told = {"doctor": left_behind.doctor_id, "date": "2026-03-02", "time": "10:00", "version": 1, "minutes": 45}
    answer = desk.post(f"/desk/visits/{left_behind.pk}/move/", told, headers=INSIDE)
    sentence = "Jane Doe now comes on Monday 2 March, 10:00 to Ada Smith, at another location: Annex."
    assert json.loads(answer.headers["HX-Trigger"])["visit-changed"]["text"] == sentence
    assert now(left_behind).location.name == "Annex"


def test_visit_that_is_stretched_where_the_doctor_is_by_now_says_that_it_moved_there(
    desk: Client, left_behind: Appointment
) -> None:
    sentence = "Jane Doe now comes on Monday 2 March, 10:00 to Ada Smith, at another location: Annex."
    assert drop(desk, left_behind, "2026-03-02T10:00", "2026-03-02T11:00") == (200, sentence)
