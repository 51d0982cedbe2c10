"""/api-token-auth/ of those who have a second factor, or should have one."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import User
from tests.factories import NOW
from tests.second_factors import SECRET, code, enrol

URL = "/api-token-auth/"
NEEDED = {"otp": ["Also send the code of your authenticator app, or a recovery code."]}
WRONG = {"otp": ["That code is not right, or was used before. Send the newest of your app, or a recovery code."]}
UNABLE = {"non_field_errors": ["Unable to log in with provided credentials."]}


@pytest.fixture
def recovery_codes(user: User) -> list[str]:
    return enrol(user)


def ask(otp: str | None = None, password: str = "a-long-password") -> Any:
    body = {"username": "reception", "password": password}
    return APIClient().post(URL, body if otp is None else body | {"otp": otp})


def test_whoever_has_enrolled_needs_a_code(recovery_codes: list[str]) -> None:
    for otp in (None, ""):
        answer = ask(otp)
        assert (answer.status_code, answer.json()) == (400, NEEDED)
    assert ask(code()).status_code == 200


def test_a_wrong_code_is_refused(recovery_codes: list[str]) -> None:
    for otp in ("000000", code(periods=3), "not a code", "\N{ARABIC-INDIC DIGIT ONE}" * 6):
        answer = ask(otp)
        assert (answer.status_code, answer.json()) == (400, WRONG)


def test_before_the_password_is_right_nothing_is_told_of_the_second_factor(recovery_codes: list[str]) -> None:
    for otp in (None, code(), "000000"):
        answer = ask(otp, password="wrong")
        assert (answer.status_code, answer.json()) == (400, UNABLE)


def test_a_code_counts_once(recovery_codes: list[str], clock: time_machine.Traveller) -> None:
    otp = code()
    assert [ask(otp).status_code, ask(otp).status_code] == [200, 400]
    clock.move_to(NOW + timedelta(seconds=30))
    assert [ask(otp).status_code, ask(code()).status_code] == [400, 200]


def test_the_codes_just_before_and_just_after_are_right_too(recovery_codes: list[str]) -> None:
    assert [ask(code(periods=periods)).status_code for periods in (-2, -1, 1, 2)] == [400, 200, 200, 400]


def test_a_recovery_code_counts_once(recovery_codes: list[str]) -> None:
    assert [ask(recovery_codes[0]).status_code for _ in range(2)] == [200, 400]
    assert ask(recovery_codes[1]).status_code == 200


def test_codes_are_guessed_no_more_often_than_passwords(recovery_codes: list[str]) -> None:
    assert [ask("000000").status_code for _ in range(6)] == [400, 400, 400, 400, 400, 429]
    assert ask(code()).status_code == 429


def test_asking_without_a_code_is_no_guess(recovery_codes: list[str]) -> None:
    assert [ask().status_code for _ in range(8)] == [400] * 8


def test_one_who_has_not_enrolled_needs_none(user: User) -> None:
    assert ask().status_code == 200
    assert ask("123456").status_code == 200


def test_the_key_of_the_app_is_not_readable_in_the_database(user: User, recovery_codes: list[str]) -> None:
    rows = str(list(user.authenticator_set.values()))
    assert [secret for secret in (SECRET, *recovery_codes) if secret in rows] == []


def test_a_new_secret_key_needs_the_old_one_beside_it(
    user: User, recovery_codes: list[str], settings: Settings
) -> None:
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "y" * 50
    answer = ask(code())
    assert (answer.status_code, answer.json()) == (400, WRONG)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert ask(code()).status_code == 200


def test_whoever_has_signed_in_since_needs_the_old_one_no_more(
    recovery_codes: list[str], settings: Settings, clock: time_machine.Traveller
) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-" + "y" * 50
    assert ask(code()).status_code == 200
    settings.SECRET_KEY_FALLBACKS = []
    clock.move_to(NOW + timedelta(seconds=30))
    assert [ask(otp).status_code for otp in (code(), recovery_codes[0])] == [200, 200]


# --- REQUIRE_STAFF_MFA ---------------------------------------------------------------------------

FIRST = {
    "detail": "Your account needs a second factor. Sign in on the web pages and set up an authenticator app first."
}


def test_by_default_nobody_has_to_enrol(user: User) -> None:
    assert ask().status_code == 200


def test_the_token_route_is_no_way_around_enrolling(user: User, settings: Settings) -> None:
    settings.REQUIRE_STAFF_MFA = True
    answer = ask()
    assert (answer.status_code, answer.json()) == (403, FIRST)
    enrol(user)
    assert ask(code()).status_code == 200


def test_before_the_password_is_right_nothing_is_told_of_the_duty(user: User, settings: Settings) -> None:
    settings.REQUIRE_STAFF_MFA = True
    answer = ask(password="wrong")
    assert (answer.status_code, answer.json()) == (400, UNABLE)


def test_tokens_of_before_are_no_way_around_enrolling(user: User, settings: Settings) -> None:
    key, with_code = tokens.issue(user), tokens.issue(user, second_factor=True)
    settings.REQUIRE_STAFF_MFA = True
    statuses = [
        APIClient().get("/api/patients/", headers={"Authorization": f"Token {token}"}).status_code
        for token in (key, with_code)
    ]
    assert statuses == [401, 200]


def test_a_program_with_a_session_that_asks_for_problems_is_told_by_one(user: User, settings: Settings) -> None:
    client = APIClient()
    client.force_login(user)
    settings.REQUIRE_STAFF_MFA = True
    answer = client.get("/api/me/", headers={"Accept": "application/problem+json"})
    assert (answer.status_code, answer["Content-Type"]) == (403, "application/problem+json")
    assert answer.json()["code"] == "second_factor_required"


def test_what_is_of_a_key_that_is_gone_takes_nothing_from_the_other(
    recovery_codes: list[str], settings: Settings
) -> None:
    Authenticator.objects.filter(type=Authenticator.Type.TOTP).update(data={"secret": "of-a-key-that-is-gone"})
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-" + "y" * 50
    assert ask(recovery_codes[0]).status_code == 200


@pytest.mark.parametrize("below", ["", "/clinic"])
def test_a_program_with_a_session_is_told_in_json_wherever_the_system_is_mounted(
    user: User, settings: Settings, below: str
) -> None:
    client = APIClient()
    client.force_login(user)
    settings.REQUIRE_STAFF_MFA = True
    answer = client.get("/api/me/", SCRIPT_NAME=below)
    assert (answer.status_code, answer.json()) == (403, FIRST)


@pytest.mark.parametrize("role", ["admin", "receptionist", "doctor", "auditor"])
def test_it_is_the_duty_of_every_role_that_works_here(db: None, settings: Settings, role: str) -> None:
    settings.REQUIRE_STAFF_MFA = True
    User.objects.create_user("reception", password="a-long-password", role=role)
    assert ask().status_code == 403


@pytest.mark.parametrize("role", ["patient", ""])
def test_it_is_not_the_duty_of_patients(db: None, settings: Settings, role: str) -> None:
    settings.REQUIRE_STAFF_MFA = True
    User.objects.create_user("reception", password="a-long-password", role=role)
    assert ask().status_code == 200
