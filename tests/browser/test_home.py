"""The first page in a browser."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from accounts.roles import Role
from tests.browser.conftest import WIDTHS, assert_accessible, sign_in
from tests.factories import make_user


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_first_page_is_accessible_at_every_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/")
    assert page.locator("h1").inner_text() == "Test Clinic"
    assert_accessible(page)


def test_buttons_of_the_first_page_stand_apart_from_the_question(
    page: Page, context: BrowserContext, live_server: Any
) -> None:
    sign_in(context, live_server, make_user(Role.RECEPTIONIST))
    page.goto("/")
    lead, buttons = page.locator(".lead").bounding_box(), page.locator(".places").bounding_box()
    assert lead
    assert buttons
    assert buttons["y"] - lead["y"] - lead["height"] >= 8


def test_skip_link_is_the_first_stop_of_the_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
