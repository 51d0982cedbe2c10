"""Quick booking in a browser: by six keys and a name, by four clicks, and what comes in between."""

import re
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from appointments.models import Appointment, WaitlistEntry
from doctors.models import Doctor
from patients.models import Patient
from tests.browser.conftest import WIDTHS, Watched, assert_accessible, sign_in
from tests.factories import at, book, make_doctor, make_patient, set_hours
from tests.web.people import user_of


@pytest.fixture
def heart(transactional_db: None) -> Doctor:
    make_doctor(full_name="Anna Skin", specialization="Dermatology")
    return make_doctor(full_name="Priya Heart", specialization="Cardiology")


@pytest.fixture
def jane(heart: Doctor) -> Patient:
    return make_patient(full_name="Jane Doe")


@pytest.fixture
def desk(page: Page, context: BrowserContext, live_server: Any, jane: Patient) -> Page:
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    page.goto("/desk/")
    expect(page.locator("#desk[data-alive]")).to_be_attached()
    return page


def open_form(desk: Page) -> None:
    desk.keyboard.press("n")
    expect(desk.locator("#id_query")).to_be_focused()


def test_next_time_with_a_cardiologist_takes_a_name_and_six_keys(desk: Page, heart: Doctor, jane: Patient) -> None:
    open_form(desk)
    desk.keyboard.type("jane")
    desk.keyboard.press("Enter")
    expect(desk.locator("#whom-text")).to_be_focused()
    desk.keyboard.type("card")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")  # the times may still be on their way
    expect(desk.locator("#toasts")).to_contain_text("Booked: Jane Doe, Monday 2 March, 08:00, with Priya Heart.")
    expect(desk.locator("#panel")).to_be_hidden()
    visit = Appointment.objects.get()
    assert (visit.patient, visit.doctor, visit.start) == (jane, heart, at("2026-03-02 08:00"))
    expect(desk.locator(f"#visit-{visit.pk}")).to_be_visible()


def test_next_time_with_a_cardiologist_takes_four_clicks(desk: Page, heart: Doctor) -> None:
    desk.get_by_role("link", name="New visit").click()
    desk.locator("#id_query").fill("jane")
    desk.get_by_role("option", name="Jane Doe").click()
    desk.locator("#whom-options li", has_text="Cardiology").click()
    expect(desk.locator("#times input")).to_have_count(5)
    expect(desk.locator("#times label").first).to_contain_text("Priya Heart")
    desk.get_by_role("button", name="Book", exact=True).click()
    expect(desk.locator("#panel")).to_be_hidden()
    assert Appointment.objects.get().doctor == heart


def test_first_free_time_of_an_afternoon_is_asked_for_on_the_phone(desk: Page, heart: Doctor, jane: Patient) -> None:
    desk.goto(f"/desk/book/?patient={jane.pk}&whom=doctor:{heart.pk}")
    with desk.expect_response("**/desk/book/times/"):
        desk.get_by_label("From").fill("2026-03-09")
    with desk.expect_response("**/desk/book/times/"):
        desk.get_by_label("Time of day").select_option("afternoon")
    expect(desk.locator("#times label").first).to_contain_text("Monday 9 March, 12:00")
    assert_accessible(desk)


def test_pressing_book_twice_books_once(desk: Page) -> None:
    desk.get_by_role("link", name="New visit").click()
    desk.locator("#id_query").fill("jane")
    desk.get_by_role("option", name="Jane Doe").click()
    desk.locator("#whom-options li", has_text="Cardiology").click()
    expect(desk.locator("#times label").first).to_contain_text("Priya Heart")
    desk.locator("#book").dblclick()
    expect(desk.locator("#panel")).to_be_hidden()
    assert Appointment.objects.count() == 1


def test_refusal_is_shown_in_the_dialog_of_the_demo_as_well(desk: Page, watched: Watched, settings: Any) -> None:
    settings.DEBUG = True
    watched.expect("400")
    desk.reload()
    expect(desk.locator("#desk[data-alive]")).to_be_attached()
    open_form(desk)
    desk.locator("#book").click()
    expect(desk.locator("#panel .summary")).to_be_focused()
    expect(desk.locator("#panel .summary")).to_contain_text("Choose the patient.")
    expect(desk.locator("#desk")).to_be_attached()


def test_longest_name_fits_a_phone_while_it_is_booked(desk: Page) -> None:
    long = make_patient(full_name="Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren Blaine")
    desk.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    desk.goto(f"/desk/book/?patient={long.pk}")
    assert desk.evaluate("document.documentElement.scrollWidth") == WIDTHS["phone"]
    desk.locator("#book").click()
    desk.wait_for_url("**/desk/visits/**")
    assert desk.evaluate("document.documentElement.scrollWidth") == WIDTHS["phone"]


def test_time_that_somebody_else_took_leaves_the_entries_and_offers_others(
    desk: Page, heart: Doctor, watched: Watched
) -> None:
    watched.expect("400")
    open_form(desk)
    desk.keyboard.type("jane")
    desk.get_by_role("option", name="Jane Doe").click()
    desk.locator("#whom-options li", has_text="Cardiology").click()
    expect(desk.locator("#times label").first).to_contain_text("Priya Heart")
    book("2026-03-02 08:00", doctor=heart)
    desk.get_by_role("button", name="Book", exact=True).click()
    expect(desk.locator("#panel .summary").first).to_be_focused()
    expect(desk.locator("#panel .summary").first).to_contain_text("This doctor is already booked at that time.")
    expect(desk.locator("#chosen-text")).to_contain_text("Jane Doe")
    assert_accessible(desk)
    desk.get_by_role("button", name=re.compile("^Monday 2 March, 08:30")).click()
    expect(desk.locator("#panel")).to_be_hidden()
    assert Appointment.objects.filter(start=at("2026-03-02 08:30")).exists()


def test_new_patient_is_registered_on_the_way(desk: Page) -> None:
    open_form(desk)
    desk.keyboard.type("Mary Newcomer")
    desk.keyboard.press("Enter")
    expect(desk.locator("#id_phone_number")).to_be_focused()
    desk.keyboard.type("0712 345 678")
    desk.keyboard.press("Enter")
    expect(desk.locator("#chosen-text")).to_contain_text("Mary Newcomer")
    expect(desk.locator("#whom-text")).to_be_focused()
    assert Patient.objects.filter(full_name="Mary Newcomer").count() == 1


def test_somebody_who_is_known_already_is_not_registered_again(desk: Page, jane: Patient, watched: Watched) -> None:
    watched.expect("409")
    open_form(desk)
    desk.locator("#new-patient summary").click()
    desk.locator("#id_full_name").fill("jane doe")
    desk.locator("#id_phone_number").fill(jane.phone_number)
    desk.get_by_role("button", name="Register the patient").click()
    expect(desk.locator("#who [role=alert]")).to_contain_text("registered already")
    assert_accessible(desk)
    desk.get_by_role("button", name="Use this record").click()
    expect(desk.locator("#chosen-text")).to_contain_text("Jane Doe")
    assert Patient.objects.count() == 1


def test_where_nothing_is_free_the_patient_waits(desk: Page, heart: Doctor, jane: Patient) -> None:
    set_hours(heart)
    open_form(desk)
    desk.keyboard.type("jane")
    desk.keyboard.press("Enter")
    expect(desk.locator("#whom-text")).to_be_focused()
    desk.keyboard.type("card")
    desk.keyboard.press("Enter")
    expect(desk.locator("#times .empty")).to_be_visible()
    assert_accessible(desk)
    desk.get_by_role("button", name="Put the patient on the waiting list").click()
    expect(desk.locator("#toasts")).to_contain_text("Jane Doe is on the waiting list.")
    assert WaitlistEntry.objects.get().patient == jane


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_form_is_accessible_in_each_of_its_states(desk: Page, width: int) -> None:
    desk.set_viewport_size({"width": width, "height": 900})
    open_form(desk)
    assert_accessible(desk)
    desk.keyboard.type("jane")
    expect(desk.get_by_role("option", name="Jane Doe")).to_be_visible()
    assert_accessible(desk)
    desk.keyboard.press("Enter")
    expect(desk.locator("#whom-options li", has_text="Cardiology")).to_be_visible()
    other = desk.get_by_role("button", name="Another one").bounding_box()
    assert other and other["height"] < 40, "its words are broken"
    assert_accessible(desk)
