"""What a page says when the clinic does not answer, or not as it should: told once, above everything, and closed."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from appointments.models import Appointment
from tests.browser.conftest import Watched, assert_accessible, sign_in
from tests.factories import book, make_patient
from tests.web.people import user_of

A_WHILE = 5000
AWAY = "The clinic cannot be reached. What you see may be out of date."
FAILED = "That did not work. Load the page again and look what became of it before you try once more."


@pytest.fixture
def jane(transactional_db: None) -> Appointment:
    return book("2026-03-02 09:00", patient=make_patient(full_name="Jane Doe"))


@pytest.fixture
def desk(page: Page, context: BrowserContext, live_server: Any, jane: Appointment, watched: Watched) -> Page:
    """Somebody at the desk, whose line may break."""
    watched.expect("ERR_INTERNET_DISCONNECTED", "500", "503", "htmx:")
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    return page


@pytest.mark.parametrize("address", ["/board/", "/desk/?view=agenda"])
def test_that_the_clinic_is_away_is_told_once_until_it_is_back(
    desk: Page, context: BrowserContext, address: str
) -> None:
    desk.goto(address)
    messages = desk.locator("#toasts")
    context.set_offline(True)
    desk.clock.fast_forward(A_WHILE)
    expect(messages.locator("p")).to_have_text(AWAY)
    assert_accessible(desk)
    messages.get_by_role("button", name="Close").click()
    with desk.expect_event("requestfailed"):
        desk.clock.fast_forward(A_WHILE)
    expect(messages.locator("p")).to_have_count(0)
    context.set_offline(False)
    with desk.expect_response(lambda answer: answer.status < 400):
        desk.clock.fast_forward(A_WHILE)
    context.set_offline(True)
    desk.clock.fast_forward(A_WHILE)
    expect(messages.locator("p")).to_have_text(AWAY)
    context.set_offline(False)
    desk.clock.fast_forward(A_WHILE)
    expect(messages.locator("p")).to_have_count(0)


def test_message_is_in_reach_while_a_dialog_is_open(desk: Page, context: BrowserContext) -> None:
    desk.goto("/board/")
    desk.get_by_role("link", name="Jane Doe").click()
    panel = desk.locator("#panel")
    context.set_offline(True)
    panel.get_by_role("button", name="Confirm").click()
    expect(panel.locator("#announcements")).to_have_text(
        "The clinic could not be reached. Nothing was changed; please try again."
    )
    desk.get_by_role("button", name="Close").last.click()
    expect(desk.locator("#toasts p")).to_have_count(0)
    context.set_offline(False)
    desk.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(desk.locator("body > #toasts")).to_be_attached()


def test_failure_is_said_and_a_page_is_not_shown_inside_of_another(desk: Page) -> None:
    desk.goto("/board/")
    for status in (500, 503):
        answer = {"status": status, "body": "<!doctype html><h1>Away</h1>"}
        desk.route("**/check-in/", lambda route, _, answer=answer: route.fulfill(**answer))
        desk.get_by_role("button", name="Arrived: Jane Doe").click()
        expect(desk.locator("#toasts p")).to_have_text(FAILED)
        desk.get_by_role("button", name="Close", exact=True).click()
        assert desk.get_by_role("heading", level=1).all_inner_texts() == ["Check-in"]


def test_who_was_signed_out_meanwhile_is_not_shown_the_log_in_page_as_free_times(desk: Page, watched: Watched) -> None:
    watched.expect("401")
    desk.goto("/desk/book/")
    Session.objects.all().delete()
    desk.locator("#id_appointment_type").select_option(index=0)
    desk.locator("#id_day").fill("2026-03-03")
    desk.locator("#id_day").blur()
    expect(desk.locator("#toasts")).to_contain_text("You have been signed out.")
    expect(desk.get_by_role("heading", level=1)).to_have_text("New visit")
    expect(desk.locator("#id_day")).to_have_value("2026-03-03")
