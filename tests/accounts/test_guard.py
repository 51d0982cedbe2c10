"""Guessing: how many are judged, who is locked out, for how long, and who never is."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.core.management import call_command
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts import events
from accounts.models import AttemptCounter, User
from tests.factories import NOW

URL = "/api-token-auth/"
PASSWORD = "a-long-password"
LOCKED = {"detail": "Too many attempts to sign in failed. Wait some minutes and try again, or ask your administrator."}
HERE, THERE = "192.0.2.1", "198.51.100.7"


def attempt(password: str, username: str = "reception", address: str = HERE, **headers: str) -> Any:
    body = {"username": username, "password": password}
    return APIClient().post(URL, body, REMOTE_ADDR=address, headers=headers)


def fail(times: int, username: str = "reception", address: str = HERE) -> list[int]:
    return [attempt("wrong", username, address).status_code for _ in range(times)]


@pytest.fixture(autouse=True)
def reception(user: User) -> User:
    return user


def test_the_sixth_attempt_is_not_judged() -> None:
    assert fail(6) == [400, 400, 400, 400, 400, 429]


def test_the_right_password_during_the_lock_is_refused_alike() -> None:
    fail(5)
    wrong, right = attempt("wrong"), attempt(PASSWORD)
    for answer in (wrong, right):
        assert (answer.status_code, answer.json(), answer["Retry-After"]) == (429, LOCKED, "900")
    assert wrong.content == right.content


def test_the_lock_ends_by_itself_however_often_somebody_knocks(clock: time_machine.Traveller) -> None:
    fail(5)
    clock.move_to(NOW + timedelta(minutes=14, seconds=59))
    answer = attempt(PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    clock.move_to(NOW + timedelta(minutes=15))
    assert attempt(PASSWORD).status_code == 200


def test_signing_in_forgets_the_slips_of_before() -> None:
    fail(4)
    assert attempt(PASSWORD).status_code == 200
    assert fail(5) == [400, 400, 400, 400, 400]


def test_an_unknown_account_is_locked_as_a_known_one() -> None:
    assert fail(6, "nobody") == fail(6, "reception")


def test_an_account_is_locked_for_many_addresses_together() -> None:
    assert [code for last in range(1, 12) for code in fail(1, address=f"198.51.100.{last}")] == [400] * 10 + [429]


def test_whoever_attacks_from_everywhere_does_not_lock_out_a_known_address() -> None:
    assert attempt(PASSWORD).status_code == 200
    for last in range(1, 20):
        fail(1, address=f"198.51.100.{last}")
    assert attempt(PASSWORD, address=THERE).status_code == 429
    assert attempt(PASSWORD).status_code == 200


def test_a_known_address_has_no_more_attempts_than_another() -> None:
    assert attempt(PASSWORD).status_code == 200
    assert fail(6) == [400, 400, 400, 400, 400, 429]


def test_an_address_is_forgotten_after_ninety_days(clock: time_machine.Traveller) -> None:
    attempt(PASSWORD)
    clock.move_to(NOW + timedelta(days=90))
    for last in range(1, 11):
        fail(1, address=f"198.51.100.{last}")
    assert attempt(PASSWORD).status_code == 429


def test_an_address_that_tries_many_accounts_is_locked() -> None:
    codes = [code for number in range(31) for code in fail(1, f"user{number}")]
    assert codes == [400] * 30 + [429]
    assert fail(1, "user99", THERE) == [400]


def test_whoever_sprays_from_the_waiting_room_does_not_lock_out_the_desk() -> None:
    assert attempt(PASSWORD).status_code == 200
    for number in range(31):
        fail(1, f"user{number}")
    assert attempt(PASSWORD).status_code == 200


def test_the_limits_are_settings(settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS = 2
    settings.LOGIN_COOL_OFF_MINUTES = 1
    assert fail(3) == [400, 400, 429]
    assert attempt(PASSWORD)["Retry-After"] == "60"


def test_what_a_client_says_of_its_address_counts_for_nothing() -> None:
    codes = [attempt("wrong", **{"X-Forwarded-For": f"198.51.100.{last}"}).status_code for last in range(1, 7)]
    assert codes == [400, 400, 400, 400, 400, 429]


def test_behind_a_proxy_only_the_proxys_word_counts(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    for last in range(1, 6):
        attempt("wrong", address="127.0.0.1", **{"X-Forwarded-For": f"198.51.100.{last}, {HERE}"})
    assert attempt("wrong", address="127.0.0.1", **{"X-Forwarded-For": HERE}).status_code == 429
    assert attempt("wrong", address="127.0.0.1", **{"X-Forwarded-For": THERE}).status_code == 400


def test_an_ipv6_network_is_one_address() -> None:
    for last in range(1, 6):
        fail(1, address=f"2001:db8:0:1::{last}")
    assert fail(1, address="2001:db8:0:1:ffff::1") == [429]
    assert fail(1, address="2001:db8:0:2::1") == [400]


def test_names_and_addresses_are_not_stored() -> None:
    fail(1, "my-password-in-the-wrong-field")
    text = str(list(AttemptCounter.objects.values()))
    assert [word for word in ("my-password", HERE) if word in text] == []


def test_a_locked_attempt_leaves_no_row() -> None:
    for number in range(30):
        fail(1, f"user{number}")
    before = AttemptCounter.objects.count()
    fail(1, "one-more")
    assert AttemptCounter.objects.count() == before


def test_old_counters_are_cleared_away(clock: time_machine.Traveller) -> None:
    fail(1, "nobody")
    clock.move_to(NOW + timedelta(minutes=15))
    attempt(PASSWORD, address=THERE)
    assert sorted(AttemptCounter.objects.values_list("scope", flat=True)) == ["account", "address", "pair"]


def test_who_is_locked_out_is_told_to_whoever_keeps_records() -> None:
    heard: list[dict[str, Any]] = []

    def listen(**told: Any) -> None:
        heard.append(told["credentials"])

    events.locked_out.connect(listen)
    try:
        fail(6)
    finally:
        events.locked_out.disconnect(listen)
    assert heard == [{"username": "reception"}]


@pytest.mark.parametrize("arguments", [["reception"], ["--address", HERE]])
def test_an_administrator_unlocks(arguments: list[str], settings: Settings) -> None:
    settings.LOGIN_ATTEMPTS_PER_ADDRESS = 5 if "--address" in arguments else 30
    settings.LOGIN_ATTEMPTS = 50 if "--address" in arguments else 5
    fail(5)
    assert attempt(PASSWORD).status_code == 429
    out = StringIO()
    call_command("unlock", *arguments, stdout=out)
    assert out.getvalue() == "Unlocked.\n"
    assert attempt(PASSWORD).status_code == 200


def test_one_who_was_not_locked_is_said_to_be_so() -> None:
    out = StringIO()
    call_command("unlock", "nobody", stdout=out)
    assert out.getvalue() == "Nothing was counted there: it was not locked.\n"


def test_unknown_wrong_and_inactive_get_one_answer_for_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    counted: list[str] = []
    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(
        hashers.MD5PasswordHasher,
        "encode",
        lambda self, password, salt: counted.append("hash") or encode(self, password, salt),
    )
    found = []
    for username, password in (("reception", "wrong"), ("nobody", "wrong"), ("gone", "wrong"), ("gone", PASSWORD)):
        counted.clear()
        answer = attempt(password, username)
        found.append((answer.status_code, answer.content, len(counted)))
    assert found == [(400, b'{"non_field_errors":["Unable to log in with provided credentials."]}', 1)] * 4
