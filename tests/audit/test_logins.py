"""What the trail keeps of signing in, and of what is done to how somebody signs in."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Token, User
from audit.models import AuditEvent
from tests.accounts.test_signing_in import set_up, sign_in
from tests.factories import make_user
from tests.pages import AdminPages
from tests.tokens import token_of

URL = "/api-token-auth/"


def rows(*fields: str) -> list[tuple[Any, ...]]:
    return list(AuditEvent.objects.order_by("id").values_list(*fields))


def test_success_failure_and_lock_are_kept(user: User) -> None:
    for password in ("a-long-password", *["wrong"] * 5, "a-long-password"):
        APIClient().post(URL, {"username": "reception", "password": password})
    denied = (None, "reception", "session.begin", "denied")
    assert rows("actor", "username", "action", "outcome", "details") == [
        (user.pk, "reception", "session.begin", "ok", {}),
        *[(*denied, {})] * 5,
        (*denied, {"locked_out": True}),
    ]


def test_a_name_that_nobody_has_may_be_a_password_and_is_not_kept(user: User, client: Client) -> None:
    for name in ("correct horse battery", "reception"):
        APIClient().post(URL, {"username": name, "password": "wrong"})
        client.post("/accounts/login/", {"login": name, "password": "wrong"})
    names = ["***", "***", "reception", "reception"]
    assert rows("username", "outcome") == [(name, "denied") for name in names]


def test_a_name_that_nobody_has_is_not_kept_of_who_is_locked_out_either(user: User) -> None:
    for _ in range(6):
        APIClient().post(URL, {"username": "correct horse battery", "password": "wrong"})
    assert rows("username", "details") == [("***", {})] * 5 + [("***", {"locked_out": True})]


def test_a_revoked_token_is_kept_with_who_did_it(user: User) -> None:
    key = tokens.issue(user)
    APIClient().delete(URL, headers={"Authorization": f"Token {key}"})
    assert rows("actor", "action", "object_ids", "details") == [
        (user.pk, "user.revoke_tokens", [user.pk], {"tokens": 1})
    ]


def test_what_the_operator_revokes_is_kept_too(user: User) -> None:
    token_of(user)
    call_command("tokens", "revoke", "--all", stdout=StringIO())
    assert rows("actor", "action", "object_ids") == [(None, "user.revoke_tokens", [user.pk])]
    assert Token.objects.count() == 0


def test_setting_up_a_second_factor_is_kept(
    client: Client, user: User, django_capture_on_commit_callbacks: Any
) -> None:
    sign_in(client)
    with django_capture_on_commit_callbacks(execute=True):
        set_up(client)
    kept = AuditEvent.objects.filter(kind="user").values_list("actor", "object_ids", "action", "details")
    assert sorted(kept, key=str) == [
        (user.pk, [user.pk], "user.add_second_factor", {"type": "recovery_codes"}),
        (user.pk, [user.pk], "user.add_second_factor", {"type": "totp"}),
        (user.pk, [user.pk], "user.sign_out_everywhere", {"tokens": 0}),
    ]


@pytest.mark.parametrize(
    ("action", "kept"),
    [
        ("sign_out_everywhere", ["user.sign_out_everywhere"]),
        ("remove_second_factor", ["user.remove_second_factor", "user.sign_out_everywhere"]),
    ],
)
def test_what_an_administrator_does_is_kept_with_who_did_it(
    client: Client, user: User, action: str, kept: list[str]
) -> None:
    desk = make_user()
    client.force_login(user)
    AdminPages(client, User).run(action, desk)
    found = AuditEvent.objects.filter(kind="user").order_by("id").values_list("actor", "action", "object_ids")
    assert [row for row in found if row[1] in kept] == [(user.pk, name, [desk.pk]) for name in kept]
