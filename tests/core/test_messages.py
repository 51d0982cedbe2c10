"""Notes for the next page name patients: they stay with who is signed in, and end with their session."""

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from appointments.models import Appointment
from tests.factories import book, make_patient
from tests.web.clients import signed_in, text

pytestmark = pytest.mark.django_db

NOTE = "Zyxwina Canaryquist: Confirmed."


def confirmed() -> Client:
    """The browser of somebody who has confirmed a visit, and has not seen the page after it."""
    visit = book("2026-03-02 10:00", patient=make_patient(full_name="Zyxwina Canaryquist"))
    browser = signed_in(Role.RECEPTIONIST)
    step = {"version": visit.version}
    assert browser.post(f"/desk/visits/{visit.pk}/confirm/", step).status_code == 302
    return browser


@pytest.mark.usefixtures("clock")
def test_a_note_is_shown_once_on_the_next_page() -> None:
    browser, address = confirmed(), f"/desk/visits/{Appointment.objects.get().pk}/"
    assert [NOTE in text(browser.get(address)) for _ in range(2)] == [True, False]


@pytest.mark.usefixtures("clock")
def test_no_cookie_names_a_patient() -> None:
    assert set(confirmed().cookies) == {"sessionid"}


@pytest.mark.usefixtures("clock")
def test_a_note_is_gone_with_the_session_of_whom_it_was_for() -> None:
    browser = confirmed()
    browser.post("/sign-out/")
    assert NOTE not in text(browser.get("/"))


@pytest.mark.usefixtures("clock")
def test_no_session_is_made_for_a_visitors_note(client: Client, settings: Any) -> None:
    settings.ONLINE_BOOKING = True
    assert client.get("/book/check/").status_code == 302
    assert set(client.cookies) == {"messages"}
    assert "Please choose what the visit is for, and a time." in text(client.get("/book/"))
