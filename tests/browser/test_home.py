"""The first page in a browser."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import WIDTHS, assert_accessible


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_first_page_is_accessible_at_every_width(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/")
    assert page.locator("h1").inner_text() == "Test Clinic"
    assert_accessible(page)


def test_skip_link_is_the_first_stop_of_the_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
