"""What is done to users: who gave whom which rights, before and after, and never a password."""

from typing import Any

import pytest
from django.test import Client

from accounts import services
from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEvent
from tests.factories import make_doctor, make_user
from tests.pages import AdminPages, errors

PASSWORD = "correct-horse-battery"


@pytest.fixture
def desk(client: Client, user: User) -> User:
    """Of the desk; the client is a superuser's."""
    desk = make_user(Role.RECEPTIONIST, is_staff=True)
    client.force_login(user)
    return desk


def kept(action: str) -> list[Any]:
    """The changes of the rows with this action, in order, of users and of whom they sign in as."""
    rows = AuditEvent.objects.filter(action=action).order_by("id").values_list("changes", flat=True)
    return [{change["kind"]: change["fields"] for change in changes} for changes in rows if changes]


def sent(desk: User, **changes: Any) -> dict[str, Any]:
    """What the page of a user sends."""
    names = ("username", "first_name", "last_name", "email", "role")
    return {name: getattr(desk, name) for name in names} | changes


def seen(client: Client, desk: User) -> str:
    found: str = client.get(f"/manage/users/{desk.pk}/").context["seen"]
    return found


def test_another_role_is_kept_with_the_one_before(client: Client, desk: User) -> None:
    form = sent(desk, role="admin", email="desk@clinic.example", seen=seen(client, desk))
    assert client.post(f"/manage/users/{desk.pk}/", form).status_code == 302
    assert kept("user.change") == [{"user": {"email": ["", "desk@clinic.example"], "role": ["receptionist", "admin"]}}]


def test_whose_record_somebody_signs_in_as_is_kept(client: Client, desk: User) -> None:
    doctor = make_doctor()
    form = sent(desk, role="doctor", doctor=doctor.pk, seen=seen(client, desk))
    answer = client.post(f"/manage/users/{desk.pk}/", form)
    assert answer.status_code == 302, answer.context["form"].errors
    assert kept("user.change") == [
        {"user": {"is_staff": [True, False], "role": ["receptionist", "doctor"]}, "doctor": {"user": [None, desk.pk]}}
    ]
    form = sent(desk, role="doctor", seen=seen(client, desk))
    assert client.post(f"/manage/users/{desk.pk}/", form).status_code == 302
    assert kept("user.change")[1:] == [{"doctor": {"user": [desk.pk, None]}}]


@pytest.mark.parametrize(
    ("do", "change"),
    [("deactivate", {"is_active": [True, False]}), ("password", {"password": ["***", "***"]})],
)
def test_what_access_somebody_lost_or_was_given_is_kept(
    client: Client, desk: User, do: str, change: dict[str, Any]
) -> None:
    client.post(f"/manage/users/{desk.pk}/access/", {"do": do})
    [row] = AuditEvent.objects.filter(kind="user").exclude(changes=[])
    assert row.changes == [{"kind": "user", "id": desk.pk, "fields": change}]


def test_a_new_user_is_kept_without_the_password(client: Client, desk: User) -> None:
    typed = {"username": "jane", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert errors(AdminPages(client, User).add(**typed)) == {}
    jane = User.objects.get(username="jane")
    [row] = AuditEvent.objects.filter(action="user.create")
    assert row.object_ids == [jane.pk]
    assert row.changes[0]["fields"] == {
        "username": [None, "jane"],
        "is_active": [None, True],
        "is_staff": [None, False],
        "is_superuser": [None, False],
    }


def test_what_the_admin_changes_is_kept(client: Client, desk: User) -> None:
    pages = AdminPages(client, User)
    assert errors(pages.change(desk.pk, is_superuser="on")) == {}
    assert kept("user.change") == [{"user": {"is_superuser": [False, True]}}]


def test_a_password_that_the_admin_sets_is_kept_without_it(client: Client, desk: User) -> None:
    url = f"/admin/accounts/user/{desk.pk}/password/"
    assert client.get(url).status_code == 200
    weak = {"usable_password": "true", "password1": "short", "password2": "short", "set-password": "1"}
    assert client.post(url, weak).status_code == 200
    form = weak | {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(url, form).status_code == 302
    rows = AuditEvent.objects.filter(action="user.change_password").order_by("id")
    assert [(row.outcome, row.object_ids, row.changes) for row in rows] == [
        ("refused", [desk.pk], []),
        ("ok", [desk.pk], [{"kind": "user", "id": desk.pk, "fields": {"password": ["***", "***"]}}]),
    ]


def test_what_changes_nothing_leaves_no_change(desk: User) -> None:
    services.amend(desk, role=desk.role)
    assert kept("user.change") == []


def test_ones_own_password_is_kept_without_it(client: Client, db: None) -> None:
    jane = make_user(password="a-long-password")
    client.login(username=jane.username, password="a-long-password")
    form = {"oldpassword": "a-long-password", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/accounts/password/change/", form).status_code == 302
    rows = AuditEvent.objects.filter(action="user.change_password").values_list("actor", "object_ids", "changes")
    assert list(rows) == [(jane.pk, [jane.pk], [])]
