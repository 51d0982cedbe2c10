"""Booking without an account in a browser: by mouse, by keyboard alone, without scripts; and what goes wrong."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Locator, Page, expect

from appointments.models import Appointment, Hold, OnlineBooking
from clinics.models import AppointmentType, Location
from doctors.models import Doctor
from patients.models import Patient
from tests.browser.conftest import WIDTHS, Visitors, Watched, assert_accessible, tab_to
from tests.factories import at, book, make_doctor, make_type

pytestmark = pytest.mark.django_db(transaction=True)

Way = Callable[[Page], None]


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor(full_name="Ada Smith")


@pytest.fixture(autouse=True)
def kind(doctor: Doctor) -> AppointmentType:
    make_type(name="Skin check", duration_minutes=15)
    return make_type(name="Consultation", duration_minutes=30)


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def to_details(page: Page) -> None:
    page.goto("/book/")
    page.get_by_role("link", name="Consultation").click()
    button(page, "Show free times").click()
    button(page, "Take this time").click()


def enter(page: Page) -> None:
    page.get_by_label("Full name").fill("Jane Doe")
    page.get_by_label("Phone number").fill("0712 345 678")
    page.get_by_label("The clinic may keep these details").check()
    button(page, "Continue").click()


def to_check(page: Page) -> None:
    to_details(page)
    enter(page)


def to_link(page: Page) -> None:
    """Of a visit on Friday: it can still be moved."""
    page.goto("/book/")
    page.get_by_role("link", name="Consultation").click()
    button(page, "Show free times").click()
    page.get_by_text("Friday 6 March 2026").first.click()
    page.get_by_role("group", name="Friday 6 March 2026").get_by_label("10:00").check()
    button(page, "Take this time").click()
    enter(page)
    button(page, "Book this visit").click()
    page.locator(".private-link a").click()


def with_the_mouse(page: Page) -> None:
    to_check(page)
    button(page, "Book this visit").click()


def with_the_keyboard(page: Page) -> None:
    """Tab, space, Enter and letters, nothing else."""

    def press(name: str, key: str = "Enter") -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(document.activeElement.innerText || document.activeElement.labels?.[0]?.innerText)"
            )
            if focused and name in focused:
                page.keyboard.press(key)
                return
        raise AssertionError(f"the keyboard never comes to {name}")

    page.goto("/book/")
    press("Consultation")
    page.wait_for_url("**/book/*/")
    press("Show free times")
    page.wait_for_url("**/times/**")
    press("08:00", "Enter")  # the one that is chosen already: Enter sends the form
    page.wait_for_url("**/details/")
    press("Full name", "Shift")
    page.keyboard.type("Jane Doe")
    page.keyboard.press("Tab")
    page.keyboard.type("0712 345 678")
    press("The clinic may keep these details", "Space")
    press("Continue")
    page.wait_for_url("**/check/")
    press("Book this visit")


@pytest.mark.parametrize(
    ("way", "options"),
    [(with_the_mouse, {}), (with_the_keyboard, {}), (with_the_mouse, {"java_script_enabled": False})],
    ids=["mouse", "keyboard", "no-scripts"],
)
def test_a_visit_is_booked(visitors: Visitors, way: Way, options: dict[str, Any]) -> None:
    page = visitors.new(**options).new_page()
    way(page)
    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    booking = OnlineBooking.objects.select_related("appointment__patient").get()
    assert (booking.appointment.patient.full_name, booking.appointment.start) == ("Jane Doe", at("2026-03-02 08:00"))
    expect(page.locator(".reference")).to_have_text(booking.spoken_reference)


@pytest.mark.parametrize("width", [WIDTHS["desk"], WIDTHS["phone"]], ids=["desk", "phone"])
def test_every_step_is_accessible(page: Page, watched: Watched, width: int) -> None:
    watched.expect("status of 400", "status of 403", "status of 404")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/book/")
    assert_accessible(page)
    page.get_by_role("link", name="Consultation").click()
    assert_accessible(page)
    button(page, "Show free times").click()
    assert_accessible(page)
    button(page, "Take this time").click()
    page.wait_for_url("**/details/")
    page.evaluate("document.querySelector('main form').noValidate = true")
    button(page, "Continue").click()
    expect(page.locator(".summary")).to_be_focused()
    assert_accessible(page)
    enter(page)
    assert_accessible(page)
    button(page, "Book this visit").click()
    page.wait_for_url("**/booked/")
    assert_accessible(page)
    page.goto("/visit/nowhere/")
    assert_accessible(page)


def test_two_clicks_book_once(page: Page) -> None:
    to_check(page)
    button(page, "Book this visit").dblclick()
    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    assert (Appointment.objects.count(), Patient.objects.count()) == (1, 1)


def test_back_and_book_again_leads_to_the_same_booking(page: Page) -> None:
    to_check(page)
    form = page.locator("main form input[name=key]").get_attribute("value")
    button(page, "Book this visit").click()
    page.wait_for_url("**/booked/")
    done = page.url
    assert form in done
    page.go_back()
    page.reload()
    expect(page.get_by_role("heading", name="What is the visit for?")).to_be_visible()
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["scripts", "no-scripts"])
def test_a_lost_time_offers_three_others_and_keeps_the_entries(
    visitors: Visitors, doctor: Doctor, options: dict[str, Any]
) -> None:
    page = visitors.new(**options).new_page()
    to_check(page)
    Hold.objects.all().delete()
    book("2026-03-02 08:00", doctor=doctor)
    button(page, "Book this visit").click()
    expect(page.get_by_role("heading", name="This time has just gone")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(3)
    if not options:
        assert_accessible(page)
    button(page, "Take this time").click()
    expect(page.get_by_text("Jane Doe")).to_be_visible()
    button(page, "Book this visit").click()
    expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
    assert OnlineBooking.objects.get().appointment.start == at("2026-03-02 08:30")


@pytest.mark.parametrize("options", [{}, {"java_script_enabled": False}], ids=["scripts", "no-scripts"])
def test_by_the_link_a_visit_is_moved_and_cancelled(visitors: Visitors, options: dict[str, Any]) -> None:
    page = visitors.new(**options).new_page()
    to_link(page)
    page.get_by_role("link", name="Move", exact=True).click()
    if not options:
        assert_accessible(page)
    page.get_by_text("Wednesday 4 March 2026").first.click()
    page.get_by_role("group", name="Wednesday 4 March 2026").get_by_label("14:00").check()
    button(page, "Move to this time").click()
    expect(page.get_by_text("Your visit has been moved.")).to_be_visible()
    assert OnlineBooking.objects.get().appointment.start == at("2026-03-04 14:00")
    page.get_by_role("link", name="Cancel the visit").click()
    if not options:
        assert_accessible(page)
    button(page, "Cancel the visit").click()
    expect(page.get_by_role("heading", name="This visit is cancelled")).to_be_visible()
    assert OnlineBooking.objects.get().appointment.status == "cancelled"
    if not options:
        assert_accessible(page)


def test_by_the_link_a_visit_is_moved_and_cancelled_by_the_keyboard_alone(page: Page) -> None:
    def press(target: Locator) -> None:
        tab_to(page, target)
        page.keyboard.press("Enter")

    Location.objects.update(patient_cutoff_minutes=0)
    to_link(page)
    press(page.get_by_role("link", name="Move", exact=True))
    page.wait_for_url("**/move/**")
    press(button(page, "Move to this time"))  # the first free time is chosen already
    expect(page.get_by_text("Your visit has been moved.")).to_be_visible()
    page.wait_for_load_state()
    press(page.get_by_role("link", name="Cancel the visit"))
    page.wait_for_url("**/cancel/**")
    press(button(page, "Cancel the visit"))
    expect(page.get_by_role("heading", name="This visit is cancelled")).to_be_visible()
    assert OnlineBooking.objects.get().appointment.status == "cancelled"


def test_no_request_tells_where_a_private_link_is(page: Page) -> None:
    to_link(page)
    token = page.url.rstrip("/").rsplit("/", 1)[-1]
    told: list[str] = []
    page.on("request", lambda request: told.append(request.headers.get("referer", "")))
    page.reload()
    page.get_by_role("link", name="Cancel the visit").click()
    button(page, "Cancel the visit").click()
    expect(page.get_by_role("heading", name="This visit is cancelled")).to_be_visible()
    assert [referrer for referrer in told if token in referrer] == []


def test_an_ended_link_and_the_cut_off_say_what_to_do(
    page: Page, watched: Watched, clock: time_machine.Traveller
) -> None:
    watched.expect("status of 410")
    to_link(page)
    link = page.url
    clock.move_to(at("2026-03-05 12:00"))
    page.goto(link)
    expect(page.get_by_text("Please call the clinic.")).to_be_visible()
    expect(page.get_by_role("link", name="Move", exact=True)).to_have_count(0)
    assert_accessible(page)
    clock.move_to(at("2026-03-06 10:30") + timedelta(days=7))
    page.goto(link)
    expect(page.get_by_role("heading", name="This link has ended")).to_be_visible()
    assert_accessible(page)


def test_another_time_zone_than_the_clinics_is_said(visitors: Visitors) -> None:
    near, far, mute = (
        visitors.new(**options).new_page()
        for options in ({}, {"timezone_id": "Africa/Nairobi"}, {"java_script_enabled": False})
    )
    for page in (near, far, mute):
        page.goto("/book/")
        page.get_by_role("link", name="Consultation").click()
        button(page, "Show free times").click()
    expect(near.locator(".zone")).to_be_hidden()
    expect(far.locator(".zone")).to_contain_text("The clock of your device shows another time zone: Africa/Nairobi.")
    expect(mute.locator(".zone")).to_have_text("All times are those of Test Clinic (time zone UTC).")


def test_later_days_come_without_a_new_page(page: Page) -> None:
    page.goto("/book/")
    page.get_by_role("link", name="Consultation").click()
    button(page, "Show free times").click()
    page.evaluate("window.stays = true")
    page.get_by_role("link", name="Later").click()
    expect(page.get_by_text("Monday 9 March 2026").first).to_be_visible()
    assert page.evaluate("window.stays") is True
    assert "from=2026-03-09" in page.url


def test_what_follows_the_facts_of_a_visit_stands_apart_from_them(page: Page) -> None:
    to_details(page)
    expect(page.locator("[data-zone]")).to_be_hidden()  # what is below it has gone up
    between = """() => document.querySelector(".kept").getBoundingClientRect().top
        - document.querySelector(".facts").getBoundingClientRect().bottom"""
    assert page.evaluate(between) >= 8


def test_labels_of_a_step_are_of_one_size(page: Page) -> None:
    page.goto("/book/")
    page.get_by_role("link", name="Consultation").click()
    legend = page.get_by_text("Doctor", exact=True)
    size = "label => getComputedStyle(label).fontSize"
    assert legend.evaluate(size) == page.locator(".option label").first.evaluate(size)


def test_what_is_chosen_shows_in_the_readers_own_colours(visitors: Visitors) -> None:
    page = visitors.new(forced_colors="active").new_page()
    page.goto("/book/")
    page.get_by_role("link", name="Consultation").click()
    assert page.locator(".form-check-input").first.evaluate("box => getComputedStyle(box).appearance") == "auto"
    button(page, "Show free times").click()
    ground = "label => getComputedStyle(label).backgroundColor"
    chosen = page.locator("input:checked + label")
    assert chosen.evaluate(ground) != page.locator("input:not(:checked) + label").first.evaluate(ground)
    assert_accessible(page)


def test_what_is_chosen_is_seen_in_the_dark(visitors: Visitors) -> None:
    page = visitors.new(color_scheme="dark").new_page()
    page.goto("/book/")
    page.get_by_role("link", name="Consultation").click()
    mark = page.locator(".form-check-input:checked").evaluate("radio => getComputedStyle(radio).backgroundImage")
    assert "%2306252a" in mark


def test_time_is_taken_on_a_phone_without_scrolling_past_the_days_that_follow(visitors: Visitors) -> None:
    page = visitors.new(viewport={"width": WIDTHS["phone"], "height": 600}).new_page()
    page.goto("/book/")
    page.get_by_role("link", name="Consultation").click()
    button(page, "Show free times").click()
    last = page.get_by_text("Friday 6 March 2026").first
    expect(button(page, "Take this time")).to_be_in_viewport()
    expect(last).not_to_be_in_viewport()
    page.locator("summary", has=last).focus()
    bar = page.locator("#free-times > .actions").bounding_box()
    focused = page.locator("summary", has=last).bounding_box()
    assert bar and focused and focused["y"] + focused["height"] <= bar["y"]
    assert_accessible(page)
