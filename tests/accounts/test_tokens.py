"""How long a token holds, what ends it, and what it costs to recognise one."""

from datetime import timedelta
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Token, User
from common.text import fingerprint
from tests.factories import NOW
from tests.tokens import token_of

HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.MD5PasswordHasher"]


def is_open(key: str) -> bool:
    return APIClient().get("/api/patients/", headers={"Authorization": f"Token {key}"}).status_code == 200


def test_only_the_fingerprint_of_a_key_is_stored(user: User) -> None:
    key = tokens.issue(user)
    row = Token.objects.values().get()
    assert row["digest"] == fingerprint(key)
    assert [name for name, value in row.items() if key in str(value)] == []


def test_a_user_has_several_tokens_and_ends_one_of_them(user: User) -> None:
    first, second = tokens.issue(user), tokens.issue(user)
    assert first != second
    APIClient().delete("/api-token-auth/", headers={"Authorization": f"Token {first}"})
    assert [is_open(first), is_open(second)] == [False, True]


def test_a_token_that_is_used_holds_for_thirty_days_more(user: User, clock: time_machine.Traveller) -> None:
    key = tokens.issue(user)
    clock.move_to(NOW + timedelta(days=30) - timedelta(seconds=1))
    assert is_open(key)
    clock.move_to(NOW + timedelta(days=60) - timedelta(seconds=2))
    assert is_open(key)


def test_an_idle_token_has_ended(user: User, clock: time_machine.Traveller) -> None:
    key = tokens.issue(user)
    clock.move_to(NOW + timedelta(days=30))
    assert not is_open(key)


def test_no_token_holds_for_longer_than_ninety_days(user: User, clock: time_machine.Traveller) -> None:
    key = tokens.issue(user)
    for day in (25, 50, 75):
        clock.move_to(NOW + timedelta(days=day))
        assert is_open(key)
    clock.move_to(NOW + timedelta(days=90))
    assert not is_open(key)


def test_the_clinic_sets_the_limits(user: User, settings: Settings, clock: time_machine.Traveller) -> None:
    settings.TOKEN_IDLE_DAYS = 1
    key = tokens.issue(user)
    clock.move_to(NOW + timedelta(days=1))
    assert not is_open(key)


def test_a_new_password_ends_all_tokens(user: User) -> None:
    keys = [tokens.issue(user), tokens.issue(user)]
    user.set_password("another-long-password")
    user.save()
    assert [is_open(key) for key in keys] == [False, False]


def test_a_new_password_ends_all_tokens_whichever_way_it_comes(user: User) -> None:
    key = tokens.issue(user)
    User.objects.filter(pk=user.pk).update(password="md5$salt$hash")
    assert not is_open(key)


def test_the_same_password_stored_by_a_newer_algorithm_ends_none(user: User, settings: Settings) -> None:
    key = tokens.issue(user)
    settings.PASSWORD_HASHERS = HASHERS
    answer = APIClient().post("/api-token-auth/", {"username": "reception", "password": "a-long-password"})
    user.refresh_from_db()
    assert (answer.status_code, user.password.split("$")[0]) == (200, "argon2")
    assert is_open(key)


def test_deactivation_ends_all_tokens_for_good(user: User) -> None:
    key = tokens.issue(user)
    user.is_active = False
    user.save()
    assert not is_open(key)
    user.is_active = True
    user.save()
    assert not is_open(key)


def test_deactivation_behind_the_models_back_is_noticed_at_the_next_request(user: User) -> None:
    key = tokens.issue(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_open(key)


def test_a_token_is_recognised_by_one_query(user: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    key = tokens.issue(user)
    with django_assert_num_queries(1):
        token = tokens.recognise(key)
        assert token
        assert token.user.username == "reception"


def test_the_last_use_is_noted_once_an_hour(
    user: User, clock: time_machine.Traveller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = tokens.issue(user)
    clock.move_to(NOW + timedelta(minutes=59))
    with django_assert_num_queries(1):
        tokens.recognise(key)
    clock.move_to(NOW + timedelta(minutes=60))
    with django_assert_num_queries(2):
        tokens.recognise(key)
    assert Token.objects.get().last_used_at == NOW + timedelta(minutes=60)
    with django_assert_num_queries(1):
        tokens.recognise(key)


def test_whoever_collects_tokens_loses_those_not_used_for_longest(
    user: User, monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller
) -> None:
    monkeypatch.setattr(tokens, "MOST", 2)
    keys = []
    for minute in range(3):
        clock.move_to(NOW + timedelta(minutes=minute))
        keys.append(tokens.issue(user))
    assert [is_open(key) for key in keys] == [False, True, True]


def test_tokens_of_before_hold_on_and_are_no_longer_readable(user: User, transactional_db: None) -> None:
    migration = import_module("accounts.migrations.0005_carry_tokens_over")
    key = "43dca77ace84f995ffee2267f9cd070e1d4cff73"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE authtoken_token (key varchar(40) PRIMARY KEY, user_id bigint NOT NULL)")
        try:
            cursor.execute("INSERT INTO authtoken_token VALUES (%s, %s)", [key, user.pk])
            with connection.schema_editor() as editor:
                migration.carry_over(apps, editor)
            cursor.execute("SELECT count(*) FROM authtoken_token")
            assert cursor.fetchone() == (0,)
        finally:
            cursor.execute("DROP TABLE authtoken_token")
    assert is_open(key)


# --- The command ---------------------------------------------------------------------------------


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("tokens", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def two(user: User) -> tuple[User, User]:
    other = User.objects.create_user("other", password="a-long-password")
    for owner in (user, other):
        token_of(owner)
    return user, other


def test_tokens_are_listed_without_their_keys(two: tuple[User, User]) -> None:
    first, second = Token.objects.order_by("user__username")
    times = "issued 2026-03-02 06:00, last used 2026-03-02 06:00"
    assert told("list") == (
        f"{first.pk}  other  {times}, valid until 2026-04-01 06:00 UTC\n"
        f"{second.pk}  reception  {times}, valid until 2026-04-01 06:00 UTC\n"
    )
    assert told("list", "other") == f"{first.pk}  other  {times}, valid until 2026-04-01 06:00 UTC\n"


def test_an_ended_token_is_listed_as_ended(two: tuple[User, User], clock: time_machine.Traveller) -> None:
    clock.move_to(NOW + timedelta(days=30))
    assert told("list", "other").endswith(", ended UTC\n")


@pytest.mark.parametrize(
    ("arguments", "left"), [(["other"], ["reception"]), (["--all"], []), (["--id", "{id}"], ["reception"])]
)
def test_tokens_are_revoked(two: tuple[User, User], arguments: list[str], left: list[str]) -> None:
    token = Token.objects.get(user=two[1])
    told("revoke", *[argument.format(id=token.pk) for argument in arguments])
    assert [token.user.username for token in Token.objects.all()] == left


def test_an_unknown_user_is_an_error(db: None) -> None:
    with pytest.raises(CommandError, match=r"^There is no user 'nobody'\.$"):
        told("revoke", "nobody")


def test_ended_tokens_are_cleared(two: tuple[User, User], clock: time_machine.Traveller, settings: Any) -> None:
    User.objects.filter(username="other").update(password="md5$salt$hash")
    assert told("clear") == "1 tokens that had ended were deleted.\n"
    clock.move_to(NOW + timedelta(days=30))
    assert told("clear") == "1 tokens that had ended were deleted.\n"
