"""Hours and leave in a browser: rows that are typed draw what they come to."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from tests.browser.conftest import WIDTHS, Visitors, Watched, assert_accessible, sign_in
from tests.factories import book, make_doctor, make_patient, make_user, set_hours


@pytest.fixture
def doctor(page: Page, context: BrowserContext, live_server: Any) -> Doctor:
    doctor = make_doctor()
    set_hours(doctor, "mon 08:00-12:00")
    sign_in(context, live_server, make_user(Role.DOCTOR, doctor=doctor))
    return doctor


def test_typed_rows_are_drawn_and_saved_by_keyboard(page: Page, doctor: Doctor, watched: Watched) -> None:
    watched.expect("status of 400")
    page.goto("/my-hours/")
    for width in WIDTHS.values():
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)
    page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
    page.get_by_role("button", name="Add a row").press("Enter")
    expect(page.locator("#id_week-3-weekday")).to_be_focused()
    page.keyboard.type("Tue")
    page.locator("#id_week-3-start").fill("09:00")
    page.get_by_role("button", name="Save the hours").press("Enter")
    expect(page.locator(".summary")).to_be_focused()
    assert_accessible(page)
    page.locator("#id_week-3-end").fill("11:00")
    page.locator("#id_week-3-end").press("Tab")
    expect(page.locator("#outlook").get_by_text("09:00–11:00").first).to_be_visible()
    assert WeeklyHours.objects.filter(doctor=doctor).count() == 1
    page.get_by_role("button", name="Save the hours").press("Enter")
    expect(page.get_by_text("The hours are saved.")).to_be_visible()
    assert [str(window) for window in WeeklyHours.objects.filter(doctor=doctor)] == [
        "mon 08:00-12:00",
        "tue 09:00-11:00",
    ]


def test_leave_is_planned_looked_at_saved_and_its_visit_moved(page: Page, doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor, patient=make_patient(full_name="Amina Hassan"))
    page.goto("/my-leave/")
    page.get_by_label("First day").fill("2026-03-02")
    page.get_by_role("button", name="Show what it touches").click()
    expect(page.get_by_role("heading", name="Visits that it touches")).to_be_visible()
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)
    assert AvailabilityException.objects.count() == 0
    page.get_by_role("button", name="Save").click()
    assert_accessible(page)
    page.get_by_role("button", name="move Amina Hassan there").first.click()
    expect(page.get_by_text("No visit is outside the hours in this time.")).to_be_visible()
    visit.refresh_from_db()
    assert f"{visit.start:%d %H:%M}" == "09 08:00"


def test_hours_are_typed_without_scripts(visitors: Visitors, live_server: Any) -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 08:00-12:00")
    context = visitors.new(java_script_enabled=False)
    sign_in(context, live_server, make_user(Role.RECEPTIONIST))
    page = context.new_page()
    page.goto(f"/doctors/{doctor.pk}/hours/")
    page.locator("#id_week-0-end").fill("13:00")
    page.get_by_role("button", name="Show what they come to").click()
    expect(page.get_by_text("08:00–13:00").first).to_be_visible()
    page.get_by_role("button", name="Save the hours").click()
    expect(page.get_by_text("The hours are saved.")).to_be_visible()
    assert [str(window) for window in WeeklyHours.objects.filter(doctor=doctor)] == ["mon 08:00-13:00"]


def test_calendar_address_is_made_and_shown(page: Page, doctor: Doctor) -> None:
    page.goto("/my-calendar/")
    assert_accessible(page)
    page.get_by_role("button", name="Make an address").click()
    assert page.get_by_label("Your new address").input_value().endswith(".ics")
    assert_accessible(page)


def test_page_that_one_is_on_is_in_sight_of_a_phone(page: Page, doctor: Doctor) -> None:
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    page.goto("/my-calendar/")
    expect(page.get_by_role("link", name="Calendar address")).to_be_in_viewport(ratio=0.9)
    tabs = page.locator(".tabs").bounding_box()
    assert tabs
    assert tabs["height"] < 60  # one row
    assert_accessible(page)


def test_rows_are_folded_on_a_phone_and_opened_by_the_keyboard(page: Page, doctor: Doctor) -> None:
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 844})
    page.goto("/my-hours/")
    lines = page.locator(".fold button")
    expect(lines).to_have_text(["Monday, 08:00–12:00, Test Clinic", "Empty row", "Empty row"])
    expect(page.locator("#id_week-0-start")).to_be_hidden()
    assert_accessible(page)
    line = lines.first
    expect(line).to_have_attribute("aria-expanded", "false")
    line.press("Enter")
    expect(line).to_have_attribute("aria-expanded", "true")
    assert_accessible(page)
    page.keyboard.press("Tab")
    expect(page.locator("#id_week-0-weekday")).to_be_focused()
    page.locator("#id_week-0-end").fill("13:00")
    page.locator("#id_week-0-valid_until").fill("2026-06-30")
    page.get_by_label("Remove").first.check()
    expect(line).to_have_text("To be removed: Monday, 08:00–13:00, Test Clinic, –30 Jun 2026")
    line.press("Enter")
    expect(page.locator("#id_week-0-start")).to_be_hidden()
    page.get_by_role("button", name="Add a row").press("Enter")
    expect(page.locator("#id_week-3-weekday")).to_be_focused()
    expect(lines).to_have_count(4)


def test_row_that_is_refused_or_half_typed_is_not_folded(page: Page, doctor: Doctor, watched: Watched) -> None:
    watched.expect("status of 400")
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 844})
    page.goto("/my-hours/")
    page.locator(".fold button").nth(1).click()
    page.locator("#id_week-1-weekday").select_option("Tuesday")
    page.get_by_role("button", name="Save the hours").click()
    expect(page.locator(".summary")).to_be_focused()
    expect(page.locator("#id_week-1-start")).to_be_visible()
    expect(page.locator("#id_week-0-start")).to_be_hidden()
    page.locator("#id_week-1-start").press("0")
    page.locator(".fold button").nth(1).press("Enter")
    expect(page.locator("#id_week-1-start")).to_be_visible()


def test_rows_are_a_table_without_lines_where_there_is_room(page: Page, doctor: Doctor) -> None:
    page.set_viewport_size({"width": WIDTHS["desk"], "height": 900})
    page.goto("/my-hours/")
    expect(page.locator(".fold")).to_have_count(3)
    expect(page.locator(".fold button").first).to_be_hidden()
    expect(page.locator("#id_week-2-weekday")).to_be_visible()
