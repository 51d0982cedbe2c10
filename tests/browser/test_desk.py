"""The desk in a browser: the calendar by mouse and by keyboard, and what others change meanwhile."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.roles import Role
from appointments import services
from appointments.models import Appointment
from doctors.models import Doctor
from tests.browser.conftest import WIDTHS, Visitors, Watched, assert_accessible, sign_in
from tests.factories import at, book, close, make_doctor, make_patient, make_type
from tests.web.people import user_of

# What others did is asked for that often.
A_WHILE = 5000


@pytest.fixture
def ada(transactional_db: None) -> Doctor:
    return make_doctor(full_name="Ada Lovelace", specialization="Cardiology")


@pytest.fixture
def ben(ada: Doctor) -> Doctor:
    return make_doctor(full_name="Ben Carson", specialization="Dermatology")


@pytest.fixture
def desk(page: Page, context: BrowserContext, live_server: Any, ada: Doctor) -> Page:
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    return page


def visit_of(page: Page, visit: Appointment) -> Locator:
    return page.locator(f"#visit-{visit.pk}")


def spot(page: Page, column: int, time: str) -> tuple[float, float]:
    """The middle of a column of the calendar, just below ``time``: a slot of 15 minutes is 24 pixels high."""
    box = page.locator(".ec-body .ec-day").nth(column).bounding_box()
    assert box
    hours, minutes = map(int, time.split(":"))
    return box["x"] + box["width"] / 2, box["y"] + ((hours - 8) * 60 + minutes) / 15 * 24 + 3


def drag(page: Page, visit: Appointment, column: int, time: str) -> None:
    box = visit_of(page, visit).bounding_box()
    assert box
    x, y = spot(page, column, time)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(x, y - 30, steps=4)
    page.mouse.move(x, y, steps=4)
    page.mouse.up()


def test_dragged_visit_goes_to_another_doctor_and_time_and_stays_there(desk: Page, ada: Doctor, ben: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=ada, patient=make_patient(full_name="Jane Doe"))
    desk.goto("/desk/")
    drag(desk, visit, 1, "10:00")
    expect(desk.locator("#toasts")).to_contain_text("Jane Doe now comes on Monday 2 March, 10:00 to Ben Carson.")
    desk.reload()
    expect(visit_of(desk, visit)).to_have_attribute("aria-label", re.compile("10:00 – 10:30, Jane Doe, Ben Carson"))
    visit.refresh_from_db()
    assert (visit.start, visit.doctor) == (at("2026-03-02 10:00"), ben)


def test_refused_drag_snaps_back_and_says_why(desk: Page, ada: Doctor, watched: Watched) -> None:
    watched.expect("400")
    visit = book("2026-03-02 09:00", doctor=ada)
    book("2026-03-02 10:00", doctor=ada)
    desk.goto("/desk/")
    where = "id => JSON.stringify(document.getElementById(id)?.getBoundingClientRect())"
    before = desk.evaluate(where, f"visit-{visit.pk}")
    drag(desk, visit, 0, "10:00")
    expect(desk.locator("#announcements")).to_have_text("This doctor is already booked at that time.")
    expect(desk.locator("#toasts")).to_contain_text("This doctor is already booked at that time.")
    expect(visit_of(desk, visit)).to_have_attribute("aria-label", re.compile("^09:00"))
    # The day is drawn anew, and for a moment the visit is nowhere.
    desk.wait_for_function(f"([id, before]) => ({where})(id) === before", arg=[f"visit-{visit.pk}", before])
    visit.refresh_from_db()
    assert visit.start == at("2026-03-02 09:00")
    assert_accessible(desk)


def test_visit_is_stretched_by_its_edge_unless_it_has_a_type(desk: Page, ada: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=ada)
    typed = book("2026-03-02 11:00", doctor=ada, appointment_type=make_type())
    desk.goto("/desk/")
    resizers = [desk.locator(".ec-event", has=visit_of(desk, v)).locator(".ec-resizer").count() for v in (visit, typed)]
    assert resizers == [1, 0]
    x, y = spot(desk, 0, "09:30")
    desk.mouse.move(x, y - 6)
    desk.mouse.down()
    desk.mouse.move(x, y + 24, steps=4)
    desk.mouse.move(x, y + 42, steps=4)
    desk.mouse.up()
    expect(visit_of(desk, visit)).to_have_attribute("aria-label", re.compile("^09:00 – 10:00"))
    visit.refresh_from_db()
    assert visit.duration_minutes == 60


def test_click_on_an_empty_time_books_it(desk: Page, ada: Doctor) -> None:
    make_patient(full_name="Jane Doe")
    desk.goto("/desk/")
    desk.mouse.click(*spot(desk, 0, "10:00"))
    desk.locator("#id_query").fill("jane")
    desk.get_by_role("option", name="Jane Doe").click()
    expect(desk.locator("#times input:checked")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.locator("#calendar button.visit")).to_have_count(1)
    assert Appointment.objects.get().start == at("2026-03-02 10:00")


def test_what_somebody_else_books_and_cancels_appears_without_reload(
    desk: Page, ada: Doctor, visitors: Visitors, live_server: Any
) -> None:
    other = visitors.new()
    sign_in(other, live_server, user_of(Role.RECEPTIONIST))
    theirs = other.new_page()
    visit = book("2026-03-02 09:00", doctor=ada, patient=make_patient(full_name="Jane Doe"))
    desk.goto("/desk/")
    theirs.goto("/desk/")
    visit_of(desk, visit).click()
    desk.get_by_role("button", name="Confirm").click()
    expect(desk.locator("#panel .badge-status")).to_have_text("Confirmed")
    theirs.clock.fast_forward(A_WHILE)
    expect(visit_of(theirs, visit)).to_have_attribute("aria-label", re.compile("Confirmed"))
    expect(theirs.locator(f"tr:has(#row-{visit.pk})")).to_contain_text("Confirmed")
    services.cancel(visit)
    for page in (desk, theirs):
        page.clock.fast_forward(A_WHILE)
        expect(visit_of(page, visit)).to_have_count(0)
        expect(page.locator(f"tr:has(#row-{visit.pk})")).to_contain_text("Cancelled")


def test_visit_is_moved_by_the_keyboard_alone(desk: Page, ada: Doctor, watched: Watched) -> None:
    watched.expect("400")
    book("2026-03-02 09:00", doctor=ada)
    visit = book("2026-03-02 10:00", doctor=ada)
    desk.goto("/desk/")
    desk.locator(".ec-main").focus()
    desk.keyboard.press("Tab")
    desk.keyboard.press("ArrowDown")
    expect(visit_of(desk, visit)).to_be_focused()
    desk.keyboard.press("m")
    expect(desk.locator("#id_date")).to_be_visible()
    desk.locator("#id_time").focus()
    desk.locator("#id_time").fill("09:00")
    desk.keyboard.press("Enter")
    expect(desk.locator("#panel .summary")).to_be_focused()
    assert_accessible(desk)
    others = desk.locator("[data-fill]")
    expect(others).to_have_count(3)
    others.first.focus()
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    expect(desk.locator("#toasts")).to_contain_text("now comes on Monday 2 March, 08:30")
    visit.refresh_from_db()
    assert visit.start == at("2026-03-02 08:30")


def test_single_keys_lead_through_days_and_views_and_can_be_switched_off(desk: Page, ada: Doctor) -> None:
    def press(key: str, heading: str) -> None:
        expect(desk.locator("#desk[data-alive]")).to_be_attached()
        desk.keyboard.press(key)
        expect(desk.locator("h1")).to_have_text(heading)

    desk.goto("/desk/")
    press("ArrowRight", "Tuesday 3 March 2026")
    press("w", "Week of 2 March 2026")
    press("a", "Tuesday 3 March 2026")
    expect(desk.locator("#calendar")).to_have_count(0)
    press("t", "Monday 2 March 2026")
    press("ArrowLeft", "Sunday 1 March 2026")
    press("d", "Sunday 1 March 2026")
    # The heading was the same before.
    expect(desk.locator(".views [data-key=d]")).to_have_attribute("aria-current", "page")
    press("/", "Sunday 1 March 2026")
    expect(desk.locator("#find-query")).to_be_focused()
    desk.keyboard.press("Escape")
    expect(desk.locator("#panel")).to_be_hidden()
    expect(desk.locator("#find-query")).to_have_count(0)  # what the panel held, and the focus in it, go a moment later
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_be_visible()
    desk.get_by_label("Single keys work on this computer").uncheck()
    desk.keyboard.press("Escape")
    desk.reload()
    press("ArrowRight", "Sunday 1 March 2026")
    press("n", "Sunday 1 March 2026")
    expect(desk.locator("#panel")).to_be_hidden()


def test_visit_is_cancelled_for_a_reason_and_that_is_undone(desk: Page, ada: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=ada)
    desk.goto("/desk/")
    visit_of(desk, visit).click()
    desk.locator("#panel summary", has_text="Cancel the visit").click()
    desk.get_by_label("Reason").fill("Feels better")
    desk.get_by_role("button", name="Cancel the visit").click()
    expect(desk.locator("#panel .badge-status")).to_have_text("Cancelled")
    desk.get_by_role("button", name="Undo the last change").click()
    expect(desk.locator("#panel .badge-status")).to_have_text("Scheduled")
    desk.locator("#panel summary", has_text="What was done").click()
    expect(desk.locator(".history")).to_contain_text("Cancelled: Feels better")
    assert_accessible(desk)


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_day_is_accessible_at_every_width(
    visitors: Visitors, live_server: Any, ada: Doctor, width: int, scheme: Any
) -> None:
    context = visitors.new(viewport={"width": width, "height": 900}, color_scheme=scheme)
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    close(ada, "2026-03-02 12:00", "2026-03-02 13:00")
    steps = (None, services.confirm, services.check_in, services.begin, services.complete, services.mark_no_show)
    for number, step in enumerate(steps):
        visit = book(f"2026-03-02 {8 + number // 2:02}:{number % 2 * 30:02}", doctor=ada)
        if step:
            step(visit)
    page = context.new_page()
    page.goto("/desk/?view=day")
    expect(page.locator("#calendar button.visit")).to_have_count(6)
    assert_accessible(page)


@pytest.mark.parametrize("view", ["week", "agenda"])
def test_other_views_are_accessible(desk: Page, ada: Doctor, view: str) -> None:
    book("2026-03-02 09:00", doctor=ada)
    desk.goto(f"/desk/?view={view}")
    expect(desk.locator("#agenda-title")).to_be_visible()
    assert_accessible(desk)


def test_days_of_a_week_are_written_as_on_the_rest_of_the_page(desk: Page) -> None:
    desk.goto("/desk/?view=week")
    expect(desk.locator("#calendar").get_by_text(re.compile("Mon,? 2 Mar"))).to_be_visible()


def test_dialogs_and_an_empty_day_are_accessible(desk: Page, ada: Doctor) -> None:
    desk.goto("/desk/")
    expect(desk.locator(".ec-main")).to_be_visible()
    assert_accessible(desk)
    desk.keyboard.press("?")
    assert_accessible(desk)
    desk.keyboard.press("Escape")
    desk.keyboard.press("/")
    expect(desk.locator("#find-query")).to_be_focused()
    assert_accessible(desk)


def test_agenda_and_booking_work_without_javascript(visitors: Visitors, live_server: Any, ada: Doctor) -> None:
    context = visitors.new(java_script_enabled=False)
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    visit = book("2026-03-02 09:00", doctor=ada, patient=make_patient(full_name="Jane Doe"))
    page = context.new_page()
    page.goto("/desk/")
    expect(page.locator("#calendar")).to_be_hidden()
    page.get_by_role("link", name="Jane Doe").click()
    page.get_by_role("button", name="Arrived").click()
    expect(page.locator(".badge-status").first).to_have_text("Arrived")
    page.goto("/desk/book/")
    page.get_by_label("Patient", exact=True).fill("jane")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Show the times").click()
    page.locator(".slot").nth(1).click()
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("h1")).to_have_text("Jane Doe")
    assert sorted(v.start for v in Appointment.objects.exclude(pk=visit.pk)) == [at("2026-03-02 08:30")]


def test_day_sheet_prints_the_agenda_and_no_controls(desk: Page, ada: Doctor) -> None:
    book("2026-03-02 09:00", doctor=ada, patient=make_patient(full_name="Jane Doe"))
    desk.goto("/desk/")
    desk.emulate_media(media="print")
    expect(desk.locator("#calendar")).to_be_hidden()
    expect(desk.get_by_role("link", name="New visit")).to_be_hidden()
    expect(desk.get_by_role("link", name="Jane Doe")).to_be_visible()
    expect(desk.locator("h1")).to_be_visible()
    expect(desk.get_by_text("printed by receptionist-")).to_be_visible()
    sheet = desk.pdf(format="A4")
    assert (sheet[:5], len(sheet) > 5000) == (b"%PDF-", True)


def test_sheet_is_as_of_the_last_answer_in_the_words_of_the_page(desk: Page, clock: time_machine.Traveller) -> None:
    desk.goto("/desk/")
    as_of = desk.locator("#as-of")
    expect(as_of).to_be_hidden()
    expect(as_of).to_have_text("Monday 2 March 2026, 06:00")
    clock.shift(timedelta(minutes=5))
    expect(as_of).to_have_text("Monday 2 March 2026, 06:05")


@pytest.mark.parametrize("view", ["day", "week"])
def test_every_hour_of_the_calendar_is_named_the_first_one_too(desk: Page, view: str) -> None:
    desk.goto(f"/desk/?view={view}")
    hours = desk.locator(".ec-body .ec-sidebar time")
    expect(hours.first).to_have_text("08:00")
    expect(hours.first).to_be_visible()
    expect(hours.nth(1)).to_be_visible()
