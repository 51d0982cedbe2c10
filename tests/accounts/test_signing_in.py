"""Sessions of browsers: how they begin, what ends them, and the second factor on the way."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.test import Client
from pytest_django.fixtures import Settings

from accounts import second_factor, tokens
from accounts.models import User
from tests.factories import NOW
from tests.pages import messages
from tests.second_factors import code, enrol

LOGIN, CODE = "/accounts/login/", "/accounts/2fa/authenticate/"
ENROL = "/accounts/2fa/totp/activate/"
PASSWORD = "a-long-password"
LOCKED = "Too many attempts to sign in failed. Wait some minutes and try again, or ask your administrator."
# Of somebody signed in; asks for nothing but that.
INSIDE = "/accounts/2fa/"


def sign_in(client: Client, password: str = PASSWORD, username: str = "reception", **more: str) -> Any:
    return client.post(LOGIN, {"login": username, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get(INSIDE).status_code == 200


# --- Beginning -----------------------------------------------------------------------------------


def test_a_superuser_signs_in_to_the_admin(client: Client, user: User) -> None:
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain[-1] == ("/accounts/login/?next=%2Fadmin%2F", 302)
    answer = sign_in(client, next="/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_the_first_page_is_where_one_lands(client: Client, user: User) -> None:
    assert sign_in(client)["Location"] == "/"


def test_nobody_is_led_to_another_host(client: Client, user: User) -> None:
    assert sign_in(client, next="https://evil.example.org/")["Location"] == "/"


def test_signing_in_gives_the_session_a_new_key(client: Client, user: User) -> None:
    client.get(LOGIN)
    session = client.session
    session["kept"] = "from before"
    session.save()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = before = session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert Client(headers={"Cookie": f"sessionid={before}"}).get(INSIDE).status_code == 302


@pytest.mark.parametrize("username", ["reception", "nobody", "gone"])
def test_wrong_unknown_and_inactive_get_one_page(client: Client, user: User, username: str) -> None:
    User.objects.create_user("gone", password=PASSWORD, is_active=False)
    answer = sign_in(client, "wrong" if username != "gone" else PASSWORD, username)
    assert answer.status_code == 200
    assert answer.context["form"].errors == {"__all__": ["The username and/or password you specified are not correct."]}


def test_guesses_on_the_page_and_at_the_token_route_count_together(client: Client, user: User) -> None:
    for _ in range(3):
        sign_in(client, "wrong")
        client.post("/api-token-auth/", {"username": "reception", "password": "wrong"})
    answer = sign_in(client)
    assert answer.context["form"].errors == {"__all__": [LOCKED]}
    assert not is_in(client)


def test_a_password_of_another_make_is_stored_anew(client: Client, user: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"django.contrib.auth.hashers.{name}PasswordHasher" for name in ("Argon2", "MD5")]
    sign_in(client)
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$")
    assert is_in(client)


def test_nobody_signs_up_or_resets_a_password_by_themselves(client: Client, db: None) -> None:
    for address in ("signup/", "password/reset/", "email/", "login/code/"):
        assert client.get(f"/accounts/{address}").status_code == 404


def test_success_and_failure_are_told_to_whoever_keeps_records(client: Client, user: User) -> None:
    heard: list[str] = []

    def succeeded(user: User, **_: Any) -> None:
        heard.append(f"in: {user.username}")

    def failed(credentials: dict[str, str], **_: Any) -> None:
        heard.append(f"failed: {credentials['username']}")

    user_logged_in.connect(succeeded)
    user_login_failed.connect(failed)
    try:
        sign_in(client, "wrong")
        sign_in(client)
        client.post("/api-token-auth/", {"username": "reception", "password": "wrong"})
        client.post("/api-token-auth/", {"username": "reception", "password": PASSWORD})
        enrol(user)
        client.post("/api-token-auth/", {"username": "reception", "password": PASSWORD, "otp": "000000"})
    finally:
        user_logged_in.disconnect(succeeded)
        user_login_failed.disconnect(failed)
    assert heard == ["failed: reception", "in: reception", "failed: reception", "in: reception", "failed: reception"]


# --- The limits of a session ---------------------------------------------------------------------


def test_a_session_ends_when_nothing_is_done(client: Client, user: User, clock: time_machine.Traveller) -> None:
    sign_in(client)
    clock.move_to(NOW + timedelta(minutes=29, seconds=59))
    assert is_in(client)
    clock.move_to(NOW + timedelta(minutes=59, seconds=58))
    assert is_in(client)
    clock.move_to(NOW + timedelta(minutes=89, seconds=58))
    assert not is_in(client)
    assert messages(client.get(LOGIN)) == [
        "You were signed out because nothing was done for a while. Please sign in again."
    ]


def test_a_session_ends_after_twelve_hours(client: Client, user: User, clock: time_machine.Traveller) -> None:
    sign_in(client)
    for minute in range(25, 12 * 60, 25):
        clock.move_to(NOW + timedelta(minutes=minute))
        assert is_in(client)
    clock.move_to(NOW + timedelta(hours=12))
    assert not is_in(client)


def test_the_clinic_sets_the_limits(
    client: Client, user: User, clock: time_machine.Traveller, settings: Settings
) -> None:
    settings.SESSION_IDLE_MINUTES = 5
    sign_in(client)
    clock.move_to(NOW + timedelta(minutes=5))
    assert not is_in(client)


def test_a_page_that_asks_for_news_by_itself_keeps_no_session_alive(
    client: Client, user: User, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    for minute in range(1, 30):
        clock.move_to(NOW + timedelta(minutes=minute))
        client.get("/board/list/", headers={"X-Asks-By-Itself": "yes"})
    clock.move_to(NOW + timedelta(minutes=30))
    assert not is_in(client)


def test_signing_in_again_begins_anew(client: Client, user: User, clock: time_machine.Traveller) -> None:
    sign_in(client)
    clock.move_to(NOW + timedelta(minutes=29))
    client.post("/accounts/logout/")
    sign_in(client)
    clock.move_to(NOW + timedelta(minutes=58))
    assert is_in(client)


def test_the_last_request_is_noted_once_a_minute(
    client: Client, user: User, clock: time_machine.Traveller, django_assert_num_queries: Any
) -> None:
    sign_in(client)
    is_in(client)
    clock.move_to(NOW + timedelta(seconds=59))
    with django_assert_num_queries(2):  # the session, the user
        client.get("/")
    clock.move_to(NOW + timedelta(seconds=60))
    with django_assert_num_queries(5):  # and the session's row, in a transaction of its own
        client.get("/")


def test_a_request_without_a_session_does_not_vary_by_cookie(client: Client, db: None) -> None:
    assert "Cookie" not in client.get("/healthz").get("Vary", "")


def test_a_new_password_ends_all_other_sessions_and_tokens(client: Client, user: User) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)
    key = tokens.issue(user)
    new = "correct-horse-battery"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert [is_in(client), is_in(other), tokens.recognise(key)] == [True, False, None]


def test_the_current_password_is_guessed_no_more_often_than_elsewhere(client: Client, user: User) -> None:
    sign_in(client)
    new = "correct-horse-battery"
    for wrong in range(6):
        typed = {"oldpassword": f"wrong {wrong}", "password1": new, "password2": new}
        answer = client.post("/accounts/password/change/", typed)
    assert answer.context["form"].errors == {"oldpassword": [LOCKED]}


def test_who_took_their_own_password_away_is_told_that_there_is_none_to_change(client: Client, user: User) -> None:
    """In the admin, which keeps them signed in."""
    sign_in(client)
    assert "/accounts/password/change/" in client.get("/").content.decode()
    client.post(f"/admin/accounts/user/{user.pk}/password/", {"usable_password": "false", "unset-password": "yes"})
    for answer in (client.get("/accounts/password/change/"), client.post("/accounts/password/change/")):
        assert answer.status_code == 409
        assert "Ask whoever manages the clinic's users to give you one." in answer.content.decode()
    assert "/accounts/password/change/" not in client.get("/").content.decode()


def test_deactivation_ends_sessions_at_the_next_request(client: Client, user: User) -> None:
    sign_in(client)
    user.is_active = False
    user.save()
    assert not is_in(client)


# --- The second factor ---------------------------------------------------------------------------


def set_up(client: Client) -> list[str]:
    """Enrol on the pages, with the key that they show; return the recovery codes that they show."""
    secret = client.get(ENROL).context["form"].secret
    answer = client.post(ENROL, {"code": code(secret=secret)}, follow=True)
    assert answer.redirect_chain[-1] == ("/accounts/2fa/recovery-codes/", 302)
    shown: list[str] = answer.context["unused_codes"]
    return shown


def test_enrolling_on_the_pages(client: Client, user: User) -> None:
    sign_in(client)
    codes = set_up(client)
    assert len(codes) == 10
    assert second_factor.is_enrolled(user)


def test_enrolling_ends_what_a_password_alone_has_opened(client: Client, user: User) -> None:
    other = Client()
    sign_in(client)
    sign_in(other)
    key = tokens.issue(user)
    set_up(client)
    assert [is_in(client), is_in(other), tokens.recognise(key)] == [True, False, None]


def test_a_wrong_code_does_not_enrol(client: Client, user: User) -> None:
    sign_in(client)
    client.get(ENROL)
    assert client.post(ENROL, {"code": "000000"}).status_code == 200
    assert not second_factor.is_enrolled(user)


def test_whoever_has_enrolled_needs_the_code_on_the_pages(client: Client, user: User) -> None:
    enrol(user)
    assert sign_in(client, next="/admin/")["Location"] == CODE
    assert not is_in(client)
    assert client.get("/admin/").status_code == 302
    answer = client.post(CODE, {"code": code()})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_lets_one_in_once(client: Client, user: User) -> None:
    [recovery, *_] = enrol(user)
    for expected in (True, False):
        sign_in(client)
        client.post(CODE, {"code": recovery})
        assert is_in(client) is expected
        client.post("/accounts/logout/")


def test_a_code_that_was_used_at_the_token_route_is_not_right_on_the_page(client: Client, user: User) -> None:
    enrol(user)
    body = {"username": "reception", "password": PASSWORD, "otp": code()}
    assert client.post("/api-token-auth/", body).status_code == 200
    sign_in(client)
    client.post(CODE, {"code": code()})
    assert not is_in(client)


def test_codes_are_guessed_no_more_often_than_passwords(client: Client, user: User) -> None:
    enrol(user)
    sign_in(client)
    for _ in range(6):
        answer = client.post(CODE, {"code": "000000"})
    assert answer.context["form"].errors == {"code": [LOCKED]}
    assert client.post(CODE, {"code": code()}).context["form"].errors == {"code": [LOCKED]}


def test_the_second_step_needs_the_first(client: Client, user: User) -> None:
    enrol(user)
    assert client.post(CODE, {"code": code()})["Location"] == LOGIN
    assert not is_in(client)


def test_a_removed_factor_is_not_asked_for(client: Client, user: User, clock: time_machine.Traveller) -> None:
    enrol(user)
    sign_in(client)
    client.post(CODE, {"code": code()})
    assert client.post("/accounts/2fa/totp/deactivate/").status_code == 302
    assert not second_factor.is_enrolled(user)
    client.post("/accounts/logout/")
    assert sign_in(client)["Location"] == "/"


def test_removing_it_needs_somebody_who_proved_themselves_just_now(
    client: Client, user: User, clock: time_machine.Traveller
) -> None:
    enrol(user)
    sign_in(client)
    client.post(CODE, {"code": code()})
    clock.move_to(NOW + timedelta(minutes=6))
    assert client.post("/accounts/2fa/totp/deactivate/")["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert second_factor.is_enrolled(user)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/accounts/2fa/totp/deactivate/")
    assert second_factor.is_enrolled(user)
    client.post("/accounts/2fa/reauthenticate/", {"code": code()})
    client.post("/accounts/2fa/totp/deactivate/")
    assert not second_factor.is_enrolled(user)


# --- REQUIRE_STAFF_MFA ---------------------------------------------------------------------------


@pytest.fixture
def required(settings: Settings) -> None:
    settings.REQUIRE_STAFF_MFA = True


@pytest.mark.parametrize("address", ["/", "/admin/", "/admin/accounts/user/", "/accounts/2fa/", "/swagger/"])
def test_staff_can_do_nothing_before_they_have_enrolled(
    client: Client, user: User, required: None, address: str
) -> None:
    sign_in(client)
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, ENROL)


def test_a_session_is_no_way_to_the_api_before_one_has_enrolled(client: Client, user: User, required: None) -> None:
    sign_in(client)
    answer = client.get("/api/patients/")
    assert (answer.status_code, answer.json()) == (
        403,
        {
            "detail": "Your account needs a second factor. Sign in on the web pages and set up an authenticator app "
            "first."
        },
    )


def test_a_session_from_before_the_duty_must_enrol_too(client: Client, user: User, settings: Settings) -> None:
    sign_in(client)
    assert client.get("/admin/").status_code == 200
    settings.REQUIRE_STAFF_MFA = True
    assert client.get("/admin/")["Location"] == ENROL


def test_once_enrolled_staff_work_on(client: Client, user: User, required: None) -> None:
    sign_in(client)
    set_up(client)
    assert client.get("/admin/").status_code == 200
    assert client.get("/api/patients/").status_code == 200


def test_patients_need_not_enrol(client: Client, db: None, required: None) -> None:
    User.objects.create_user("jane", password=PASSWORD, role="patient")
    sign_in(client, username="jane")
    assert client.get("/").status_code == 200
