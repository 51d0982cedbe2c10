"""Every page of the admin leaves one row in the trail, whoever asks for it; those that leave none are named."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern

from accounts.models import User
from audit.models import AuditEvent
from tests.audit.test_every_request import UNKNOWN, VARIABLE
from tests.factories import make_user

# The same row on both engines (test_every_request), and the same pages (appointments/test_by_role).
pytestmark = pytest.mark.once

# The end of an address's name: what it is noted as when it is asked for, and when a form is sent to it.
OF_A_MODEL = {
    "changelist": ("list", "list"),
    "add": ("begin", "create"),
    "change": ("read", "change"),
    "delete": ("read", "remove"),
    "history": ("history", "history"),
    "password_change": ("read", "change_password"),
}
# The ways in and out, which keep rows of their own (see test_logins), what leads on, words of scripts, and names of
# tables.
NOTHING_OF_PATIENTS = {
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "jsi18n",
    "view_on_site",
    "app_list",
}
LOOK_UP = "/admin/autocomplete/?app_label=appointments&model_name=appointment&field_name=patient&term=jane"


def pages(patterns: Any = None, prefix: str = "/admin/") -> Iterator[tuple[str, str]]:
    """Name and address, with an unknown id, of all pages of the admin."""
    for pattern in admin.site.urls[0] if patterns is None else patterns:
        address = prefix + VARIABLE.sub(UNKNOWN, str(pattern.pattern)).strip("^$")
        if not isinstance(pattern, URLPattern):
            yield from pages(pattern.url_patterns, address)
        elif pattern.name:
            yield pattern.name, address


PAGES = dict(pages())
MODELS = {f"{model._meta.app_label}_{model._meta.model_name}": model for model in admin.site._registry}
# The address of a user's password is named as if users were Django's.
MODELS["auth_user"] = User


def action(name: str, method: str) -> str:
    if name == "index":
        return "log_entry.list"
    label, model, page = name.split("_", 2)
    noun = str(MODELS[f"{label}_{model}"]._meta.verbose_name).replace(" ", "_")
    return f"{noun}.{OF_A_MODEL[page][method == 'POST']}"


AUDITED = {
    (method, address): action(name, method)
    for name, address in PAGES.items()
    if name not in {*NOTHING_OF_PATIENTS, "autocomplete"}
    for method in ("GET", "POST")
} | {("GET", LOOK_UP): "patient.search"}
ASKED = pytest.mark.parametrize(("method", "address"), AUDITED, ids=str)


def rows() -> list[Any]:
    events = AuditEvent.objects.exclude(kind="session").order_by("id")
    return list(events.values_list("action", "outcome", "username"))


@pytest.mark.django_db
@ASKED
def test_who_is_sent_to_sign_in_leaves_one_row(client: Client, method: str, address: str) -> None:
    answer = client.generic(method, address)
    assert (answer.status_code, answer["Location"].startswith("/admin/login/?next=/admin/")) == (302, True)
    assert rows() == [(AUDITED[method, address], "denied", "")]


@pytest.mark.django_db
@pytest.mark.parametrize("staff", [False, True])
@pytest.mark.parametrize(
    ("method", "address"), [page for page in AUDITED if page[1] == "/admin/" or "/patient/" in page[1]], ids=str
)
def test_who_may_not_leaves_one_row(client: Client, method: str, address: str, staff: bool) -> None:
    """Neither whom the admin is closed to, nor whose role finds nothing in it but the first page."""
    nobody = make_user("", is_staff=staff)
    client.force_login(nobody)
    client.generic(method, address)
    [(noted, outcome, username)] = rows()
    assert (noted, username) == (AUDITED[method, address], nobody.username)
    expected = ("ok",) if address == "/admin/" else ("denied", "not_found")
    assert outcome in (expected if staff else ("denied",))


@ASKED
def test_who_may_leaves_one_row(client: Client, user: User, method: str, address: str) -> None:
    client.force_login(user)
    client.generic(method, address)
    [(noted, outcome, username)] = rows()
    assert (noted, username) == (AUDITED[method, address], "reception")
    assert outcome in ("ok", "refused", "not_found", "denied")


@pytest.mark.parametrize("name", sorted(NOTHING_OF_PATIENTS))
def test_what_is_nothing_of_patients_leaves_none(client: Client, user: User, name: str) -> None:
    for _ in "visitor", "superuser":
        client.get(PAGES[name])
        assert rows() == []
        client.force_login(user)


@pytest.mark.django_db
def test_the_admin_judges_no_passwords_and_keeps_no_row_of_any(client: Client, user: User) -> None:
    typed = {"username": "reception", "password": "wrong"}
    answer = client.post("/admin/login/?next=/admin/", typed)
    assert answer["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert AuditEvent.objects.count() == 0
    client.post(answer["Location"], {"login": "reception", "password": "wrong"})
    assert AuditEvent.objects.values_list("action", "outcome", "username").get() == (
        "session.begin",
        "denied",
        "reception",
    )
