"""A doctor's day: whose visits, which steps, and what a stale page is told."""

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from appointments import services
from clinics.services import open_location
from doctors.models import Doctor
from tests.factories import at, book, make_doctor, make_user, set_hours
from tests.pages import messages
from tests.web.clients import queries, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor(full_name="Dr Own")


@pytest.fixture
def client(doctor: Doctor) -> Client:
    return signed_in(make_user(Role.DOCTOR, doctor=doctor))


def starts(response: object) -> list[str]:
    return [f"{row['visit'].start:%d %H:%M}" for row in response.context["rows"]]


def test_my_day_shows_todays_own_visits_in_order(client: Client, doctor: Doctor) -> None:
    book("2026-03-02 11:00", doctor=doctor)
    book("2026-03-02 09:00", doctor=doctor)
    book("2026-03-03 09:00", doctor=doctor)
    book("2026-03-02 10:00")  # a colleague's
    assert starts(client.get("/my-day/")) == ["02 09:00", "02 11:00"]
    assert starts(client.get("/my-day/?day=2026-03-03")) == ["03 09:00"]


def test_day_is_the_locations_own(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor)
    visit.location.time_zone = "Pacific/Auckland"  # 23:00 there
    visit.location.save()
    visit = services.reschedule(visit, start=visit.start + timedelta(hours=2), override=True, reason="Night clinic.")
    assert (starts(client.get("/my-day/?day=2026-03-02")), starts(client.get("/my-day/?day=2026-03-03"))) == (
        *([], ["02 12:00"]),
    )


def test_today_is_that_of_the_place_where_the_doctor_is(doctor: Doctor, clock: time_machine.Traveller) -> None:
    auckland = open_location(name="Auckland", time_zone="Pacific/Auckland")
    set_hours(doctor, "tue 08:00-12:00", location=auckland)
    book("2026-03-02 20:00", doctor=doctor)  # Tuesday, 09:00 there
    clock.move_to(at("2026-03-02 19:30"), tick=False)
    client = signed_in(make_user(Role.DOCTOR, doctor=doctor))
    assert starts(client.get("/my-day/")) == ["02 20:00"]
    assert client.get("/my-hours/").context["days"][0].day == date(2026, 3, 3)


def test_unreadable_day_is_today(client: Client, doctor: Doctor) -> None:
    book("2026-03-02 09:00", doctor=doctor)
    for day in ("yesterday", "0001-01-01", "9999-12-31", "2026-02-30"):
        assert starts(client.get(f"/my-day/?day={day}")) == ["02 09:00"]


def test_user_without_a_doctors_record_is_told_what_to_do() -> None:
    page = signed_in(Role.DOCTOR).get("/my-day/")
    assert (page.status_code, "ask an administrator" in text(page)) == (200, True)


def test_the_desk_sees_any_doctors_day_and_doctors_only_their_own(client: Client, doctor: Doctor) -> None:
    colleague = make_doctor()
    assert signed_in(Role.RECEPTIONIST).get(f"/doctors/{doctor.pk}/day/").status_code == 200
    assert client.get(f"/doctors/{doctor.pk}/day/").status_code == 200
    assert client.get(f"/doctors/{colleague.pk}/day/").status_code == 404
    assert signed_in(Role.PATIENT).get(f"/doctors/{doctor.pk}/day/").status_code == 403


def test_visit_goes_through_its_steps(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    for name, status in (("check-in", "checked_in"), ("start", "in_progress"), ("complete", "completed")):
        answer = client.post(f"/visits/{visit.pk}/{name}/", {"version": visit.version, "day": "2026-03-02"})
        visit.refresh_from_db()
        assert (visit.status, answer.headers["Location"]) == (status, f"/my-day/?day=2026-03-02#visit-{visit.pk}")
        assert visit.history.last().by == doctor.user


def test_last_step_is_taken_back(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    assert [row["undoable"] for row in client.get("/my-day/").context["rows"]] == [False]
    client.post(f"/visits/{visit.pk}/no-show/", {})
    assert [row["undoable"] for row in client.get("/my-day/").context["rows"]] == [True]
    client.post(f"/visits/{visit.pk}/undo/", {})
    visit.refresh_from_db()
    assert visit.status == "scheduled"


def test_stale_page_is_told_so(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    services.check_in(visit)
    answer = client.post(f"/visits/{visit.pk}/no-show/", {"version": 1}, follow=True)
    visit.refresh_from_db()
    assert (visit.status, len(messages(answer))) == ("checked_in", 1)


def test_impossible_step_is_refused_in_the_rules_own_words(client: Client, doctor: Doctor) -> None:
    visit = services.complete(book("2026-03-02 09:00", doctor=doctor))
    answer = client.post(f"/visits/{visit.pk}/no-show/", {}, follow=True)
    visit.refresh_from_db()
    assert visit.status == "completed"
    assert messages(answer)[0].startswith("This appointment is done and cannot become")


def test_other_doctors_visits_and_unknown_steps_are_not_found(client: Client, doctor: Doctor) -> None:
    other, own = book("2026-03-02 09:00"), book("2026-03-02 09:00", doctor=doctor)
    answers = [
        client.post(f"/visits/{pk}/{name}/").status_code
        for pk, name in ((other.pk, "check-in"), (own.pk, "explode"), (999999, "check-in"))
    ]
    assert answers == [404, 404, 404]
    other.refresh_from_db()
    assert other.status == "scheduled"


def test_steps_are_offered_to_those_who_run_the_day_only(doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    auditor = signed_in(Role.AUDITOR)
    page = auditor.get(f"/doctors/{doctor.pk}/day/")
    assert [(row["next"], row["others"], row["undoable"]) for row in page.context["rows"]] == [(None, [], False)]
    assert auditor.post(f"/visits/{visit.pk}/check-in/").status_code == 403


def test_day_takes_the_same_queries_however_many_visits_it_has(client: Client, doctor: Doctor) -> None:
    book("2026-03-02 09:00", doctor=doctor)
    one = queries(lambda: client.get("/my-day/"))
    book("2026-03-02 10:00", doctor=doctor)
    book("2026-03-02 11:00", doctor=doctor)
    assert (one, queries(lambda: client.get("/my-day/"))) == (11, 11)


def test_today_follows_the_clock(clock: time_machine.Traveller, doctor: Doctor) -> None:
    user = make_user(Role.DOCTOR, doctor=doctor)
    book("2026-03-03 09:00", doctor=doctor)
    clock.shift(timedelta(days=1))
    assert starts(signed_in(user).get("/my-day/")) == ["03 09:00"]


def test_a_step_is_called_on_a_doctors_day_what_it_is_called_at_the_desk(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    called = []
    for name in ("check-in", "start", "complete"):
        [row] = client.get("/my-day/").context["rows"]
        called.append((row["next"].name, row["next"].words))
        client.post(f"/visits/{visit.pk}/{name}/")
    assert called == [("check-in", "Arrived"), ("start", "Into the room"), ("complete", "Done")]


def test_printed_day_names_the_clinic_who_prints_it_and_of_when_it_is(client: Client) -> None:
    head = "Test Clinic · printed by Dr A. Own · as of"
    time = '<time id="as-of" data-zone="UTC" datetime="2026-03-02T06:00:00+00:00">Monday 2 March 2026, 06:00</time>'
    User.objects.update(first_name="Dr A.", last_name="Own")
    assert f"{head} {time}" in text(client.get("/my-day/"))
