"""A doctor's day in a browser."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from tests.browser.conftest import WIDTHS, assert_accessible, sign_in
from tests.factories import book, make_doctor, make_patient, make_user


def shows(page: Page, status: str) -> None:
    """The visit's status; and the page has come whole: going to the visit's place on it takes the focus away."""
    expect(page.locator(".badge-status")).to_have_text(status)
    page.wait_for_load_state()


def test_visit_goes_through_the_day_by_mouse_and_keyboard(
    page: Page, context: BrowserContext, live_server: Any
) -> None:
    doctor = make_doctor()
    sign_in(context, live_server, make_user(Role.DOCTOR, doctor=doctor))
    page.goto("/my-day/")
    expect(page.get_by_text("No visits on this day.")).to_be_visible()
    assert_accessible(page)
    visit = book("2026-03-02 09:00", doctor=doctor, patient=make_patient(full_name="Amina Hassan"), notes="By taxi.")
    page.goto("/my-day/")
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)
    page.get_by_role("button", name="Arrived: Amina Hassan").click()
    shows(page, "Arrived")
    page.get_by_role("button", name="Into the room: Amina Hassan").focus()
    page.keyboard.press("Enter")
    shows(page, "In the room")
    page.get_by_label("More for Amina Hassan").press("Enter")
    assert_accessible(page)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Undo the last step")).to_be_focused()
    page.keyboard.press("Enter")
    shows(page, "Arrived")
    visit.refresh_from_db()
    assert (visit.status, visit.history.last().action) == ("checked_in", "undone")
    page.get_by_role("link", name="Day after").click()
    expect(page.get_by_text("No visits on this day.")).to_be_visible()


def test_day_prints(page: Page, context: BrowserContext, live_server: Any) -> None:
    doctor = make_doctor(full_name="Dr Print")
    sign_in(context, live_server, make_user(Role.DOCTOR, doctor=doctor))
    book("2026-03-02 09:00", doctor=doctor, patient=make_patient(full_name="Amina Hassan"))
    page.goto("/my-day/")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_text("Dr Print")).to_be_visible()
    expect(page.get_by_role("button", name="Arrived")).to_be_hidden()
    assert page.pdf()[:4] == b"%PDF"
