"""The desk: what it shows to whom, and what it remembers."""

import json
import re
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.roles import Role
from appointments import services
from audit.models import AuditEvent
from clinics.models import Holiday, Location
from clinics.services import open_location
from tests.factories import at, book, close, make_doctor, make_patient, make_type, set_hours
from tests.web.clients import text
from tests.web.people import visitor

pytestmark = pytest.mark.django_db


def calendar(answer: HttpResponse) -> dict[str, Any]:
    """What the page tells the browser's calendar."""
    found = re.search(r'<script id="calendar-data" type="application/json">(.*?)</script>', answer.content.decode())
    assert found
    told: dict[str, Any] = json.loads(found[1])
    return told


def test_day_has_a_column_for_each_doctor_who_is_there() -> None:
    make_doctor(full_name="Ada")
    set_hours(make_doctor(full_name="Ben"), "tue 08:00-12:00")
    make_doctor(full_name="Cyd")
    assert [doctor["name"] for doctor in calendar(visitor().get("/desk/"))["doctors"]] == ["Ada", "Cyd"]


def test_day_that_the_calendar_skipped_shows_the_one_that_came_in_its_place() -> None:
    Location.objects.update(time_zone="Pacific/Apia")
    make_doctor(full_name="Ada")
    book_of_day = visitor().get("/desk/?date=2011-12-30").context["book"]
    assert (book_of_day.span.start, book_of_day.span.end) == (at("2011-12-30 10:00"), at("2011-12-31 10:00"))


def test_clinic_without_doctors_says_so_and_offers_no_booking() -> None:
    page = text(visitor().get("/desk/"))
    assert "There are no doctors yet. An administrator adds them." in page
    assert "Book one" not in page


def test_doctor_who_is_away_is_named_below_and_has_a_column_when_asked_for() -> None:
    make_doctor()
    away = make_doctor(full_name="Ben Away")
    set_hours(away, "tue 08:00-12:00")
    client = visitor()
    assert f"doctor={away.pk}" in client.get("/desk/").content.decode()
    assert [doctor["id"] for doctor in calendar(client.get(f"/desk/?doctor={away.pk}"))["doctors"]] == [away.pk]


def test_visit_is_told_in_wall_time_with_its_state_in_words() -> None:
    Location.objects.update(time_zone="Africa/Nairobi")
    visit = book("2026-03-02 07:00", patient=make_patient(full_name="Jane Doe"))
    told = calendar(visitor().get("/desk/"))["visits"]
    assert [(v["id"], v["start"], v["end"], v["words"]) for v in told] == [
        (visit.pk, "2026-03-02T10:00", "2026-03-02T10:30", "Scheduled")
    ]


def test_agenda_is_in_the_page_with_cancelled_visits_which_the_calendar_leaves_out() -> None:
    visit = book(patient=make_patient(full_name="Jane Doe"))
    services.cancel(visit)
    answer = visitor().get("/desk/")
    assert calendar(answer)["visits"] == []
    assert [
        text in answer.content.decode() for text in ("Jane Doe", '10:00<span class="not-phone">–10:30', "Cancelled")
    ] == [True] * 3


def test_closed_hours_leave_and_other_places_are_shaded() -> None:
    main, branch = Location.objects.default(), open_location(name="Branch", time_zone="UTC")
    doctor = make_doctor()
    set_hours(doctor, "mon 08:00-12:00")
    doctor.weekly_hours.create(location=branch, weekday=0, start="13:00", end="15:00")
    close(doctor, "2026-03-02 09:00", "2026-03-02 10:00")
    told = calendar(visitor().get(f"/desk/?location={main.pk}"))["shaded"]
    assert sorted((s["start"][11:], s["end"][11:], s["why"], s["text"]) for s in told) == [
        ("00:00", "08:00", "closed", ""),
        ("09:00", "10:00", "leave", "Away"),
        ("12:00", "13:00", "closed", ""),
        ("13:00", "15:00", "elsewhere", "Branch"),
        ("15:00", "00:00", "closed", ""),
    ]


def test_holiday_is_named() -> None:
    make_doctor()
    Holiday.objects.create(date=date(2026, 3, 2), name="Founders' Day")
    page = visitor().get("/desk/").content.decode()
    assert ("Founders&#x27; Day" in page, 'id="calendar"' in page) == (True, False)


def test_week_shows_seven_days_of_one_doctor() -> None:
    doctor = make_doctor()
    early, late = book("2026-03-02 10:00", doctor=doctor), book("2026-03-06 10:00", doctor=doctor)
    book("2026-03-03 10:00")
    told = calendar(visitor().get(f"/desk/?view=week&date=2026-03-04&doctor={doctor.pk}"))
    assert [visit["id"] for visit in told["visits"]] == [early.pk, late.pk]
    assert told["first"] == "2026-03-02"


def test_filters_stay_for_the_session_and_the_day_does_not() -> None:
    make_doctor(specialization="Cardiology", full_name="Heart")
    make_doctor(specialization="Dermatology")
    client = visitor()
    client.get("/desk/?date=2026-03-05&view=day&specialization=Cardiology")
    told = calendar(client.get("/desk/"))
    assert ([doctor["name"] for doctor in told["doctors"]], told["day"]) == (["Heart"], "2026-03-02")


@pytest.mark.parametrize(
    "asked", ["date=x", "view=moon", "location=999", "doctor=x", "date=9999-12-31", "date=0001-01-01"]
)
def test_what_makes_no_sense_in_the_address_is_left_out(asked: str) -> None:
    make_doctor()
    assert visitor().get(f"/desk/?{asked}").status_code == 200


def test_part_that_changes_answers_304_until_something_does() -> None:
    doctor = make_doctor()
    client = visitor()
    first = client.get("/desk/day/")
    tag = first.headers["ETag"]
    assert client.get("/desk/day/", headers={"If-None-Match": tag}).status_code == 304
    visit = book(doctor=doctor)
    second = client.get("/desk/day/", headers={"If-None-Match": tag})
    assert (second.status_code, [v["id"] for v in calendar(second)["visits"]]) == (200, [visit.pk])
    services.confirm(visit)
    assert client.get("/desk/day/", headers={"If-None-Match": second.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("role", [Role.PATIENT, ""])
def test_desk_is_not_for_patients_nor_for_those_without_a_role(role: str) -> None:
    client = visitor(role)
    pages = [reverse(name) for name in ("desk", "desk-day", "desk-book", "desk-find")]
    assert [client.get(page).status_code for page in pages] == [403] * 4


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    answer = client.get("/desk/")
    assert (answer.status_code, answer.headers["Location"].endswith("?next=/desk/")) == (302, True)


def test_doctor_sees_the_own_column_only() -> None:
    own, other = make_doctor(full_name="Own"), make_doctor(full_name="Other")
    mine, _ = book(doctor=own), book(doctor=other, patient=make_patient(full_name="Not Mine"))
    answer = visitor(Role.DOCTOR, doctor=own).get(f"/desk/?doctor={other.pk}")
    told = calendar(answer)
    assert [doctor["name"] for doctor in told["doctors"]] == ["Own"]
    assert [visit["id"] for visit in told["visits"]] == [mine.pk]
    assert "Not Mine" not in answer.content.decode()


def test_auditor_reads_and_is_offered_nothing_to_change() -> None:
    visit = book()
    client = visitor(Role.AUDITOR)
    told = calendar(client.get("/desk/"))
    assert (told["books"], [v["moves"] for v in told["visits"]]) == (False, [False])
    assert "New visit" not in client.get("/desk/").content.decode()
    assert "<form" not in client.get(f"/desk/visits/{visit.pk}/", headers={"HX-Request": "true"}).content.decode()


def test_only_a_visit_without_a_type_can_be_stretched() -> None:
    doctor = make_doctor()
    book("2026-03-02 09:00", doctor=doctor, appointment_type=make_type())
    book("2026-03-02 10:00", doctor=doctor)
    assert [visit["stretches"] for visit in calendar(visitor().get("/desk/"))["visits"]] == [False, True]


def test_reading_a_day_leaves_a_row_of_audit_and_asking_for_news_does_not() -> None:
    visit = book()
    client = visitor()
    client.get("/desk/")
    tag = client.get("/desk/day/").headers["ETag"]
    client.get("/desk/day/", headers={"If-None-Match": tag})
    rows = AuditEvent.objects.exclude(action="session.begin").order_by("id").values_list("action", "object_ids")
    assert list(rows) == [("appointment.list", [visit.pk])] * 2


@pytest.mark.parametrize("visits", [1, 3])
def test_day_takes_a_fixed_number_of_queries(visits: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(visits):
        book(doctor=make_doctor(), appointment_type=make_type())
    client = visitor()
    client.get("/desk/?view=day")
    with django_assert_num_queries(13):
        client.get("/desk/")


def test_asking_for_news_takes_a_few_counts(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    book()
    client = visitor()
    tag = client.get("/desk/day/").headers["ETag"]
    with django_assert_num_queries(9):
        client.get("/desk/day/", headers={"If-None-Match": tag})


def test_day_that_the_clocks_change_on_is_drawn_whole() -> None:
    Location.objects.update(time_zone="Europe/London")
    doctor = make_doctor()
    set_hours(doctor, "sun 08:00-12:00")
    services.book(doctor=doctor, patient=make_patient(), start=at("2026-03-29 08:00"))
    told = calendar(visitor().get("/desk/?date=2026-03-29"))
    assert [visit["start"] for visit in told["visits"]] == ["2026-03-29T09:00"]


def test_printed_agenda_names_the_clinic_who_prints_it_and_of_when_it_is_by_the_clock_of_the_place() -> None:
    make_doctor()
    Location.objects.update(time_zone="Africa/Nairobi")
    head = "Test Clinic · printed by receptionist-0 · as of"
    time = '<time id="as-of" data-zone="Africa/Nairobi" datetime="2026-03-02T06:00:00+00:00">'
    assert f"{head} {time}Monday 2 March 2026, 09:00</time>" in text(visitor().get("/desk/?view=agenda"))
