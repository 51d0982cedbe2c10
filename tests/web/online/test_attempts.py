"""Bookings that come to nothing, how often somebody may try, and what is written down of it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from appointments.models import Hold, OnlineBooking
from audit.models import AuditEvent
from clinics.models import AppointmentType
from common import rates
from doctors.models import Doctor
from tests.factories import at, book
from tests.web.booking import Booking
from tests.web.clients import text

pytestmark = pytest.mark.django_db


def lose(visitor: Booking, doctor: Doctor, clock: time_machine.Traveller) -> None:
    """The hold ends, and somebody else takes the time."""
    clock.shift(timedelta(minutes=11))
    book("2026-03-02 10:00", doctor=doctor)


def test_a_hold_that_ended_is_made_anew_while_the_time_is_free(
    visitor: Booking, doctor: Doctor, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    clock.shift(timedelta(minutes=11))
    assert visitor.enter().headers["Location"] == "/book/check/"
    assert [hold.expires_at for hold in Hold.objects.standing(at("2026-03-02 06:11"))] == [at("2026-03-02 06:21")]


def test_a_lost_time_leads_to_three_others_and_the_entries_stay(
    visitor: Booking, doctor: Doctor, client: Client, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    visitor.enter()
    form = visitor.form()
    lose(visitor, doctor, clock)
    assert client.post("/book/check/", form).headers["Location"] == "/book/lost/"
    others = client.get("/book/lost/").context["others"]
    assert [slot.start for slot in others] == [at(f"2026-03-02 {time}") for time in ("09:00", "09:30", "10:30")]
    answer = client.post("/book/lost/", {"time": f"{doctor.pk}-20260302T1030Z"})
    assert answer.headers["Location"] == "/book/check/"
    assert "Jane Doe" in text(visitor.check())
    assert visitor.confirm().headers["Location"].endswith("/booked/")
    assert OnlineBooking.objects.get().appointment.start == at("2026-03-02 10:30")


def test_a_time_lost_while_the_details_are_entered_is_told_after_them(
    visitor: Booking, doctor: Doctor, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    lose(visitor, doctor, clock)
    assert visitor.enter().headers["Location"] == "/book/lost/"


def test_of_the_others_only_those_can_be_taken(
    visitor: Booking, doctor: Doctor, client: Client, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    lose(visitor, doctor, clock)
    answer = client.post("/book/lost/", {"time": f"{doctor.pk}-20260302T1000Z"})
    assert (answer.status_code, "This time is no longer free." in text(answer)) == (409, True)


@pytest.fixture
def counted(settings: Any) -> Iterator[None]:
    """Five forms an hour from one address."""
    settings.RATE_LIMIT_ONLINE = (5, 3600)
    rates.forget()
    yield
    rates.forget()


def test_an_address_sends_so_many_forms_an_hour(client: Client, kind: AppointmentType, counted: None) -> None:
    answers = [client.post(f"/book/{kind.pk}/times/", {}, REMOTE_ADDR="203.0.113.7") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [409] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert "That was too often" in text(answers[-1])
    assert client.get("/book/", REMOTE_ADDR="203.0.113.7").status_code == 200
    assert client.post(f"/book/{kind.pk}/times/", {}, REMOTE_ADDR="203.0.113.8").status_code == 409


def test_forms_of_private_links_count_too(client: Client, counted: None) -> None:
    answers = [client.post("/visit/guessed/cancel/", {}, REMOTE_ADDR="203.0.113.7") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 5 + [429]


def test_booking_and_what_a_link_does_are_written_down(client: Client, link: str, doctor: Doctor) -> None:
    client.get(link)
    client.post(f"{link}move/", {"time": f"{doctor.pk}-20260305T1400Z"})
    client.post(f"{link}cancel/", {})
    visit = OnlineBooking.objects.get().appointment
    told = ("action", "object_ids", "patient_ids", "actor", "outcome")
    assert list(AuditEvent.objects.order_by("id").values_list(*told)) == [
        (f"appointment.{verb}", [visit.pk], [visit.patient_id], None, "ok")
        for verb in ("book", "read", "reschedule", "cancel")
    ]


def rows() -> list[tuple[str, str]]:
    events = AuditEvent.objects.exclude(action="session.begin").order_by("id")
    return list(events.values_list("action", "outcome"))


@pytest.mark.parametrize("role", [None, "receptionist", "patient"])
def test_a_form_that_books_nothing_is_written_down_as_refused(client: Client, role: str | None) -> None:
    """Nothing was begun: a visitor is led to the beginning, a patient to their own pages."""
    if role:
        client.force_login(User.objects.create_user("somebody", role=role))
    assert client.post("/book/check/").headers["Location"] == ("/my/book/" if role == "patient" else "/book/")
    assert rows() == [("appointment.book", "refused")]


def test_a_booking_without_details_is_written_down_as_refused(visitor: Booking, doctor: Doctor) -> None:
    visitor.take(doctor)
    assert visitor.client.post("/book/check/").headers["Location"] == "/book/details/"
    assert rows() == [("appointment.book", "refused")]


def test_a_booking_whose_time_is_lost_is_written_down_as_refused(
    visitor: Booking, doctor: Doctor, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    visitor.enter()
    form = visitor.form()
    lose(visitor, doctor, clock)
    assert visitor.client.post("/book/check/", form).headers["Location"] == "/book/lost/"
    assert rows() == [("appointment.book", "refused")]


def test_what_a_link_may_no_longer_do_is_written_down_as_refused(
    client: Client, link: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 3, 3, 10, 1, tzinfo=UTC), tick=False)
    for page in ("move/", "cancel/"):
        client.get(link + page)
        client.post(link + page, {})
    assert rows()[1:] == [(f"appointment.{verb}", "refused") for verb in ("read", "reschedule", "read", "cancel")]


def test_no_token_is_written_down(client: Client, link: str) -> None:
    client.get(link)
    token = link.split("/")[2]
    assert token not in str(list(AuditEvent.objects.values()))
