"""No request reads a whole table that grows with the years: to narrow a list, to order it, or to find what is whose."""

from collections.abc import Iterator

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from api.views.appointments import AppointmentViewSet
from api.views.patients import PatientViewSet
from common import models
from tests.conftest import client_of
from tests.factories import book, make_doctor, make_patient, make_user
from tests.plans import (
    GROWING,
    asked_for,
    gone_through,
    read_whole,
    sorted_for_a_page,
    told_by_sqlite,
    whole_tables,
)


def orders() -> Iterator[str]:
    for route, view in (("patients", PatientViewSet), ("appointments", AppointmentViewSet)):
        for name in view.ordering_fields:
            yield f"/api/{route}/?ordering={name}"
            yield f"/api/{route}/?ordering=-{name}"


NARROWED = [
    "/api/patients/?active=false",
    "/api/patients/?sex=female",
    "/api/patients/?contact_preference=sms",
    "/api/patients/?preferred_language=sw",
    "/api/patients/?email=jane@example.com",
    "/api/patients/?phone_number=0712345678",
    "/api/patients/?national_id=123456789",
    "/api/patients/?insurance_number=NHIF0001",
    "/api/patients/?date_of_birth=1990-01-01",
    "/api/patients/?full_name=Jane",
    "/api/patients/?guardian=1",
    "/api/patients/?updated_at_after=2026-03-02&ordering=updated_at",
    "/api/patients/?updated_at_after=2026-03-02&ordering=updated_at&active=false",
    "/api/appointments/?status=no_show",
    "/api/appointments/?status=no_show&ordering=-appointment_time",
    "/api/appointments/?status=scheduled&appointment_time_after=2026-03-02",
    "/api/appointments/?doctor=1",
    "/api/appointments/?doctor=1&status=no_show&ordering=-appointment_time",
    "/api/appointments/?patient=1",
    "/api/appointments/?room=1",
    "/api/appointments/?series=1",
    "/api/appointments/?updated_at_after=2026-03-02&ordering=updated_at",
    "/api/appointments/?appointment_time=2026-03-02",
    "/api/audit/?action=patient.read",
    "/api/audit/?kind=patient",
    "/api/audit/?actor=1",
    "/api/audit/?username=jane",
    "/api/audit/?outcome=denied",
    "/api/audit/?request_id=1",
    "/api/audit/?at_after=2026-03-02&at_before=2026-03-03",
]


@pytest.mark.parametrize("url", [*orders(), *NARROWED])
def test_a_list_is_read_along_an_index(api: APIClient, url: str) -> None:
    book()
    assert whole_tables(api, url) == set()


@told_by_sqlite
@pytest.mark.parametrize("url", list(orders()))
def test_a_page_is_not_sorted_out_of_the_whole_list(api: APIClient, url: str) -> None:
    book()
    assert [sql for sql in asked_for(api, url) if sorted_for_a_page(sql)] == []


@told_by_sqlite
@pytest.mark.parametrize("url", NARROWED)
def test_what_a_list_is_narrowed_to_is_found_by_an_index(api: APIClient, url: str) -> None:
    book()
    assert {t for sql in asked_for(api, url) for t in GROWING if t in sql and gone_through(sql, t)} == set()


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """A patient with a child, and a doctor whom they have been to."""
    jane, doctor = make_patient(full_name="Jane"), make_doctor()
    users = {
        "patient": make_user(Role.PATIENT, patient=jane),
        "doctor": make_user(Role.DOCTOR, doctor=doctor),
        "receptionist": make_user(Role.RECEPTIONIST),
    }
    book(doctor=doctor, patient=jane)
    make_patient(full_name="Jim", guardian=jane)
    return users


@told_by_sqlite
@pytest.mark.parametrize("role", ["patient", "doctor", "receptionist"])
@pytest.mark.parametrize("url", ["/api/me/", "/api/appointments/", "/api/locations/1/outside-hours/"])
def test_a_role_reads_what_it_reaches_along_an_index(people: dict[str, User], role: str, url: str) -> None:
    assert whole_tables(client_of(people[role]), url) == set()


def test_visits_of_people_whose_name_many_have_are_met_along_the_list(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor are all their visits brought together to be sorted."""
    monkeypatch.setattr(models, "FEW", 0)
    book(patient=make_patient(full_name="Mary"))
    [page] = [sql for sql in asked_for(api, "/api/appointments/?search=mary") if "LIMIT 6" in sql]
    assert not read_whole(page, "appointments_appointment")
