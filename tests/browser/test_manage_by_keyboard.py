"""Types of visit and locations, looked after by the keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from accounts.roles import Role
from clinics.models import AppointmentType, Location, LocationException, OpeningHours
from tests.browser.conftest import Watched, assert_accessible, sign_in, tab_to
from tests.factories import at, book, make_doctor, make_type, make_user


@pytest.fixture
def admin(page: Page, context: BrowserContext, live_server: Any) -> Page:
    sign_in(context, live_server, make_user(Role.ADMIN))
    return page


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    tab_to(page, target)
    page.keyboard.press(key)


def write(page: Page, field: Locator, text: str) -> None:
    """Instead of what is in the field."""
    tab_to(page, field)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def write_time(page: Page, field: Locator, digits: str) -> None:
    """Hours and minutes; where the browser's clock has twelve hours, the half of the day as well."""
    tab_to(page, field)
    page.keyboard.type(f"{digits}{'AM' if digits < '1200' else 'PM'}")


def follow(page: Page, name: str) -> None:
    press(page, page.get_by_role("main").get_by_role("link", name=name, exact=True))


def saved(page: Page, told: str = "Saved.") -> None:
    expect(page.get_by_text(told).first).to_be_visible()


def test_a_type_is_added_changed_and_taken_out_of_use(admin: Page, watched: Watched) -> None:
    watched.expect("status of 400")
    make_doctor(full_name="Ada Smith")
    bob = make_doctor(full_name="Bob Brown")
    admin.goto("/manage/")
    follow(admin, "Types of visit")

    press(admin, admin.get_by_role("button", name="Add"))
    expect(admin.locator(".summary")).to_be_focused()
    assert_accessible(admin)
    press(admin, admin.locator(".summary a").first)
    expect(admin.get_by_label("Name")).to_be_focused()
    admin.keyboard.type("Ultrasound")
    write(admin, admin.get_by_label("Minutes", exact=True), "40")
    write(admin, admin.get_by_label("Minutes the doctor needs after"), "10")
    press(admin, admin.get_by_label("Patients book it themselves"), "Space")
    write(admin, admin.get_by_label("Specialties that offer it"), "Radiology, Gynaecology")
    press(admin, admin.get_by_label("Bob Brown"), "Space")
    admin.keyboard.press("Enter")
    saved(admin, "Added.")
    kind = AppointmentType.objects.get()
    assert (kind.name, kind.duration_minutes, kind.buffer_after_minutes) == ("Ultrasound", 40, 10)
    assert (kind.bookable_online, kind.specializations) == (False, ["Radiology", "Gynaecology"])
    assert list(kind.doctors.all()) == [bob]

    follow(admin, "Ultrasound")
    write(admin, admin.get_by_label("Minutes", exact=True), "45")
    press(admin, admin.get_by_label("Bob Brown"), "Space")
    press(admin, admin.get_by_label("In use"), "Space")
    press(admin, admin.get_by_role("button", name="Save"))
    saved(admin)
    kind.refresh_from_db()
    assert (kind.duration_minutes, kind.active, kind.doctors.count()) == (45, False, 0)

    follow(admin, "Ultrasound")
    press(admin, admin.get_by_label("In use"), "Space")
    follow(admin, "Back without saving")
    expect(admin.get_by_role("heading", name="Add a type of visit")).to_be_visible()
    kind.refresh_from_db()
    assert not kind.active


def test_what_somebody_else_changed_meanwhile_is_told_to_the_keyboard(admin: Page, watched: Watched) -> None:
    watched.expect("status of 412")
    kind = make_type(name="Scan")
    admin.goto(f"/manage/types/{kind.pk}/")
    AppointmentType.objects.update(duration_minutes=50)
    write(admin, admin.get_by_label("Name"), "Sonogram")
    admin.keyboard.press("Enter")
    expect(admin.locator(".summary")).to_be_focused()
    assert_accessible(admin)
    expect(admin.get_by_label("Name")).to_have_value("Sonogram")


def test_a_location_is_opened_changed_and_closed_for_good(admin: Page, watched: Watched) -> None:
    watched.expect("status of 400")
    admin.goto("/manage/")
    follow(admin, "Locations")
    write(admin, admin.get_by_label("Name"), "Harbour")
    write(admin, admin.get_by_label("Time zone"), "Europe/Nowhere")
    admin.keyboard.press("Enter")
    expect(admin.locator(".summary")).to_be_focused()
    press(admin, admin.locator(".summary a").first)
    expect(admin.get_by_label("Time zone")).to_be_focused()
    write(admin, admin.get_by_label("Time zone"), "Europe/Paris")
    admin.keyboard.press("Enter")
    saved(admin, "Added.")

    follow(admin, "Harbour")
    write(admin, admin.get_by_label("Name"), "Old harbour")
    write(admin, admin.get_by_label("Patients change visits until"), "120")
    press(admin, admin.get_by_label("Mark missed visits at night"), "Space")
    press(admin, admin.get_by_role("button", name="Save", exact=True))
    saved(admin)
    harbour = Location.objects.get(time_zone="Europe/Paris")
    assert (harbour.name, harbour.patient_cutoff_minutes, harbour.marks_no_shows) == ("Old harbour", 120, True)

    follow(admin, "Old harbour")
    press(admin, admin.get_by_label("In use"), "Space")
    press(admin, admin.get_by_role("button", name="Save", exact=True))
    saved(admin)
    harbour.refresh_from_db()
    assert not harbour.active


def test_the_last_location_stays_open_and_the_keyboard_hears_why(admin: Page, watched: Watched) -> None:
    watched.expect("status of 400")
    place = Location.objects.default()
    admin.goto(f"/manage/locations/{place.pk}/")
    press(admin, admin.get_by_label("In use"), "Space")
    press(admin, admin.get_by_role("button", name="Save", exact=True))
    expect(admin.locator(".summary")).to_be_focused()
    assert_accessible(admin)
    place.refresh_from_db()
    assert place.active


def test_opening_hours_are_changed_added_and_removed(admin: Page, watched: Watched) -> None:
    watched.expect("status of 400")
    place = Location.objects.default()
    admin.goto(f"/manage/locations/{place.pk}/")
    write_time(admin, admin.locator("#id_week-0-start"), "0930")
    press(admin, admin.locator("#id_week-1-DELETE"), "Space")
    press(admin, admin.get_by_role("button", name="Add a row"))
    row = admin.locator("tr.window").last
    expect(row.get_by_label("Day")).to_be_focused()
    admin.keyboard.type("sat")
    write_time(admin, row.get_by_label("From"), "0900")
    press(admin, admin.get_by_role("button", name="Save the opening hours"))
    expect(admin.locator(".summary")).to_be_focused()
    assert_accessible(admin)
    press(admin, admin.locator(".summary a").first)
    expect(admin.locator("#id_week-7-end")).to_be_focused()
    write_time(admin, admin.locator("#id_week-7-end"), "1200")
    press(admin, admin.get_by_role("button", name="Save the opening hours"))
    saved(admin, "The opening hours are saved.")
    assert [str(window) for window in OpeningHours.objects.filter(location=place).order_by("weekday")] == [
        "mon 09:30-18:00",
        "wed 08:00-18:00",
        "thu 08:00-18:00",
        "fri 08:00-18:00",
        "sat 09:00-12:00",
    ]


def test_a_closure_is_added_and_removed(admin: Page) -> None:
    visit = book("2026-03-03 10:00")
    place = visit.location
    admin.goto(f"/manage/locations/{place.pk}/")
    for day, time, digits in (("first", "start", "0900"), ("last", "end", "1200")):
        write(admin, admin.locator(f"#id_closure-{day}"), "03032026")  # whichever of day and month comes first
        write_time(admin, admin.locator(f"#id_closure-{time}"), digits)
    write(admin, admin.get_by_label("Reason"), "Painters")
    admin.keyboard.press("Enter")
    saved(admin)
    expect(admin.get_by_text("1 visit is outside the hours now")).to_be_visible()
    expect(admin.get_by_role("heading", name="Visits outside the hours")).to_be_visible()
    assert_accessible(admin)
    closure = LocationException.objects.get()
    assert (closure.start, closure.end) == (at("2026-03-03 09:00"), at("2026-03-03 12:00"))
    press(admin, admin.get_by_role("button", name="Remove what begins on"))
    saved(admin, "Removed.")
    assert not LocationException.objects.exists()
