"""The session ends in the middle of a form: nothing that was typed is lost."""

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from accounts.roles import Role
from patients.models import Patient
from tests.browser.conftest import WIDTHS, Watched, assert_accessible, sign_in
from tests.factories import book, make_patient, make_type
from tests.web.many import MANY, more_doctors
from tests.web.people import user_of

PASSWORD = "a-long-password"
A_WHILE = 10_000


@pytest.fixture
def reception(context: BrowserContext, live_server: Any) -> User:
    cache.clear()
    user = User.objects.create_user("reception", password=PASSWORD, role=Role.RECEPTIONIST)
    sign_in(context, live_server, user)
    return user


def sign_in_there(page: Page) -> None:
    page.get_by_label("Username").fill("reception")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("reception", exact=True)).to_be_visible()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_form_is_sent_again_after_signing_in_in_another_tab(
    page: Page, context: BrowserContext, watched: Watched, reception: User, width: int
) -> None:
    watched.expect("401")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/patients/new/")
    page.get_by_label("Full name").fill("Jane Doe")
    page.get_by_label("Phone number").fill("0712345678")
    page.get_by_label("Notes of the desk").fill("Comes by wheelchair")
    Session.objects.all().delete()
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_role("heading", name="You have been signed out")).to_be_visible()
    assert_accessible(page)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in another tab").click()
    sign_in_there(opened.value)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", name="Jane Doe")).to_be_visible()
    assert Patient.objects.values_list("full_name", "desk_notes").get() == ("Jane Doe", "Comes by wheelchair")


def test_a_part_of_a_page_is_not_replaced_by_the_page_to_sign_in(
    page: Page, context: BrowserContext, live_server: Any, transactional_db: None
) -> None:
    more_doctors(MANY)
    kind = make_type(name="Consultation", bookable_online=True)
    sign_in(context, live_server, user_of(Role.PATIENT, patient=make_patient()))
    page.goto(f"/my/book/{kind.pk}/")
    Session.objects.all().delete()
    page.get_by_label("Name or specialty").fill("0099")
    page.wait_for_url("**/accounts/login/**")


def test_that_somebody_is_signed_out_is_said_though_the_clinic_was_away_before(
    page: Page, context: BrowserContext, watched: Watched, reception: User
) -> None:
    watched.expect("ERR_INTERNET_DISCONNECTED", "htmx:afterRequest", "htmx:sendError")
    page.goto("/board/")
    page.keyboard.press("n")
    page.locator("#id_notes").fill("Brings her own interpreter")
    context.set_offline(True)
    page.clock.fast_forward(A_WHILE)
    told = page.locator("#toasts .notice")
    expect(told).to_contain_text("The clinic cannot be reached.")
    Session.objects.all().delete()
    context.set_offline(False)
    page.clock.fast_forward(A_WHILE)
    expect(told).to_contain_text("You have been signed out.")


@pytest.fixture
def moving(page: Page, reception: User) -> Page:
    """The dialog in which a visit is moved, over the board."""
    book("2026-03-02 10:00", patient=make_patient(full_name="Jane Doe"))
    page.goto("/board/")
    page.get_by_role("link", name="Jane Doe").click()
    page.get_by_role("link", name="Move").click()
    expect(page.get_by_label("Time", exact=True)).to_have_value("10:00")
    return page


def test_a_form_in_which_nothing_was_changed_stays_on_no_screen(moving: Page) -> None:
    Session.objects.all().delete()
    moving.clock.fast_forward(A_WHILE)
    moving.wait_for_url("**/accounts/login/**")


def test_what_was_typed_and_refused_stays(moving: Page, watched: Watched) -> None:
    watched.expect("400")
    page = moving
    page.get_by_label("Time", exact=True).fill("03:00")
    page.locator("#move [type=submit]").click()
    expect(page.locator(".summary")).to_be_visible()
    Session.objects.all().delete()
    page.clock.fast_forward(A_WHILE)
    expect(page.locator("#toasts .notice")).to_contain_text("You have been signed out.")
    expect(page.get_by_label("Time", exact=True)).to_have_value("03:00")


def test_a_booking_that_is_being_typed_stays_and_goes_on(
    page: Page, context: BrowserContext, watched: Watched, reception: User
) -> None:
    watched.expect("401")
    page.goto("/board/")
    page.keyboard.press("n")
    page.locator("#id_notes").fill("Brings her own interpreter")
    Session.objects.all().delete()
    page.clock.fast_forward(A_WHILE)
    told = page.locator("#toasts .notice")
    expect(told).to_contain_text("You have been signed out.")
    expect(page.locator("#id_notes")).to_have_value("Brings her own interpreter")
    with context.expect_page() as opened:
        told.get_by_role("link", name="Sign in in another tab").click()
    sign_in_there(opened.value)
    page.clock.fast_forward(A_WHILE)
    expect(told).to_have_count(0)
    page.locator("#id_query").fill("Jane")
    expect(page.locator("#patient-options li")).to_have_text([re.compile("New patient: Jane")])
    expect(page.locator("#id_notes")).to_have_value("Brings her own interpreter")
