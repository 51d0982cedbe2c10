"""Signing in, setting up an authenticator app and using it, in a browser."""

from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import WIDTHS, assert_accessible, sign_in
from tests.second_factors import code, enrol

PASSWORD = "a-long-password"


@pytest.fixture
def reception(live_server: Any) -> User:
    cache.clear()
    return User.objects.create_superuser("reception", password=PASSWORD)


def type_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Username").fill("reception")
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_the_log_in_page_is_accessible_at_every_width(page: Page, reception: User, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/accounts/login/")
    assert_accessible(page)
    type_in(page, "wrong")
    expect(page.get_by_role("alert")).to_contain_text("The username and/or password you specified are not correct.")
    assert_accessible(page)


def test_a_superuser_signs_in_on_the_way_to_the_admin(page: Page, reception: User) -> None:
    page.goto("/admin/")
    type_in(page)
    expect(page.get_by_role("heading", name="Site administration")).to_be_visible()


def test_setting_up_an_app_and_signing_in_with_it(page: Page, reception: User) -> None:
    page.goto("/accounts/login/")
    type_in(page)
    page.get_by_text("reception", exact=True).click()
    page.get_by_role("link", name="Second factor").click()
    assert_accessible(page)
    page.get_by_role("link", name="Set up an app").click()
    assert_accessible(page)
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Authenticator code").fill("000000")
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("alert")).to_contain_text("Incorrect code.")
    page.get_by_label("Authenticator code").fill(code(secret=page.locator("code.secret").inner_text() or secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert_accessible(page)
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10

    page.get_by_text("reception", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    type_in(page)
    expect(page.get_by_role("heading", name="Your code")).to_be_visible()
    assert_accessible(page)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("That code is not right")
    assert_accessible(page)
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("reception", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    "address", ["password/change/", "logout/", "2fa/", "2fa/recovery-codes/", "2fa/recovery-codes/generate/"]
)
def test_the_pages_of_an_account_are_accessible(
    page: Page, context: Any, live_server: Any, reception: User, address: str
) -> None:
    enrol(reception)
    sign_in(context, live_server, reception)
    page.goto(f"/accounts/{address}")
    assert_accessible(page)
