"""The admin and the API's pages in a real browser, under their policies: nothing that they need is blocked."""

from typing import Any

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse
from playwright.sync_api import BrowserContext, Page

from accounts.models import User
from tests.browser.conftest import Watched, sign_in
from tests.factories import book

pytestmark = pytest.mark.django_db(transaction=True)


def addresses() -> list[str]:
    """The admin's index, and of each model the list and the form of a new one."""
    found = [reverse("admin:index")]
    for model in admin.site._registry:
        for page in ("changelist", "add"):
            try:
                found.append(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"))
            except NoReverseMatch:
                continue
    return found


def test_the_admin_works_under_the_policy(
    context: BrowserContext, page: Page, live_server: Any, watched: Watched
) -> None:
    watched.expect("status of 403")  # what is only to be read has no form for a new one
    sign_in(context, live_server, User.objects.create_superuser("root", password="a-long-password"))
    visit = book("2026-03-03 09:00")
    for address in addresses():
        page.goto(address)
    page.goto(reverse("admin:appointments_appointment_change", args=[visit.pk]))
    page.locator(".select2-selection").first.click()
    page.locator(".select2-results__option").first.wait_for()


def test_the_pages_of_the_api_work_under_theirs(page: Page, watched: Watched) -> None:
    watched.expect("logo-mini.svg")  # ReDoc asks another host for its logo, and may not
    page.goto("/swagger/")
    page.get_by_text("/api/patients/", exact=True).first.wait_for()
    page.goto("/redoc/")
    page.get_by_role("heading", name="Healthcare Appointment Scheduling").first.wait_for()
