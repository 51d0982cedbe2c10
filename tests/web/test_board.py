"""The check-in board: who is where, and going on from there."""

import re

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.roles import Role
from appointments import services
from appointments.models import Appointment
from audit.models import AuditEvent
from clinics.services import open_location
from tests.factories import at, book, make_doctor, make_patient
from tests.web.people import visitor

pytestmark = pytest.mark.django_db
INSIDE = {"HX-Request": "true"}


@pytest.fixture
def desk(db: None) -> Client:
    return visitor()


def lanes(client: Client) -> dict[str, list[int]]:
    """Which visits are in which lane."""
    parts = re.split(r'aria-labelledby="lane-(\w+)"', client.get("/board/").content.decode())
    cards = (re.findall(r'id="card-(\d+)"', part) for part in parts[2::2])
    return {name: [int(pk) for pk in found] for name, found in zip(parts[1::2], cards, strict=True)}


def test_visits_of_today_stand_in_the_lane_of_their_state(desk: Client) -> None:
    states = (None, services.confirm, services.check_in, services.begin, services.complete, services.mark_no_show)
    ids = []
    for number, service in enumerate(states):
        visit = book(f"2026-03-02 {8 + number:02}:00")
        ids.append(visit.pk)
        if service:
            service(visit)
    book("2026-03-03 10:00")
    assert lanes(desk) == {
        "expected": ids[:2],
        "arrived": [ids[2]],
        "room": [ids[3]],
        "done": [ids[4]],
        "off": [ids[5]],
    }


def test_who_is_late_and_who_waits_is_marked_with_minutes(desk: Client, clock: time_machine.Traveller) -> None:
    book("2026-03-02 08:00")
    waiting = book("2026-03-02 09:00")
    clock.move_to(at("2026-03-02 08:04"))
    services.check_in(waiting)
    clock.move_to(at("2026-03-02 08:12"))
    page = desk.get("/board/").content.decode()
    assert ("12 min late" in page, "waits 8 min" in page) == (True, True)


def test_step_on_the_board_answers_with_the_board(desk: Client) -> None:
    visit = book(patient=make_patient(full_name="Jane Doe"))
    answer = desk.post(f"/board/visits/{visit.pk}/check-in/", {"version": 1}, headers=INSIDE)
    assert (answer.status_code, 'id="board"' in answer.content.decode()) == (200, True)
    assert "Jane Doe: Arrived." in answer.headers["HX-Trigger"]
    assert lanes(desk)["arrived"] == [visit.pk]


def test_step_is_undone(desk: Client) -> None:
    visit = book()
    desk.post(f"/board/visits/{visit.pk}/check-in/", headers=INSIDE)
    desk.post(f"/board/visits/{visit.pk}/undo/", headers=INSIDE)
    assert lanes(desk)["expected"] == [visit.pk]


def test_late_patient_who_was_given_up_arrives_after_all(desk: Client) -> None:
    visit = services.mark_no_show(book())
    desk.post(f"/board/visits/{visit.pk}/check-in/", headers=INSIDE)
    assert lanes(desk)["arrived"] == [visit.pk]


def test_step_on_what_somebody_else_changed_is_refused_in_words_with_the_board(desk: Client) -> None:
    visit = book()
    services.check_in(visit)
    answer = desk.post(f"/board/visits/{visit.pk}/check-in/", {"version": 1}, headers=INSIDE)
    page = answer.content.decode()
    assert (answer.status_code, "Somebody else has" in page, f"card-{visit.pk}" in page) == (412, True, True)


def test_step_without_javascript_leads_back_to_the_board(desk: Client) -> None:
    answer = desk.post(f"/board/visits/{book().pk}/check-in/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/board/")


def test_news_are_204_until_something_or_the_minute_changes(desk: Client, clock: time_machine.Traveller) -> None:
    def asked(seen: str) -> int:
        return desk.get(f"/board/list/?seen={seen}").status_code

    def version() -> str:
        found = re.search(r"seen=([^\"]+)", desk.get("/board/").content.decode())
        assert found
        return found[1]

    visit = book()
    seen = version()
    assert asked(seen) == 204
    services.check_in(visit)
    assert asked(seen) == 200
    seen = version()
    clock.shift(60)
    assert asked(seen) == 200


def test_board_shows_one_place_where_one_is_chosen(desk: Client) -> None:
    branch = open_location(name="Branch", time_zone="UTC")
    here = book()
    assert lanes(desk)["expected"] == [here.pk]
    desk.get(f"/board/?location={branch.pk}")
    assert lanes(desk)["expected"] == []


def test_board_shows_all_doctors_after_the_week_of_one_was_looked_at(desk: Client) -> None:
    ids = [book(f"2026-03-02 {hour:02}:00", doctor=make_doctor()).pk for hour in (8, 9)]
    desk.get("/desk/?view=week")
    assert lanes(desk)["expected"] == ids
    assert '<option value="" selected>All doctors</option>' in desk.get("/board/").content.decode()


def test_board_says_which_specialty_it_shows_and_lets_go_of_it(desk: Client) -> None:
    skin, heart = (make_doctor(specialization=name) for name in ("Dermatology", "Cardiology"))
    theirs, others = book("2026-03-02 08:00", doctor=skin), book("2026-03-02 09:00", doctor=heart)
    desk.get("/desk/?specialization=Dermatology")
    assert lanes(desk)["expected"] == [theirs.pk]
    assert "<option selected>Dermatology</option>" in desk.get("/board/").content.decode()
    desk.get("/board/?specialization=")
    assert lanes(desk)["expected"] == [theirs.pk, others.pk]


def test_doctor_sees_the_own_patients_only() -> None:
    own = make_doctor()
    mine, theirs = book(doctor=own), book()
    client = visitor(Role.DOCTOR, doctor=own)
    assert lanes(client)["expected"] == [mine.pk]
    assert client.post(f"/board/visits/{theirs.pk}/check-in/").status_code == 404


def test_auditor_reads_the_board_and_changes_nothing() -> None:
    visit = book()
    client = visitor(Role.AUDITOR)
    assert lanes(client)["expected"] == [visit.pk]
    assert "board/visits/" not in client.get("/board/").content.decode()
    assert client.post(f"/board/visits/{visit.pk}/check-in/").status_code == 403


def test_board_is_not_for_patients() -> None:
    client = visitor(Role.PATIENT)
    assert [client.get(page).status_code for page in ("/board/", "/board/list/")] == [403, 403]


@pytest.mark.parametrize("step", ["cancel", "confirm", "x"])
def test_what_the_board_has_no_button_for_is_a_404(desk: Client, step: str) -> None:
    visit = book()
    assert desk.post(f"/board/visits/{visit.pk}/{step}/").status_code == 404
    assert Appointment.objects.get().version == 1


def test_steps_are_named_in_the_audit_trail(desk: Client) -> None:
    visit = book()
    desk.post(f"/board/visits/{visit.pk}/check-in/", headers=INSIDE)
    rows = AuditEvent.objects.exclude(action="session.begin").values_list("action", "object_ids")
    assert list(rows) == [("appointment.check_in", [visit.pk])]


@pytest.mark.parametrize("visits", [1, 3])
def test_board_takes_a_fixed_number_of_queries(visits: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(visits):
        services.check_in(book())
    client = visitor()
    with django_assert_num_queries(13):
        client.get("/board/")
