"""Reports in the API: for whom, about what, and the same numbers as tables."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.roles import Role
from appointments import services
from appointments.reports.tables import TABLES
from tests.conftest import client_of
from tests.factories import book, make_doctor, make_user, set_hours

pytestmark = pytest.mark.django_db

WEEK = {"from": "2026-03-02", "to": "2026-03-08"}


def lines(api: APIClient, table: str, **query: Any) -> list[str]:
    answer = api.get("/api/reports/export/", {**WEEK, "table": table, **query})
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_report_of_a_tiny_clinic_number_by_number(api: APIClient) -> None:
    doctor = make_doctor(full_name="Anna One")
    set_hours(doctor, "mon 08:00-12:00")
    services.complete(book("2026-03-02 08:00", doctor=doctor))
    services.mark_no_show(book("2026-03-02 09:00", doctor=doctor))
    services.cancel(book("2026-03-02 10:00", doctor=doctor), reason="Ill")
    found = api.get("/api/reports/", {"from": "2026-03-02", "to": "2026-03-02"}).json()
    no_time = {"open_minutes": 0, "booked_minutes": 0, "utilisation": None}
    monday = {"open_minutes": 240, "booked_minutes": 30, "utilisation": 0.125}
    assert found == {
        "first": "2026-03-02",
        "last": "2026-03-02",
        "bookings": [{"date": "2026-03-02", "booked": 1, "cancelled": 1, "no_shows": 1}],
        "utilisation": {
            "by_doctor": [{"doctor": doctor.pk, "doctor_name": "Anna One", **monday}],
            "by_weekday": [
                {"weekday": "mon", **monday},
                *({"weekday": day, **no_time} for day in ("tue", "wed", "thu", "fri", "sat", "sun")),
            ],
        },
        "attendance": {
            "total": {"attended": 1, "no_shows": 1, "unrecorded": 0, "rate": 0.5},
            "by_doctor": [
                {
                    "doctor": doctor.pk,
                    "doctor_name": "Anna One",
                    "attended": 1,
                    "no_shows": 1,
                    "unrecorded": 0,
                    "rate": 0.5,
                }
            ],
        },
        "lead_times": {
            "visits": 3,
            "mean_hours": 3.0,
            "distribution": [
                {"lead": "under_1_day", "visits": 3},
                {"lead": "1_day", "visits": 0},
                {"lead": "2_to_6_days", "visits": 0},
                {"lead": "7_to_13_days", "visits": 0},
                {"lead": "14_to_27_days", "visits": 0},
                {"lead": "28_days_or_more", "visits": 0},
            ],
        },
        "cancellations": {
            "total": 1,
            "by_lead": [
                {"lead": "after_start", "visits": 0},
                {"lead": "under_1_day", "visits": 1},
                {"lead": "1_day", "visits": 0},
                {"lead": "2_to_6_days", "visits": 0},
                {"lead": "7_days_or_more", "visits": 0},
            ],
            "by_whom": [
                {"by": "patient", "visits": 0},
                {"by": "clinic", "visits": 0},
                {"by": "system", "visits": 1},
            ],
            "by_reason": [{"reason": "other", "visits": 1}],
        },
        "waits": {
            "total": {"visits": 0, "median_minutes": None, "p90_minutes": None},
            "by_day": [{"date": "2026-03-02", "visits": 0, "median_minutes": None, "p90_minutes": None}],
            "by_doctor": [],
        },
    }


def test_tables_have_the_same_numbers(api: APIClient) -> None:
    doctor = make_doctor(full_name="Anna One")
    set_hours(doctor, "mon 08:00-12:00")
    book("2026-03-02 08:00", doctor=doctor)
    assert lines(api, "bookings", to="2026-03-03") == [
        "date,booked,cancelled,no_shows",
        "2026-03-02,1,0,0",
        "2026-03-03,0,0,0",
    ]
    assert lines(api, "utilisation-by-doctor") == [
        "doctor,doctor_name,open_minutes,booked_minutes,utilisation",
        f"{doctor.pk},Anna One,240,30,0.125",
    ]
    assert [len(lines(api, table)) > 0 for table in TABLES] == [True] * len(TABLES)


def test_without_a_period_it_is_the_last_four_weeks(api: APIClient) -> None:
    found = api.get("/api/reports/").json()
    assert (found["first"], found["last"], len(found["bookings"])) == ("2026-02-03", "2026-03-02", 28)
    assert api.get("/api/reports/", {"from": "2026-01-01"}).json()["last"] == "2026-01-28"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"from": "2026-03-02", "to": "2026-03-01"}, {"to": ["The last day is before the first."]}),
        ({"from": "2025-01-01", "to": "2026-03-01"}, {"to": ["Ask about 366 days at most."]}),
        ({"from": "soon"}, {"from": ["Enter a date such as 2026-05-29."]}),
        ({"from": "2026-02-30"}, {"from": ["Enter a date such as 2026-05-29."]}),
        ({"to": "0001-01-01"}, {"to": ["Enter a date from the years 1900 to 2199."]}),
        ({"doctor": "99999"}, {"doctor": ["There is no doctor with id 99999."]}),
        ({"location": "99999"}, {"location": ["There is no location with id 99999."]}),
    ],
)
def test_bad_questions_are_told_what_is_wrong(api: APIClient, query: dict[str, str], told: dict[str, Any]) -> None:
    for address in ("/api/reports/", "/api/reports/export/"):
        answer = api.get(address, {"table": "bookings", **query})
        assert (answer.status_code, answer.json()) == (400, told)


def test_unknown_table_is_told_which_there_are(api: APIClient) -> None:
    answer = api.get("/api/reports/export/", {"table": "salaries"})
    assert (answer.status_code, answer.json()["table"][0][:26]) == (400, "Choose a table: bookings, ")


def test_each_role_reads_as_far_as_its_right_goes() -> None:
    own, other = make_doctor(full_name="Own"), make_doctor(full_name="Other")
    book("2026-03-02 10:00", doctor=own)
    book("2026-03-02 10:00", doctor=other)

    def booked(user: Any, **query: Any) -> int:
        answer = client_of(user).get("/api/reports/", {**WEEK, **query})
        return answer.json()["bookings"][0]["booked"] if answer.status_code == 200 else answer.status_code

    doctor = make_user(Role.DOCTOR, doctor=own)
    roles = (Role.ADMIN, Role.RECEPTIONIST, Role.AUDITOR, Role.PATIENT, "")
    assert [booked(make_user(role)) for role in roles] == [2, 2, 2, 403, 403]
    assert (booked(doctor), booked(doctor, doctor=own.pk)) == (1, 1)
    asked = client_of(doctor).get("/api/reports/", {**WEEK, "doctor": other.pk})
    unknown = client_of(doctor).get("/api/reports/", {**WEEK, "doctor": 99999})
    assert asked.status_code == unknown.status_code == 400
    assert asked.json() == {"doctor": [f"There is no doctor with id {other.pk}."]}
    [row] = client_of(doctor).get("/api/reports/", WEEK).json()["utilisation"]["by_doctor"]
    assert row["doctor_name"] == "Own"


def test_reports_need_a_token() -> None:
    answers = [APIClient().get(f"/api/reports/{rest}").status_code for rest in ("", "export/?table=bookings")]
    assert answers == [401, 401]
