"""The desk's calendar under a finger: it scrolls, opens, books, and drags what it has rested on for a moment."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.roles import Role
from appointments import services
from appointments.models import Appointment
from doctors.models import Doctor
from tests.browser.conftest import WIDTHS, Visitors, Watched, sign_in
from tests.browser.test_desk import ada, ben, spot, visit_of  # noqa: F401 - fixtures
from tests.factories import at, book, make_patient
from tests.web.people import user_of

# As long as a finger rests until the calendar lets it drag, and some more.
A_MOMENT = 700


@pytest.fixture(params=["phone", "tablet"])
def desk(request: Any, visitors: Visitors, live_server: Any, ada: Doctor, ben: Doctor) -> Page:  # noqa: F811
    viewport = {"width": WIDTHS[request.param], "height": 844}
    context = visitors.new(viewport=viewport, has_touch=True, is_mobile=True)
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    return context.new_page()


@pytest.fixture
def visit(ada: Doctor) -> Appointment:  # noqa: F811
    return book("2026-03-02 09:00", doctor=ada, patient=make_patient(full_name="Jane Doe"))


class Finger:
    """On the glass, as the device tells the browser. Playwright itself only taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.device = page, page.context.new_cdp_session(page)

    def _tell(self, kind: str, *points: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in points]
        self.device.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    def press(self, x: float, y: float, *, rest: int = 0) -> None:
        self.x, self.y = x, y
        self._tell("touchStart", (x, y))
        if rest:
            self.page.wait_for_timeout(rest)

    def go(self, x: float, y: float, *, steps: int = 8) -> None:
        for step in range(1, steps + 1):
            self._tell("touchMove", (self.x + (x - self.x) * step / steps, self.y + (y - self.y) * step / steps))
        self.x, self.y = x, y

    def lift(self) -> None:
        self._tell("touchEnd")

    def lose(self) -> None:
        """The device takes the touch away: a palm lies on the glass, somebody calls."""
        self._tell("touchCancel")


@pytest.fixture
def finger(desk: Page, visit: Appointment) -> Finger:
    desk.goto("/desk/?view=day")
    expect(visit_of(desk, visit)).to_be_visible()
    return Finger(desk)


def middle(page: Page, visit: Appointment) -> tuple[float, float]:
    box = visit_of(page, visit).bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + 3


def scrolled(page: Page) -> float:
    return float(page.evaluate("scrollY + document.querySelector('.ec-main').scrollTop"))


def test_visit_that_a_finger_rested_on_is_dragged_to_another_doctor_and_time(
    desk: Page,
    finger: Finger,
    visit: Appointment,
    ben: Doctor,  # noqa: F811
) -> None:
    finger.press(*middle(desk, visit), rest=A_MOMENT)
    finger.go(*spot(desk, 1, "10:00"))
    finger.lift()
    expect(desk.locator("#toasts")).to_contain_text("Jane Doe now comes on Monday 2 March, 10:00 to Ben Carson.")
    visit.refresh_from_db()
    assert (visit.start, visit.doctor) == (at("2026-03-02 10:00"), ben)
    assert scrolled(desk) == 0
    expect(desk.locator("#panel")).to_be_hidden()


def test_finger_that_passes_over_a_visit_scrolls_and_moves_nothing(
    desk: Page, finger: Finger, visit: Appointment
) -> None:
    x, y = middle(desk, visit)
    finger.press(x, y)
    finger.go(x, y - 120)
    finger.lift()
    desk.wait_for_function("document.querySelector('.ec-main').scrollTop > 50")
    assert desk.locator("#toasts").inner_text() == ""
    visit.refresh_from_db()
    assert (visit.version, visit.start) == (1, at("2026-03-02 09:00"))


def test_visit_that_a_finger_rested_on_and_left_where_it_was_is_opened(
    desk: Page, finger: Finger, visit: Appointment
) -> None:
    finger.press(*middle(desk, visit), rest=A_MOMENT)
    finger.lift()
    expect(desk.locator("#panel")).to_contain_text("Jane Doe")
    expect(desk.get_by_role("link", name="Move")).to_be_visible()
    assert desk.locator("#toasts").inner_text() == ""
    visit.refresh_from_db()
    assert visit.version == 1


def test_drag_that_the_device_breaks_off_moves_nothing_and_the_desk_goes_on(
    desk: Page, finger: Finger, visit: Appointment
) -> None:
    x, y = middle(desk, visit)
    finger.press(x, y, rest=A_MOMENT)
    finger.go(x, y + 96)
    expect(desk.locator(".ec-preview")).to_have_count(1)
    finger.lose()
    expect(desk.locator(".ec-preview, .ec-ghost")).to_have_count(0)
    visit_of(desk, visit).tap()
    expect(desk.locator("#panel")).to_contain_text("Jane Doe")
    services.confirm(visit)
    desk.clock.fast_forward(5000)
    expect(visit_of(desk, visit)).to_have_attribute("aria-label", re.compile("^09:00.*Confirmed"))


def test_refused_drag_by_a_finger_snaps_back_and_says_why(
    desk: Page, finger: Finger, visit: Appointment, watched: Watched
) -> None:
    watched.expect("400")
    book("2026-03-02 10:00", doctor=visit.doctor)
    finger.press(*middle(desk, visit), rest=A_MOMENT)
    finger.go(*spot(desk, 0, "10:00"))
    finger.lift()
    expect(desk.locator("#toasts")).to_contain_text("This doctor is already booked at that time.")
    expect(visit_of(desk, visit)).to_have_attribute("aria-label", re.compile("^09:00"))
    visit.refresh_from_db()
    assert visit.version == 1


def test_tap_on_an_empty_time_books_it(desk: Page, finger: Finger) -> None:
    desk.touchscreen.tap(*spot(desk, 0, "10:00"))
    expect(desk.locator("#id_query")).to_be_visible()
    expect(desk.locator("#panel")).to_contain_text("10:00")


def test_visit_is_moved_by_taps_in_the_dialog(desk: Page, finger: Finger, visit: Appointment) -> None:
    visit_of(desk, visit).tap()
    desk.get_by_role("link", name="Move").tap()
    desk.locator("#id_time").fill("11:00")
    desk.get_by_role("button", name="Move the visit").tap()
    expect(desk.locator("#toasts")).to_contain_text("Jane Doe now comes on Monday 2 March, 11:00")
    visit.refresh_from_db()
    assert visit.start == at("2026-03-02 11:00")
