"""Users and tokens in the admin, and that every page of it opens."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from rest_framework.test import APIClient

from accounts import second_factor
from accounts.models import Token, User
from accounts.roles import Role
from appointments.models import AppointmentChange, Hold, Series
from audit.models import AuditEvent, AuditSeal
from patients.models import PatientMerge
from tests.factories import book, make_user
from tests.pages import AdminPages, errors
from tests.second_factors import enrol
from tests.tokens import token_of

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
KEPT_BY_SERVICES = {AuditEvent, AuditSeal, AppointmentChange, Hold, PatientMerge, Series, Token}
OURS = {"accounts", "clinics", "doctors", "patients", "appointments"}


def test_every_model_of_ours_is_registered_but_rows_of_others_and_kept_answers() -> None:
    models = {model.__name__ for app in OURS for model in apps.get_app_config(app).get_models()}
    registered = {model.__name__ for model in MODELS}
    # Inlines of their location, doctor and entry. Kept answers, guesses, links and feeds are nobody's to read, and what
    # the database writes is nobody's to change.
    inlines = {"OpeningHours", "WeeklyHours", "WaitlistOffer"}
    unread = {"IdempotencyKey", "AttemptCounter", "OnlineBooking", "CalendarFeed", "WrittenWeek"}
    assert models - registered == inlines | unread


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label_lower)
def test_list_and_add_page_open(client: Client, user: User, model: type[Any]) -> None:
    client.force_login(user)
    book()
    pages = AdminPages(client, model)
    assert client.get(pages.url("changelist")).status_code == 200
    assert client.get(pages.url("changelist"), {"q": "a\x00b"}).status_code == 200
    assert client.get(pages.url("add")).status_code == (403 if model in KEPT_BY_SERVICES else 200)


def test_added_user_can_sign_in(client: Client, user: User) -> None:
    client.force_login(user)
    password = "correct-horse-battery"
    typed = {"username": "desk", "usable_password": "true", "password1": password, "password2": password}
    assert errors(AdminPages(client, User).add(**typed)) == {}
    client.logout()
    assert client.login(username="desk", password=password)


def test_a_token_is_shown_without_its_key_and_revoked(client: Client, user: User) -> None:
    client.force_login(user)
    key = token_of(user)
    token, pages = Token.objects.get(), AdminPages(client, Token)
    for url in (pages.url("changelist"), pages.url("change", token.pk)):
        text = client.get(url).content.decode()
        assert user.username in text
        assert [secret for secret in (key, token.digest, token.credentials_digest) if secret in text] == []
    assert client.post(pages.url("delete", token.pk), {"post": "yes"}).status_code == 302
    assert Token.objects.count() == 0


def test_an_administrator_signs_somebody_out_everywhere(client: Client, user: User) -> None:
    desk = User.objects.create_user("desk", password="a-long-password")
    token_of(desk)
    theirs = Client()
    theirs.force_login(desk)
    client.force_login(user)
    pages = AdminPages(client, User)
    assert pages.run("sign_out_everywhere", desk) == ["Signed out everywhere: 1."]
    assert Token.objects.count() == 0
    assert theirs.get("/accounts/2fa/").status_code == 302


def test_an_administrator_removes_a_lost_second_factor(client: Client, user: User) -> None:
    desk = User.objects.create_user("desk", password="a-long-password")
    enrol(desk)
    client.force_login(user)
    AdminPages(client, User).run("remove_second_factor", desk)
    assert not second_factor.is_enrolled(desk)
    assert APIClient().post("/api-token-auth/", {"username": "desk", "password": "a-long-password"}).status_code == 200


def test_the_admin_has_no_log_in_of_its_own(client: Client, user: User) -> None:
    typed = {"username": "reception", "password": "a-long-password"}
    for answer in (client.get("/admin/login/?next=/admin/"), client.post("/admin/login/?next=/admin/", typed)):
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2F")
    assert client.get("/admin/").status_code == 302
    client.force_login(user)
    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"


def test_the_admin_is_no_way_around_a_second_factor_for_who_is_signed_in(client: Client, user: User) -> None:
    enrol(user)
    clerk = User.objects.create_superuser("clerk", password="a-long-password")
    client.force_login(clerk)
    answer = client.post("/admin/login/?next=/admin/", {"username": "reception", "password": "a-long-password"})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").context["user"] == clerk


def test_nobody_gets_in_without_signing_in(client: Client, db: None) -> None:
    response = client.get(AdminPages(client, User).url("changelist"))
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/login/?next=/admin/accounts/user/")


def test_an_administrator_ends_nothing_of_a_superusers(client: Client, user: User) -> None:
    token_of(user)
    enrol(user)
    client.force_login(make_user(Role.ADMIN, is_staff=True))
    assert AdminPages(client, User).run("remove_second_factor", user)[-1].endswith(": 0.")
    assert AdminPages(client, User).run("sign_out_everywhere", user) == ["Signed out everywhere: 0."]
    pages = AdminPages(client, Token)
    assert client.post(pages.url("delete", Token.objects.get().pk), {"post": "yes"}).status_code == 403
    assert second_factor.is_enrolled(user)
    assert Token.objects.count() == 1
