"""A doctor's private calendar address: valid, renewed, ended, and what is in it."""

import re

import pytest
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from accounts.roles import Role
from appointments import linking, services
from doctors.models import CalendarFeed, Doctor
from tests.factories import book, make_doctor, make_patient, make_type, make_user
from tests.web.clients import queries, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor()


@pytest.fixture
def own(doctor: Doctor) -> Client:
    return signed_in(make_user(Role.DOCTOR, doctor=doctor))


def new_address(own: Client) -> str:
    page = own.post("/my-calendar/", {"do": "renew"}).content.decode()
    return re.search(r'value="http://testserver(/calendar/[\w-]+\.ics)"', page).group(1)


def events(answer: object) -> list[dict[str, str]]:
    calendar = Calendar.from_ical(answer.content)
    return [{name: str(event[name]) for name in ("UID", "SUMMARY", "LOCATION")} for event in calendar.walk("VEVENT")]


def test_feed_names_when_and_where_and_nobody(client: Client, own: Client, doctor: Doctor) -> None:
    kind = make_type(name="Secret Test")
    patient = make_patient(full_name="Amina Hassan")
    visit = book(doctor=doctor, patient=patient, appointment_type=kind, notes="Private note")
    book("2026-03-02 12:00")  # a colleague's
    answer = client.get(new_address(own))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert events(answer) == [
        {"UID": f"visit-{visit.pk}@testserver", "SUMMARY": f"Visit {visit.pk}", "LOCATION": "Test Clinic"}
    ]
    said = answer.content.decode()
    assert [word in said for word in ("Amina", "Hassan", "Secret", "Private note")] == [False] * 4
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_cancelled_visits_leave_the_feed(client: Client, own: Client, doctor: Doctor) -> None:
    address = new_address(own)
    services.cancel(book(doctor=doctor))
    assert events(client.get(address)) == []


def test_new_address_ends_the_old_one(client: Client, own: Client) -> None:
    old = new_address(own)
    new = new_address(own)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert CalendarFeed.objects.count() == 1


def test_ended_address_leads_nowhere(client: Client, own: Client) -> None:
    address = new_address(own)
    own.post("/my-calendar/", {"do": "revoke"})
    assert (client.get(address).status_code, client.get("/calendar/unknown.ics").status_code) == (404, 404)


def test_address_ends_with_its_doctors_access(client: Client, own: Client, doctor: Doctor) -> None:
    address = new_address(own)
    doctor.user.is_active = False
    doctor.user.save()
    assert client.get(address).status_code == 404


def test_address_ends_with_the_role(client: Client, own: Client, doctor: Doctor) -> None:
    address = new_address(own)
    assert doctor.user
    User.objects.filter(pk=doctor.user.pk).update(role="")
    assert client.get(address).status_code == 404


def test_address_of_who_signed_in_before_is_not_that_of_who_does_now(
    client: Client, own: Client, doctor: Doctor
) -> None:
    address = new_address(own)
    assert doctor.user
    linking.unlink(doctor.user)
    assert client.get(address).status_code == 404
    linking.link(make_user(Role.DOCTOR), doctor)
    assert client.get(address).status_code == 404


def test_token_is_kept_nowhere(own: Client) -> None:
    token = new_address(own).removeprefix("/calendar/").removesuffix(".ics")
    assert token not in str(CalendarFeed.objects.values().get())
    assert token not in own.get("/my-calendar/").content.decode()


def test_only_doctors_have_an_address(doctor: Doctor) -> None:
    desk = signed_in(Role.RECEPTIONIST)
    assert (desk.post("/my-calendar/", {"do": "renew"}).status_code, CalendarFeed.objects.count()) == (404, 0)
    assert signed_in(Role.PATIENT).get("/my-calendar/").status_code == 403


def test_feed_takes_the_same_queries_however_many_visits_it_has(client: Client, own: Client, doctor: Doctor) -> None:
    address = new_address(own)
    book("2026-03-02 08:00", doctor=doctor)
    one = queries(lambda: client.get(address))
    book("2026-03-02 09:00", doctor=doctor)
    book("2026-03-02 10:00", doctor=doctor)
    assert (one, queries(lambda: client.get(address))) == (2, 2)
