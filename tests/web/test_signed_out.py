"""Whose session ended while they typed: what they typed comes back to be sent again, and is kept nowhere."""

import pytest
from django.test import Client

from accounts.roles import Role
from patients.models import Patient
from tests.factories import make_user
from tests.web.clients import text

pytestmark = pytest.mark.django_db

ENTERED = {"full_name": 'Jane "J" <Doe>', "phone_number": "0712345678", "desk_notes": "Line one\nline two"}


def test_what_was_typed_comes_back_to_be_sent_again(client: Client) -> None:
    answer = client.post("/patients/new/", ENTERED)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (401, "no-store")
    assert "You have been signed out" in text(answer)
    assert '<input type="hidden" name="full_name" value="Jane &quot;J&quot; &lt;Doe&gt;">' in answer.content.decode()
    assert sorted(answer.context["entered"]) == sorted(ENTERED.items())
    assert not Patient.objects.exists()


def test_what_comes_back_is_stored_once_they_have_signed_in(client: Client) -> None:
    entered = client.post("/patients/new/", ENTERED).context["entered"]
    client.force_login(make_user(Role.RECEPTIONIST))
    assert client.post("/patients/new/", dict(entered)).status_code == 302
    assert Patient.objects.values_list("full_name", "desk_notes").get() == (ENTERED["full_name"], "Line one\nline two")


def test_every_value_and_the_button_that_was_pressed_come_back_but_no_token(client: Client) -> None:
    sent = {"do": "register", "doctors": ["1", "2"], "csrfmiddlewaretoken": "x"}
    answer = client.post("/desk/book/", sent)
    assert answer.context["entered"] == [("do", "register"), ("doctors", "1"), ("doctors", "2")]


def test_who_typed_nothing_is_led_to_sign_in(client: Client) -> None:
    answer = client.post("/patients/1/active/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/patients/1/active/")
