"""The dashboard: the API's numbers, for those who may read them."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from appointments import services
from doctors.models import Doctor
from tests.conftest import client_of
from tests.factories import book, make_doctor, make_user, set_hours
from tests.web.clients import queries, signed_in, text

pytestmark = pytest.mark.django_db

WEEK = {"from": "2026-03-02", "to": "2026-03-08"}


@pytest.fixture
def doctor() -> Doctor:
    doctor = make_doctor(full_name="Anna One")
    set_hours(doctor, "mon 08:00-12:00", "wed 13:00-17:00")
    services.complete(services.begin(services.check_in(book("2026-03-02 08:00", doctor=doctor))))
    services.mark_no_show(book("2026-03-02 09:00", doctor=doctor))
    services.cancel(book("2026-03-04 13:00", doctor=doctor))
    return doctor


def shown(page: Any) -> dict[str, list[list[Any]]]:
    """The numbers in each table of the page, as scripts read them."""
    html = page.content.decode()
    tables = re.findall(r'<table class="table" id="([\w-]+)-table".*?<tbody>(.*?)</tbody>', html, re.DOTALL)
    rows = {name: re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL) for name, body in tables}
    read = lambda row: [float(value) if value else None for value in re.findall(r'data-value="([^"]*)"', row)]  # noqa: E731
    return {name: [read(row) for row in found] for name, found in rows.items()}


def test_numbers_equal_the_apis(doctor: Doctor) -> None:
    user = make_user(Role.ADMIN)
    page = shown(signed_in(user).get("/dashboard/", WEEK))
    api = client_of(user).get("/api/reports/", WEEK).json()
    used = ("open_minutes", "booked_minutes", "utilisation")
    waited = ("visits", "median_minutes", "p90_minutes")
    assert page == {
        "bookings": [[day["booked"], day["cancelled"], day["no_shows"]] for day in api["bookings"]],
        "by-doctor": [[row[name] for name in used] for row in api["utilisation"]["by_doctor"]],
        "by-weekday": [[row[name] for name in used] for row in api["utilisation"]["by_weekday"]],
        "no-shows": [
            [row[name] for name in ("attended", "no_shows", "unrecorded", "rate")]
            for row in api["attendance"]["by_doctor"]
        ],
        "waits": [[row[name] for name in waited] for row in api["waits"]["by_day"]],
        "waits-by-doctor": [[row[name] for name in waited] for row in api["waits"]["by_doctor"]],
        "lead-times": [[bucket["visits"]] for bucket in api["lead_times"]["distribution"]],
        "cancellations": [[row["visits"]] for row in api["cancellations"]["by_lead"]],
        "reasons": [[row["visits"]] for row in api["cancellations"]["by_reason"]],
    }
    assert page["by-doctor"] == [[480, 30, 0.0625]]  # not equal because both are empty
    assert page["waits"][:2] == [[1, 0, 0], [0, None, None]]
    assert page["bookings"][:3] == [[1, 0, 1], [0, 0, 0], [0, 1, 0]]


def test_figures_at_the_top_say_the_whole(doctor: Doctor) -> None:
    page = signed_in(Role.ADMIN).get("/dashboard/", WEEK)
    assert [number for _, number, _ in page.context["figures"]] == ["1", "6.2 %", "50.0 %", "0.8 days", "1", "0 min"]


def test_file_has_the_numbers_of_the_table(doctor: Doctor) -> None:
    answer = signed_in(Role.ADMIN).get("/dashboard/bookings.csv", {"from": "2026-03-02", "to": "2026-03-03"})
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert body.splitlines() == ["date,booked,cancelled,no_shows", "2026-03-02,1,0,1", "2026-03-03,0,0,0"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="bookings-2026-03-02-2026-03-03.csv"'


def test_each_role_sees_as_far_as_its_right_goes(doctor: Doctor) -> None:
    other = make_user(Role.DOCTOR, doctor=make_doctor(full_name="Other"))
    roles = (Role.ADMIN, Role.RECEPTIONIST, Role.AUDITOR, Role.PATIENT, "")
    assert [signed_in(role).get("/dashboard/").status_code for role in roles] == [200, 200, 200, 403, 403]
    page = signed_in(other).get("/dashboard/", WEEK)
    assert "Anna One" not in page.content.decode()
    assert [day[0] for day in shown(page)["bookings"]] == [0] * 7
    refused = signed_in(other).get("/dashboard/", {**WEEK, "doctor": doctor.pk})
    assert (refused.status_code, "doctor" in refused.context["form"].errors) == (400, True)
    assert signed_in(other).get("/dashboard/bookings.csv", {**WEEK, "doctor": doctor.pk}).status_code == 404


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "2020-01-01", "to": "2026-03-01"}, "to"),
        ({"from": "soon"}, "from"),
        ({"to": "0001-01-01"}, "from"),
        ({"from": "9999-12-31"}, "from"),
        ({"location": "x"}, "location"),
    ],
)
def test_period_that_cannot_be_is_said_beside_its_field(query: dict[str, str], field: str) -> None:
    page = signed_in(Role.ADMIN).get("/dashboard/", query)
    assert (page.status_code, list(page.context["form"].errors)) == (400, [field])


def test_file_that_there_is_not_is_not_found(client: Client) -> None:
    assert signed_in(Role.ADMIN).get("/dashboard/salaries.csv").status_code == 404
    assert client.get("/dashboard/bookings.csv").status_code == 302


def test_empty_clinic_has_a_dashboard() -> None:
    assert "Nothing in this period." in text(signed_in(Role.ADMIN).get("/dashboard/"))


def test_dashboard_takes_the_same_queries_however_much_there_is(doctor: Doctor) -> None:
    client = signed_in(Role.ADMIN)
    one = queries(lambda: client.get("/dashboard/", WEEK))
    for number in range(2):
        book(f"2026-03-03 1{number}:00", doctor=make_doctor())
    assert (one, queries(lambda: client.get("/dashboard/", WEEK))) == (19, 19)
