"""The clinic's administration in a browser."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from accounts.roles import Role
from clinics.models import AppointmentType, Holiday, Location, Room
from tests.browser.conftest import WIDTHS, Visitors, Watched, assert_accessible, sign_in, tab_to
from tests.factories import make_doctor, make_room, make_type, make_user


@pytest.fixture
def admin(page: Page, context: BrowserContext, live_server: Any) -> Page:
    sign_in(context, live_server, make_user(Role.ADMIN))
    return page


def test_every_page_is_accessible(admin: Page) -> None:
    doctor = make_doctor()
    kind, room, user = make_type(doctors=[doctor]), make_room(), make_user(Role.AUDITOR)
    place = Location.objects.default()
    pages = ["", "users/", f"users/{user.pk}/", "locations/", f"locations/{place.pk}/", "rooms/", f"rooms/{room.pk}/"]
    for page in [*pages, "types/", f"types/{kind.pk}/", "holidays/"]:
        for width in (WIDTHS["phone"], WIDTHS["desk"]):
            admin.set_viewport_size({"width": width, "height": 900})
            admin.goto(f"/manage/{page}")
            assert_accessible(admin)


def test_navigation_shows_on_a_phone_where_one_is(admin: Page) -> None:
    admin.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    admin.goto("/manage/rooms/")
    expect(admin.locator(".mainnav [aria-current]")).to_be_in_viewport(ratio=1)


def test_user_is_made_by_keyboard_and_the_password_shown(admin: Page, watched: Watched) -> None:
    watched.expect("status of 400")
    admin.goto("/manage/users/")
    admin.get_by_role("button", name="Add").press("Enter")
    expect(admin.locator(".summary")).to_be_focused()
    assert_accessible(admin)
    admin.get_by_label("Name to sign in with").fill("anna")
    admin.get_by_label("Role").select_option("receptionist")
    admin.get_by_role("button", name="Add").press("Enter")
    password = admin.get_by_label("A password to begin with").input_value()
    assert_accessible(admin)
    assert User.objects.get(username="anna").check_password(password)


def test_room_and_holiday_are_made_by_the_keyboard_alone(admin: Page) -> None:
    admin.goto("/manage/rooms/")
    tab_to(admin, admin.get_by_label("Location"))
    admin.keyboard.press("ArrowDown")
    tab_to(admin, admin.get_by_label("Name"))
    admin.keyboard.type("Room 7")
    tab_to(admin, admin.get_by_label("Kind"))
    admin.keyboard.type("ultrasound")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("Room 7").first).to_be_visible()
    admin.goto("/manage/holidays/")
    tab_to(admin, admin.locator("#id_date"))
    admin.keyboard.type("03032026")  # whichever of day and month comes first
    tab_to(admin, admin.get_by_label("Name", exact=True))
    admin.keyboard.type("Founders' Day")
    admin.keyboard.press("Enter")
    expect(admin.get_by_text("Founders' Day").first).to_be_visible()
    assert (Room.objects.get().kind, Holiday.objects.get().date) == ("ultrasound", date(2026, 3, 3))


def test_colour_shows_whether_text_on_it_reads_well(admin: Page) -> None:
    kind = make_type(name="Scan")
    admin.goto(f"/manage/types/{kind.pk}/")
    expect(admin.get_by_text("White text on it reads well (5.3 : 1).")).to_be_visible()
    admin.get_by_label("Colour").fill("#ffee00")
    expect(admin.get_by_text("White text on it is hard to read")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text("Saved.")).to_be_visible()
    assert AppointmentType.objects.get().colour == "#ffee00"


def test_holidays_are_added_without_scripts(visitors: Visitors, live_server: Any) -> None:
    context = visitors.new(java_script_enabled=False)
    sign_in(context, live_server, make_user(Role.ADMIN))
    page = context.new_page()
    page.goto("/manage/holidays/")
    page.get_by_label("Country", exact=True).fill("KE")
    page.get_by_role("button", name="Show them").click()
    expect(page.get_by_role("heading", name="What would be added")).to_be_visible()
    page.get_by_role("button", name="Add them").click()
    expect(page.get_by_text("holidays are added")).to_be_visible()
    assert Holiday.objects.count() > 5
