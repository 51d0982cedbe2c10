"""A parameter for each field of a list, and the same as one expression, `?filter=`."""

from collections.abc import Callable
from datetime import timedelta
from time import process_time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from appointments import services
from appointments.models import Appointment
from clinics.models import Location
from tests.api.lists import names, refusal
from tests.factories import at, book, make_doctor, make_patient
from tests.plans import rows_read, tells

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOTH_WAYS: list[Callable[[str, Any], str]] = [
    lambda field, value: f"{field}={value}",
    lambda field, value: f"filter={field}:{value}",
]


# --- By field ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("ask", BOTH_WAYS)
def test_appointments_are_filtered_by_each_field(api: APIClient, ask: Callable[[str, Any], str]) -> None:
    wanted = book("2026-03-03 10:00")
    services.confirm(wanted)
    book("2026-03-04 10:00")
    for field, value in (
        ("patient", wanted.patient_id),
        ("doctor", wanted.doctor_id),
        ("status", "confirmed"),
        ("appointment_time", "2026-03-03T10:00:00Z"),
        ("appointment_time_before", "2026-03-04T10:00:00Z"),
        ("appointment_time_before", "2026-03-04"),
    ):
        assert names(api, f"/api/appointments/?{ask(field, value)}", "id") == [wanted.pk], field
    assert names(api, f"/api/appointments/?{ask('location', wanted.location_id)}", "id")[0] == wanted.pk


@pytest.mark.parametrize("ask", BOTH_WAYS)
def test_a_range_of_times_holds_its_beginning_and_not_its_end(api: APIClient, ask: Callable[[str, Any], str]) -> None:
    first, second = book("2026-03-03 10:00"), book("2026-03-04 10:00")
    after = ask("appointment_time_after", "2026-03-04T10:00:00Z")
    before = ask("appointment_time_before", "2026-03-04T10:00:00Z")
    assert names(api, f"/api/appointments/?{after}", "id") == [second.pk]
    assert names(api, f"/api/appointments/?{before}", "id") == [first.pk]


@pytest.mark.parametrize("ask", BOTH_WAYS)
def test_patients_are_filtered_by_each_field(api: APIClient, ask: Callable[[str, Any], str]) -> None:
    make_patient(
        full_name="Zoë Doe", email="Zoe@example.com", phone_number="0712", national_id="AB1", insurance_number="N1"
    )
    make_patient()
    for field, value in (
        ("full_name", "zoe doe"),
        ("email", "zoe@EXAMPLE.com"),
        ("phone_number", "0712"),
        ("national_id", "ab 1"),
        ("insurance_number", "n1"),
    ):
        assert names(api, f"/api/patients/?{ask(field, value)}") == ["Zoë Doe"], field


@pytest.mark.parametrize("ask", BOTH_WAYS)
def test_doctors_are_filtered_by_each_field(api: APIClient, ask: Callable[[str, Any], str]) -> None:
    make_doctor(full_name="A B", email="a@clinic.test", specialization="Eye Care", default_duration_minutes=20)
    make_doctor()
    for field, value in (
        ("full_name", "a b"),
        ("email", "A@clinic.test"),
        ("specialization", "eye care"),
        ("default_duration_minutes", 20),
    ):
        assert names(api, f"/api/doctors/?{ask(field, value)}") == ["A B"], field


@pytest.mark.parametrize("ask", BOTH_WAYS)
def test_deactivated_records_are_listed_only_when_asked_for(api: APIClient, ask: Callable[[str, Any], str]) -> None:
    make_doctor(full_name="Gone", active=False)
    make_doctor(full_name="Here")
    assert names(api, "/api/doctors/") == ["Here"]
    assert names(api, f"/api/doctors/?{ask('active', 'false')}") == ["Gone"]
    assert names(api, f"/api/doctors/?{ask('active', 'true')}") == ["Here"]


@pytest.mark.parametrize("ask", BOTH_WAYS)
def test_bad_values_of_filters_are_refused(api: APIClient, ask: Callable[[str, Any], str]) -> None:
    for field, value in (
        ("doctor", "abc"),
        ("doctor", "1.5"),
        ("doctor", "-1"),
        ("patient", "9" * 30),
        ("status", "asleep"),
        ("appointment_time_after", "yesterday"),
        ("appointment_time_after", "2026-02-30"),
        ("appointment_time_before", "0001-01-01"),
        ("appointment_time_before", "9999-12-31T23:59:59-12:00"),
    ):
        assert list(refusal(api, f"/api/appointments/?{ask(field, value)}")) == [field], (field, value)


def test_a_truth_value_that_is_none_is_refused(api: APIClient) -> None:
    for path in ("/api/doctors/?active=banana", "/api/patients/?filter=active:banana"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()) == (400, {"active": ["Enter true or false."]})


def test_an_unknown_doctor_finds_nothing(api: APIClient) -> None:
    book()
    assert names(api, "/api/appointments/?doctor=999999", "id") == []


def test_a_lost_plus_sign_is_understood(api: APIClient) -> None:
    first = book("2026-03-03 10:00")
    assert names(api, "/api/appointments/?appointment_time=2026-03-03T13:00:00+03:00", "id") == [first.pk]


# --- The expression ----------------------------------------------------------------------------------


def test_one_expression_joins_several_fields(api: APIClient) -> None:
    wanted = book("2026-03-03 10:00")
    book("2026-03-04 10:00", doctor=wanted.doctor)
    url = f"/api/appointments/?filter=doctor:{wanted.doctor_id}, status:scheduled,appointment_time_before:2026-03-04"
    assert names(api, url, "id") == [wanted.pk]


def test_an_expression_and_parameters_both_hold(api: APIClient) -> None:
    wanted = book()
    assert names(api, f"/api/appointments/?filter=doctor:{wanted.doctor_id}&status=scheduled", "id") == [wanted.pk]
    assert names(api, f"/api/appointments/?filter=doctor:{wanted.doctor_id}&status=completed", "id") == []


def test_a_value_with_a_comma_stands_in_quotes(api: APIClient) -> None:
    make_patient(full_name="Doe, Jane")
    assert names(api, '/api/patients/?filter=full_name:"Doe, Jane"') == ["Doe, Jane"]


def test_an_unknown_field_in_the_expression_names_the_known_ones(api: APIClient) -> None:
    body = refusal(api, "/api/appointments/?filter=doctor:2,password:x")
    assert body == {
        "filter": [
            "Unknown field 'password'. Known fields: patient, doctor, location, room, appointment_type, series, "
            "status, appointment_time, appointment_time_after, appointment_time_before, updated_at_after."
        ]
    }


@pytest.mark.parametrize("expression", ["doctor", ":", ",", 'doctor:"2', "doctor=2"])
def test_an_expression_that_cannot_be_read_is_refused(api: APIClient, expression: str) -> None:
    body = refusal(api, f"/api/appointments/?filter={expression}")
    assert list(body) == ["filter"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ('filter=status:{}"', "filter"),
        ("filter=status:scheduled,{}x", "filter"),
        ("appointment_time=1:{}x", "appointment_time"),
    ],
)
@pytest.mark.parametrize("blank", ["+", ":"])
def test_a_long_query_that_cannot_be_read_is_refused_at_once(
    api: APIClient, query: str, field: str, blank: str
) -> None:
    begun = process_time()
    assert list(refusal(api, f"/api/appointments/?{query.format(blank * 60_000)}")) == [field]
    assert process_time() - begun < 2


def test_blanks_in_an_expression_mean_nothing(api: APIClient) -> None:
    wanted = make_doctor(full_name="Jane Doe")
    make_doctor()
    for expression in (" full_name : Jane Doe , active:true", 'full_name: "Jane Doe" ,active :true,'):
        assert names(api, f"/api/doctors/?filter={expression}", "id") == [wanted.pk], expression


def test_a_field_given_twice_is_refused(api: APIClient) -> None:
    for url in ("/api/appointments/?filter=doctor:2,doctor:3", "/api/appointments/?doctor=1&filter=doctor:2"):
        assert refusal(api, url) == {"filter": ["'doctor' is given twice; give it once."]}
    assert refusal(api, "/api/appointments/?doctor=1&doctor=2") == {
        "doctor": ["'doctor' is given twice; give it once."]
    }
    for path in ("appointments/", "appointments/export/"):
        assert refusal(api, f"/api/{path}?filter=doctor:2&filter=doctor:3") == {
            "filter": ["'doctor' is given twice; give it once."]
        }


def test_two_expressions_narrow_down_together(api: APIClient) -> None:
    wanted = book()
    book("2026-03-02 11:00", doctor=wanted.doctor)
    url = f"/api/appointments/?filter=patient:{wanted.patient_id}&filter=doctor:{wanted.doctor_id}"
    assert names(api, url, "id") == [wanted.pk]


# --- Cost --------------------------------------------------------------------------------------------


@tells
def test_of_a_doctor_with_a_long_history_the_visits_of_a_status_are_read_and_no_others(api: APIClient) -> None:
    patient, here = make_patient(), Location.objects.default()
    doctors = [make_doctor() for _ in range(3)]
    Appointment.objects.bulk_create(
        Appointment(patient=patient, doctor=doctor, location=here, status=status, start=start, end=start + HOUR)
        for number, doctor in enumerate(doctors)
        for status, first, days in (("completed", "2024-01-01 10:00", 400), ("scheduled", "2026-03-03 10:00", 3))
        for start in (at(first) + number * HOUR + day * DAY for day in range(days))
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE appointments_appointment")
    with CaptureQueriesContext(connection) as asked:
        found = api.get(f"/api/appointments/?filter=doctor:{doctors[0].pk},status:scheduled").json()
    assert len(found["results"]) == 3
    [listed] = [query["sql"] for query in asked.captured_queries if "ORDER BY" in query["sql"]]
    assert rows_read(listed, "appointments_appointment") <= 3
