"""Users and tokens in the admin, and that every page of it opens."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from rest_framework.authtoken.models import Token, TokenProxy

from accounts.models import User
from appointments.models import AppointmentChange, Hold, Series
from patients.models import PatientMerge
from tests.factories import book
from tests.pages import AdminPages, errors

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
KEPT_BY_SERVICES = {AppointmentChange, Hold, PatientMerge, Series}
OURS = {"accounts", "clinics", "doctors", "patients", "appointments"}


def test_every_model_of_ours_is_registered_but_rows_of_others_and_kept_answers() -> None:
    models = {model.__name__ for app in OURS for model in apps.get_app_config(app).get_models()}
    registered = {model.__name__ for model in MODELS}
    # Inlines of their location, doctor and entry; and what was answered to a retried request is nobody's to read.
    assert models - registered == {"OpeningHours", "WeeklyHours", "WaitlistOffer", "IdempotencyKey"}


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


def test_token_is_made_for_a_user(client: Client, user: User) -> None:
    client.force_login(user)
    assert errors(AdminPages(client, TokenProxy).add(user=user.pk)) == {}
    assert Token.objects.get().user == user


def test_nobody_gets_in_without_signing_in(client: Client, db: None) -> None:
    response = client.get(AdminPages(client, User).url("changelist"))
    assert (response.status_code, response.headers["Location"]) == (302, "/admin/login/?next=/admin/accounts/user/")
