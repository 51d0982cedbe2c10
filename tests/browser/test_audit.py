"""The audit trail in a browser."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from tests.audit.rows import make_row
from tests.browser.conftest import WIDTHS, Visitors, assert_accessible, sign_in
from tests.factories import make_user


def test_rows_are_found_by_keyboard(page: Page, context: BrowserContext, live_server: Any) -> None:
    make_row(patient_ids=[7], action="patient.read")
    make_row(patient_ids=[8], action="patient.merge")
    sign_in(context, live_server, make_user(Role.AUDITOR))
    page.goto("/audit/")
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)
    page.get_by_label("Patient").fill("7")
    page.get_by_label("Patient").press("Enter")
    expect(page.get_by_role("cell", name="Patient: read")).to_be_visible()
    expect(page.get_by_role("cell", name="Patient: merged")).to_have_count(0)
    page.goto("/audit/?patient=9")
    expect(page.get_by_text("No row is found like this.")).to_be_visible()
    assert_accessible(page)


def test_arrow_of_a_select_is_seen_in_the_dark(visitors: Visitors, live_server: Any) -> None:
    context = visitors.new(color_scheme="dark")
    sign_in(context, live_server, make_user(Role.AUDITOR))
    page = context.new_page()
    page.goto("/audit/")
    arrow = page.locator(".form-select").evaluate("select => getComputedStyle(select).backgroundImage")
    assert "%23a9b7c2" in arrow
