"""Choosing one of hundreds of doctors: by keyboard, by touch at 390 px, and without scripts."""

from datetime import time
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from appointments.models import WaitlistEntry
from clinics import services as clinic_services
from doctors.models import Doctor, WeeklyHours
from patients.models import Patient
from tests.browser.conftest import WIDTHS, Visitors, Watched, assert_accessible, sign_in, tab_to
from tests.factories import make_doctor, make_patient, make_type
from tests.web.many import MANY, more_doctors
from tests.web.people import user_of


@pytest.fixture
def jane(transactional_db: None) -> Patient:
    make_doctor(full_name="Ada Lovelace", specialization="Cardiology")
    more_doctors(MANY)
    return make_patient(full_name="Jane Doe")


@pytest.fixture
def joining(page: Page, context: BrowserContext, live_server: Any, jane: Patient) -> Page:
    sign_in(context, live_server, user_of(Role.PATIENT, patient=jane))
    page.goto("/my/waiting/join/")
    return page


@pytest.fixture
def desk(page: Page, context: BrowserContext, live_server: Any, jane: Patient) -> Page:
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    page.goto("/desk/")
    return page


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS)
def test_a_doctor_is_found_by_a_few_letters_and_enter(joining: Page, width: int) -> None:
    joining.set_viewport_size({"width": width, "height": 900})
    field = joining.get_by_role("combobox", name="Doctor")
    tab_to(joining, field)
    joining.keyboard.type("card")
    expect(joining.locator("li[role=option]")).to_have_text(["Ada Lovelace Cardiology"])
    assert_accessible(joining)
    joining.keyboard.press("Enter")
    expect(field).to_have_value("Ada Lovelace")
    expect(joining.locator("li[role=option]:visible")).to_have_count(0)
    joining.get_by_role("button", name="Join the list").press("Enter")
    expect(joining.get_by_role("heading", name="Waiting list")).to_be_visible()
    assert WaitlistEntry.objects.get().doctor.full_name == "Ada Lovelace"


def test_that_nobody_is_found_is_said_and_not_taken(joining: Page) -> None:
    field = joining.get_by_role("combobox", name="Doctor")
    field.press_sequentially("zoe")
    option = joining.locator("li[role=option]")
    expect(option).to_have_text(["Nobody is found like this."])
    expect(joining.locator("#announcements")).to_have_text("Nobody is found like this.")
    assert_accessible(joining)
    field.press("Enter")
    option.click(force=True)
    expect(field).to_have_value("zoe")
    field.fill("")
    expect(option).to_have_count(0)


def test_of_several_one_is_taken_after_sending_too(joining: Page, watched: Watched) -> None:
    watched.expect("400")
    joining.get_by_role("combobox", name="Doctor").fill("doctor 000")
    joining.keyboard.press("Escape")
    joining.get_by_role("button", name="Join the list").click()
    expect(joining.get_by_role("alert")).to_contain_text("Several doctors are found like this.")
    assert_accessible(joining)
    field, option = joining.get_by_role("combobox", name="Doctor"), joining.locator("li[role=option]")
    field.fill("lovel")
    expect(option).to_have_count(1)
    above, below = field.bounding_box(), joining.locator(".combo > .options").bounding_box()
    assert above and below
    assert 0 < below["y"] - above["y"] - above["height"] < 8  # beside what is typed, and not beneath all who are found
    option.click()
    joining.get_by_role("button", name="Join the list").click()
    expect(joining.get_by_role("heading", name="Waiting list")).to_be_visible()
    assert WaitlistEntry.objects.get().doctor.full_name == "Ada Lovelace"


def test_without_scripts_a_name_is_enough(
    visitors: Visitors, watched: Watched, live_server: Any, jane: Patient
) -> None:
    watched.expect("400")
    context = visitors.new(java_script_enabled=False, viewport={"width": WIDTHS["phone"], "height": 844})
    sign_in(context, live_server, user_of(Role.PATIENT, patient=jane))
    page = context.new_page()
    page.goto("/my/waiting/join/")
    page.get_by_label("Doctor").fill("doctor 000")
    page.get_by_role("button", name="Join the list").click()
    page.get_by_label("Doctor 0007").check()
    page.get_by_role("button", name="Join the list").click()
    expect(page.get_by_role("heading", name="Waiting list")).to_be_visible()
    assert WaitlistEntry.objects.get().doctor.full_name == "Doctor 0007"


def test_the_calendar_becomes_that_of_the_doctor_who_is_taken(desk: Page) -> None:
    assert_accessible(desk)
    desk.get_by_role("combobox", name="Doctor").fill("lovel")
    desk.locator("li[role=option]").click()
    desk.wait_for_url("**doctor_name=Ada**")
    expect(desk.locator("#calendar .who-name")).to_have_text(["Ada Lovelace"])
    desk.get_by_role("combobox", name="Doctor").fill("")
    desk.keyboard.press("Tab")
    expect(desk.locator("#calendar .who-name")).to_have_count(100)


def test_filters_stay_as_high_as_they_are_beside_doctors_of_whom_one_is_to_be_chosen(desk: Page) -> None:
    day = desk.get_by_label("Day", exact=True)
    usual = day.bounding_box()
    desk.goto("/desk/?doctor=&doctor_name=doctor+000")
    assert_accessible(desk)
    beside = day.bounding_box()
    assert usual and beside
    assert beside["height"] == usual["height"]


def test_a_visit_is_booked_with_a_doctor_who_is_typed(desk: Page, jane: Patient) -> None:
    desk.keyboard.press("n")
    desk.locator("#id_query").fill("jane")
    desk.locator("#patient-options li").first.click()
    desk.locator("#whom-text").fill("0042")
    expect(desk.locator("#whom-options li")).to_have_text(["Doctor 0042 General"])
    desk.keyboard.press("Enter")
    expect(desk.locator("#whom-text")).to_have_value("Doctor 0042")
    expect(desk.locator("#times .slot").first).to_contain_text("Doctor 0042")
    desk.locator("#book").click()
    expect(desk.locator("#toasts")).to_contain_text("with Doctor 0042")


def test_who_is_looked_for_is_looked_for_at_another_place_too(page: Page, jane: Patient) -> None:
    kind = make_type(name="Consultation", bookable_online=True)
    place = clinic_services.open_location(name="West", time_zone="UTC")
    WeeklyHours.objects.create(
        doctor=Doctor.objects.get(full_name="Doctor 0099"), location=place, weekday=0, start=time(8), end=time(18)
    )
    page.goto(f"/book/{kind.pk}/")
    page.get_by_label("Name or specialty").fill("lovel")
    expect(page.get_by_label("Ada Lovelace")).to_be_checked()
    page.get_by_label("Location").select_option("West")
    expect(page.locator("#found")).to_contain_text("Nobody is found like this.")
    expect(page.get_by_label("Name or specialty")).to_have_value("lovel")


def test_a_visitor_finds_a_doctor_among_hundreds(page: Page, jane: Patient) -> None:
    page.set_viewport_size({"width": WIDTHS["phone"], "height": 844})
    kind = make_type(name="Consultation", bookable_online=True)
    page.goto(f"/book/{kind.pk}/")
    assert_accessible(page)
    page.get_by_label("Name or specialty").fill("0099")
    expect(page.locator("#found .option")).to_have_count(2)
    expect(page.get_by_label("Doctor 0099")).to_be_checked()
    page.get_by_role("button", name="Show free times").click()
    expect(page.get_by_text("Doctor 0099").first).to_be_visible()
