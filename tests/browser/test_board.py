"""The check-in board in a browser: two desks in step, by mouse, by touch and by keyboard."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import BrowserContext, Page, Request, expect

from accounts.roles import Role
from appointments.models import Appointment
from tests.browser.conftest import WIDTHS, Visitors, assert_accessible, sign_in
from tests.factories import book, make_doctor, make_patient
from tests.web.people import user_of

A_WHILE = 5000


@pytest.fixture
def jane(transactional_db: None) -> Appointment:
    return book("2026-03-02 09:00", patient=make_patient(full_name="Jane Doe"))


@pytest.fixture
def board(page: Page, context: BrowserContext, live_server: Any, jane: Appointment) -> Page:
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    page.goto("/board/")
    return page


def test_two_desks_stay_in_step(board: Page, jane: Appointment, visitors: Visitors, live_server: Any) -> None:
    other = visitors.new()
    sign_in(other, live_server, user_of(Role.RECEPTIONIST))
    theirs = other.new_page()
    theirs.goto("/board/")
    board.get_by_role("button", name="Arrived: Jane Doe").click()
    expect(board.locator(f".lane-arrived #card-{jane.pk}")).to_be_visible()
    expect(board.locator("#announcements")).to_have_text("Jane Doe: Arrived.")
    theirs.clock.fast_forward(A_WHILE)
    expect(theirs.locator(f".lane-arrived #card-{jane.pk}")).to_be_visible()
    theirs.get_by_role("button", name="Undo: Jane Doe").click()
    expect(theirs.locator(f".lane-expected #card-{jane.pk}")).to_be_visible()
    board.clock.fast_forward(A_WHILE)
    expect(board.locator(f".lane-expected #card-{jane.pk}")).to_be_visible()


def test_patient_goes_through_the_clinic_by_the_keyboard_alone(board: Page, jane: Appointment) -> None:
    button = board.locator(f"#next-{jane.pk}")
    button.focus()
    for lane in ("arrived", "room", "done"):
        expect(button).to_be_focused()
        board.keyboard.press("Enter")
        expect(board.locator(f".lane-{lane} #card-{jane.pk}")).to_be_visible()
    jane.refresh_from_db()
    assert jane.status == "completed"


def test_walk_in_is_booked_and_has_arrived(board: Page, jane: Appointment) -> None:
    make_patient(full_name="Mary Walker")
    board.get_by_role("link", name="Walk-in").click()
    board.locator("#id_query").fill("mary")
    board.get_by_role("option", name="Mary Walker").click()
    board.locator("#whom-options li").first.click()
    expect(board.locator("#times input:checked")).to_be_attached()
    assert_accessible(board)
    board.get_by_role("button", name="Book and check in").click()
    expect(board.locator("#panel")).to_be_hidden()
    expect(board.locator(".lane-arrived .card")).to_contain_text("Mary Walker")


def test_name_opens_the_visit_and_what_is_done_there_shows_on_the_board(board: Page, jane: Appointment) -> None:
    board.get_by_role("link", name="Jane Doe").click()
    board.locator("#panel").get_by_role("button", name="Into the room").click()
    board.keyboard.press("Escape")
    expect(board.locator(f".lane-room #card-{jane.pk}")).to_be_visible()


def test_focus_returns_to_the_visit_whose_card_was_drawn_anew_behind_the_dialog(board: Page, jane: Appointment) -> None:
    board.locator(f"#name-{jane.pk}").press("Enter")
    board.locator("#panel").get_by_role("button", name="Into the room").click()
    expect(board.locator(f".lane-room #card-{jane.pk}")).to_be_attached()
    board.keyboard.press("Escape")
    expect(board.locator(f"#name-{jane.pk}")).to_be_focused()


def test_what_is_pressed_on_the_board_is_work_and_its_own_asking_is_not(board: Page, jane: Appointment) -> None:
    by_itself: dict[str, bool] = {}

    def note(asked: Request) -> None:
        if asked.resource_type == "xhr":
            by_itself[urlsplit(asked.url).path] = "x-asks-by-itself" in asked.headers

    board.on("request", note)
    board.get_by_role("button", name="Arrived: Jane Doe").click()
    expect(board.locator(f".lane-arrived #card-{jane.pk}")).to_be_visible()
    with board.expect_response("**/board/list/**"):
        board.clock.fast_forward(A_WHILE)
    assert by_itself == {f"/board/visits/{jane.pk}/check-in/": False, "/board/list/": True}


def test_who_was_signed_out_meanwhile_is_asked_to_sign_in(board: Page) -> None:
    Session.objects.all().delete()
    board.clock.fast_forward(A_WHILE)
    board.wait_for_url(re.compile("/accounts/login/"))
    expect(board.locator("#board")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_board_is_accessible_at_every_width(
    visitors: Visitors, live_server: Any, jane: Appointment, width: int, scheme: Any
) -> None:
    context = visitors.new(viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=width < 1000)
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    doctor = make_doctor()
    for number, status in enumerate(("checked_in", "in_progress", "completed", "no_show", "cancelled")):
        visit = book(f"2026-03-02 {10 + number}:00", doctor=doctor)
        Appointment.objects.filter(pk=visit.pk).update(status=status)
    page = context.new_page()
    page.goto("/board/")
    expect(page.locator(".card")).to_have_count(6)
    assert_accessible(page)
