"""Pages, search, ordering and filters of the lists."""

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
from common import models
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient
from tests.plans import rows_read, tells

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def names(api: APIClient, url: str, field: str = "full_name") -> list[Any]:
    answer = api.get(url)
    assert answer.status_code == 200, answer.json()
    return [row[field] for row in answer.json()["results"]]


def refusal(api: APIClient, url: str) -> Any:
    answer = api.get(url)
    assert answer.status_code == 400, answer.content
    return answer.json()


@pytest.fixture
def seven_patients(db: None) -> None:
    for letter in "GFEDCBA":
        make_patient(full_name=letter)


# --- Pages -------------------------------------------------------------------------------------------


def test_a_page_has_five_rows_unless_asked_otherwise(api: APIClient, seven_patients: None) -> None:
    body = api.get("/api/patients/").json()
    assert (body["count"], body["previous"]) == (7, None)
    assert body["next"] == "http://testserver/api/patients/?page=2"
    assert [row["full_name"] for row in body["results"]] == ["A", "B", "C", "D", "E"]
    second = api.get("/api/patients/?page=2").json()
    assert [row["full_name"] for row in second["results"]] == ["F", "G"]
    assert (second["next"], second["previous"]) == (None, "http://testserver/api/patients/")


def test_page_size_is_chosen_up_to_100(api: APIClient, seven_patients: None) -> None:
    assert names(api, "/api/patients/?page_size=2") == ["A", "B"]
    for number in range(101):
        make_patient(full_name=f"Z{number:03}")
    assert len(names(api, "/api/patients/?page_size=100")) == 100
    assert len(names(api, "/api/patients/?page_size=1000")) == 100


@pytest.mark.parametrize("size", ["-1", "0", "abc", "1.5", "", "²", "1e3", " 5"])
def test_a_bad_page_size_is_refused(api: APIClient, size: str) -> None:
    body = refusal(api, f"/api/patients/?page_size={size}")
    assert body == {"page_size": ["Enter a whole number from 1 to 100."]}


@pytest.mark.parametrize("page", ["0", "99", "abc", "-1", "99999999999999999999999"])
def test_an_unknown_page_is_404(api: APIClient, page: str) -> None:
    answer = api.get(f"/api/patients/?page={page}")
    assert (answer.status_code, answer.json()) == (404, {"detail": "Invalid page."})


# --- Search ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        "josé",
        "JOSE",
        "o'neill",
        "O’Neill",
        "jose@example.com",
        "SE@EXAMPLE",
        "jose@",
        "@example.com jose",
        "0712345678",
        "0712 345 678",
        "0712-345-678",
        "(0712) 345678",
        "+254712345678",
        "+254 712 345 678",
        "00254712345678",
        "254712345678",
        "712345",
        "345 678",
        "AB 12",
        "ab12x",
        "NHIF0001",
        "nhif0001",
    ],
)
def test_patients_are_found_by_name_mail_phone_and_numbers_in_any_spelling(api: APIClient, query: str) -> None:
    make_patient(
        full_name="José O'Neill",
        email="jose@example.com",
        phone_number="+254 712-345678",
        national_id="ab 12 x",
        insurance_number="NHIF0001",
    )
    make_patient(full_name="Somebody Else", phone_number="0799999999")
    answer = api.get("/api/patients/", {"search": query})
    assert [row["full_name"] for row in answer.json()["results"]] == ["José O'Neill"]


@pytest.mark.parametrize("query", ["jose@example.org", "jo@example.com", "jose@%", "j_se@example.com", "se@se@example"])
def test_of_an_address_all_has_to_be_found(api: APIClient, query: str) -> None:
    make_patient(full_name="José O'Neill", email="jose@example.com")
    assert api.get("/api/patients/", {"search": query}).json()["results"] == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no index of trigrams")
def test_of_an_address_the_index_is_asked_for_the_name_alone(api: APIClient) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # nor through another one, as a table of few rows is read
    plan = Patient.objects.search("jose@example.com").explain()
    assert "Index Cond: (search_text ~~ '%jose@%'::text)" in plan


def test_every_word_must_be_found(api: APIClient) -> None:
    make_patient(full_name="Jane Doe")
    assert names(api, "/api/patients/?search=jane+doe") == ["Jane Doe"]
    assert names(api, "/api/patients/?search=jane+smith") == []


def test_a_search_does_not_read_wildcards(api: APIClient) -> None:
    make_patient(full_name="Jane Doe")
    assert names(api, "/api/patients/?search=%25") == []
    assert names(api, "/api/patients/?search=_") == []


def test_doctors_are_found_by_name_specialization_and_mail(api: APIClient) -> None:
    make_doctor(full_name="Jane Smith", specialization="Cardiology", email="jane@clinic.test")
    make_doctor(full_name="Ann Other", specialization="Dermatology", email="ann@clinic.test")
    for query in ("smith", "CARDIO", "jane@clinic"):
        assert names(api, f"/api/doctors/?search={query}") == ["Jane Smith"]


def test_appointments_are_found_by_the_names_of_both(api: APIClient) -> None:
    doctor, patient = make_doctor(full_name="Jane Smith"), make_patient(full_name="Zoë Wanjiru")
    book(doctor=doctor, patient=patient)
    book()
    for query in ("smith", "zoe", "wanjiru jane"):
        assert names(api, f"/api/appointments/?search={query}", "patient_name") == ["Zoë Wanjiru"]
    assert names(api, "/api/appointments/?search=" + patient.phone_number, "patient_name") == []


def test_a_search_has_100_characters_at_most(api: APIClient) -> None:
    assert refusal(api, "/api/patients/?search=" + "a" * 101) == {"search": ["Search for 100 characters at most."]}


# --- Ordering ----------------------------------------------------------------------------------------


def test_ordering_is_by_the_fields_asked_for_and_then_by_id(api: APIClient) -> None:
    second = make_doctor(full_name="B", specialization="X")
    first = make_doctor(full_name="A", specialization="X")
    assert names(api, "/api/doctors/?ordering=full_name") == ["A", "B"]
    assert names(api, "/api/doctors/?ordering=-full_name") == ["B", "A"]
    assert names(api, "/api/doctors/?ordering=specialization", "id") == [second.pk, first.pk]
    assert names(api, "/api/doctors/?ordering=specialization,-full_name") == ["B", "A"]
    assert names(api, "/api/doctors/?ordering=-specialization", "id") == [first.pk, second.pk]


def test_visits_of_one_status_are_ordered_by_time(api: APIClient) -> None:
    late, early = book("2026-03-03 10:00"), book("2026-03-02 10:00")
    assert names(api, "/api/appointments/?ordering=status", "id") == [early.pk, late.pk]
    assert names(api, "/api/appointments/?ordering=-status", "id") == [late.pk, early.pk]


def test_appointments_are_ordered_by_time(api: APIClient) -> None:
    late, early = book("2026-03-03 10:00"), book("2026-03-02 10:00")
    assert names(api, "/api/appointments/", "id") == [early.pk, late.pk]
    assert names(api, "/api/appointments/?ordering=-appointment_time", "id") == [late.pk, early.pk]


@pytest.mark.parametrize(
    ("route", "choices"),
    [
        ("patients", "id, full_name, email, date_of_birth, created_at, updated_at"),
        ("doctors", "id, full_name, email, specialization, created_at, updated_at"),
        ("appointments", "id, appointment_time, status, doctor, patient, created_at, updated_at"),
    ],
)
def test_ordering_by_anything_else_is_refused(api: APIClient, route: str, choices: str) -> None:
    body = refusal(api, f"/api/{route}/?ordering=password")
    assert body == {"ordering": [f"Cannot order by 'password'. Choose from: {choices}."]}


# --- Filters -----------------------------------------------------------------------------------------

BOTH_WAYS: list[Callable[[str, Any], str]] = [
    lambda field, value: f"{field}={value}",
    lambda field, value: f"filter={field}:{value}",
]


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


@pytest.mark.parametrize("name", ["search", "ordering", "page", "page_size", "cursor"])
@pytest.mark.parametrize("path", ["patients/", "doctors/{}/exceptions/", "holidays/", "holds/", "audit/"])
def test_what_says_how_to_list_is_given_once(api: APIClient, path: str, name: str) -> None:
    url = f"/api/{path.format(make_doctor().pk)}?{name}=1&{name}=2"
    assert refusal(api, url) == {name: [f"'{name}' is given twice; give it once."]}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("slots/?limit=1&limit=2", "limit"),
        ("slots/?from=2026-03-03&from=2026-03-04", "from"),
        ("reports/?to=2026-03-03&to=2026-03-04", "to"),
        ("reports/export/?table=bookings&table=no-shows", "table"),
        ("patients/export/?ordering=id&ordering=email", "ordering"),
    ],
)
def test_what_takes_one_value_is_given_once(api: APIClient, url: str, name: str) -> None:
    assert refusal(api, f"/api/{url}") == {name: [f"'{name}' is given twice; give it once."]}


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("rooms", "active, location, name, kind"),
        ("holidays", "date, date_from, date_to, location"),
        ("holds", "patient, doctor"),
    ],
)
def test_a_list_that_is_not_searched_says_so(api: APIClient, path: str, fields: str) -> None:
    sentence = f"This list is not searched by words. Narrow it down by: {fields}."
    assert refusal(api, f"/api/{path}/?search=a") == {"search": [sentence]}
    assert api.get(f"/api/{path}/?search=").status_code == 200


def test_two_expressions_narrow_down_together(api: APIClient) -> None:
    wanted = book()
    book("2026-03-02 11:00", doctor=wanted.doctor)
    url = f"/api/appointments/?filter=patient:{wanted.patient_id}&filter=doctor:{wanted.doctor_id}"
    assert names(api, url, "id") == [wanted.pk]


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


def test_an_unknown_doctor_finds_nothing(api: APIClient) -> None:
    book()
    assert names(api, "/api/appointments/?doctor=999999", "id") == []


def test_a_lost_plus_sign_is_understood(api: APIClient) -> None:
    first = book("2026-03-03 10:00")
    assert names(api, "/api/appointments/?appointment_time=2026-03-03T13:00:00+03:00", "id") == [first.pk]


# --- Cost --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("route", "queries", "make"),
    [("patients", 4, make_patient), ("doctors", 3, make_doctor), ("appointments", 4, book)],
)
def test_a_list_takes_the_same_queries_for_one_row_and_for_three(
    api: APIClient, django_assert_num_queries: Any, route: str, queries: int, make: Callable[[], Any]
) -> None:
    """The token with its user, the count, the page, and the audit where it is about patients."""
    make()
    with django_assert_num_queries(queries):
        assert len(api.get(f"/api/{route}/").json()["results"]) == 1
    make()
    make()
    with django_assert_num_queries(queries):
        assert len(api.get(f"/api/{route}/").json()["results"]) == 3


def test_a_truth_value_that_is_none_is_refused(api: APIClient) -> None:
    for path in ("/api/doctors/?active=banana", "/api/patients/?filter=active:banana"):
        answer = api.get(path)
        assert (answer.status_code, answer.json()) == (400, {"active": ["Enter true or false."]})


# --- Relevance ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("route", "make"), [("patients", make_patient), ("doctors", make_doctor)])
def test_of_a_search_the_nearest_names_come_first(api: APIClient, route: str, make: Callable[..., Any]) -> None:
    for name in ("Abel Annan", "Ann", "Anna Zuma", "Joanna", "Ännchen Adler"):
        make(full_name=name)
    found = ["Ann", "Anna Zuma", "Ännchen Adler", "Abel Annan", "Joanna"]
    assert names(api, f"/api/{route}/?search=ann") == found
    assert names(api, f"/api/{route}/?search=ann&ordering=full_name") == sorted(found)


def test_visits_of_many_who_are_called_so_are_found_as_those_of_few(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, anna = make_patient(full_name="Ann Lee"), make_patient(full_name="Anna Okoth")
    doctor = make_doctor(full_name="Grace Annan")
    visits = [book("2026-03-03 10:00", patient=ann), book("2026-03-04 10:00", patient=anna)]
    visits.append(book("2026-03-05 10:00", doctor=doctor))
    book("2026-03-06 10:00")
    for few in (500, 1):
        monkeypatch.setattr(models, "FEW", few)
        assert names(api, "/api/appointments/?search=ann", "id") == [visit.pk for visit in visits]
        assert names(api, "/api/appointments/?search=lee+ann", "id") == [visits[0].pk]


@pytest.mark.skipif("connection.vendor != 'postgresql'")
@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Patient.objects.search("zuma"), "patient_by_search_text"),
        (Patient.objects.filter(name_key__contains="zuma"), "patient_by_part_of_name"),
        (Patient.objects.filter(email__iexact="a@b.test"), "patient_by_email"),
        (Patient.objects.filter(phone_number__iexact="0712"), "patient_by_phone_as_typed"),
        (Patient.objects.filter(insurance_number__iexact="n1"), "patient_by_insurance"),
    ],
)
def test_a_search_reads_an_index_and_not_the_table(db: None, query: Any, index: str) -> None:
    Patient.objects.bulk_create(
        Patient(full_name=f"Other {n}", phone_number=f"{20_000_000 + n}", email=f"{n}@b.test", insurance_number=f"{n}")
        for n in range(5000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE patients_patient")
    assert index in query.all().explain()


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
