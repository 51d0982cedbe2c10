"""Patients' pages in a browser: found by typing, registered, corrected and merged, by mouse and by keyboard."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from appointments import services
from patients.models import Patient
from tests.browser.conftest import WIDTHS, Visitors, Watched, assert_accessible, sign_in
from tests.factories import book, make_patient, make_user


@pytest.fixture
def desk(page: Page, context: BrowserContext, live_server: Any) -> Page:
    sign_in(context, live_server, make_user(Role.RECEPTIONIST))
    return page


def at_every_width(page: Page, check: Callable[[Page], None]) -> None:
    for width in (WIDTHS["phone"], WIDTHS["desk"]):
        page.set_viewport_size({"width": width, "height": 900})
        check(page)


def test_patient_is_found_while_typing_and_opened_by_keyboard_alone(desk: Page) -> None:
    make_patient(full_name="Amina Hassan", phone_number="0712 345 678")
    make_patient(full_name="Somebody Else")
    desk.goto("/patients/")
    at_every_width(desk, assert_accessible)
    desk.locator("#q").focus()
    desk.keyboard.type("amina")
    expect(desk.get_by_role("link", name="Somebody Else")).to_have_count(0)
    expect(desk.locator("#q")).to_be_focused()
    for _ in range(2):  # the button, then the only one who is found
        desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator("h1")).to_have_text("Amina Hassan")
    assert "amina" not in desk.url
    desk.goto("/patients/")
    desk.locator("#q").fill("nobody at all")
    expect(desk.get_by_text("Nobody is found like this")).to_be_visible()
    assert_accessible(desk)


@pytest.mark.parametrize("device", ["phone", "tablet"])
def test_nothing_of_a_list_is_cut_off(desk: Page, device: str) -> None:
    long = "somebody-with-a-name-that-does-not-end-soon.and-another-one"
    make_patient(full_name="Achieng Kariuki", email="achieng-kariuki.83@example.org", date_of_birth="1967-10-02")
    make_patient(full_name="Ana María", email=f"{long}@example.org", date_of_birth="1967-10-02")
    desk.set_viewport_size({"width": WIDTHS[device], "height": 900})
    desk.goto("/patients/")
    widths = desk.locator(".table-wrap").evaluate("element => [element.scrollWidth, element.clientWidth]")
    assert widths[0] <= widths[1]
    assert_accessible(desk)


def test_patient_is_registered_after_a_warning(desk: Page, watched: Watched) -> None:
    make_patient(full_name="Amina Hassan", phone_number="0712 345 678")
    watched.expect("status of 400")
    desk.goto("/patients/new/")
    desk.get_by_role("button", name="Register").click()
    expect(desk.locator(".summary")).to_be_focused()
    at_every_width(desk, assert_accessible)
    desk.get_by_label("Full name").fill("Hassan Amina")
    desk.get_by_label("Phone number").fill("+254 712 345678")
    desk.get_by_role("button", name="Register", exact=True).click()
    expect(desk.get_by_role("heading", name="Is it one of these?")).to_be_visible()
    assert_accessible(desk)
    desk.get_by_role("button", name="No, register a new patient").dblclick()
    expect(desk.locator("h1")).to_have_text("Hassan Amina")
    assert Patient.objects.count() == 2
    at_every_width(desk, assert_accessible)


def test_two_records_are_compared_and_merged(desk: Page) -> None:
    kept = make_patient(full_name="Amina Hassan", phone_number="0712 345 678")
    other = make_patient(full_name="Hassan, Amina", phone_number="0712345678", email="amina@example.org")
    book("2026-03-02 10:00", patient=other)
    desk.goto(f"/patients/{kept.pk}/")
    desk.get_by_role("link", name=f"Compare Hassan, Amina, record {other.pk}").click()
    at_every_width(desk, assert_accessible)
    desk.get_by_role("button", name=f"Merge into record {kept.pk}").click()
    expect(desk.get_by_role("link", name="amina@example.org")).to_be_visible()
    assert Patient.objects.get(pk=other.pk).merged_into == kept


def test_record_of_a_family_with_visits_to_come_and_past_is_accessible(desk: Page) -> None:
    mother = make_patient(full_name="Amina Hassan")
    for name in ("Zahra Hassan", "Yusuf Hassan"):
        make_patient(full_name=name, guardian=mother)
    services.complete(book("2026-03-02 08:00", patient=mother))
    book("2026-03-09 08:00", patient=mother)
    desk.goto(f"/patients/{mother.pk}/")
    at_every_width(desk, assert_accessible)


def test_record_is_corrected_without_scripts(visitors: Visitors, live_server: Any) -> None:
    patient = make_patient(full_name="Amina Hasan")
    context = visitors.new(java_script_enabled=False)
    sign_in(context, live_server, make_user(Role.RECEPTIONIST))
    page = context.new_page()
    page.goto("/patients/")
    page.get_by_label("Name, phone number, e-mail or ID").fill("hasan")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Amina Hasan").click()
    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Full name").fill("Amina Hassan")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_have_text("Amina Hassan")
    patient.refresh_from_db()
    assert patient.full_name == "Amina Hassan"


def test_stale_form_says_so_and_keeps_what_was_typed(desk: Page, watched: Watched) -> None:
    patient = make_patient(full_name="Amina Hasan")
    desk.goto(f"/patients/{patient.pk}/edit/")
    watched.expect("status of 412")
    Patient.objects.filter(pk=patient.pk).update(email="new@example.org")
    desk.get_by_label("Full name").fill("Amina Hassan")
    desk.get_by_role("button", name="Save").click()
    expect(desk.locator(".summary")).to_be_focused()
    expect(desk.get_by_label("Full name")).to_have_value("Amina Hassan")
    assert_accessible(desk)


def test_heads_of_the_form_stand_inside_their_panels(desk: Page) -> None:
    desk.goto("/patients/new/")
    for panel in desk.locator("fieldset.panel").all():
        frame, head = panel.bounding_box(), panel.locator("legend").bounding_box()
        assert frame
        assert head
        assert head["y"] > frame["y"]


def test_two_records_are_compared_on_a_phone_without_scrolling_aside(desk: Page) -> None:
    kept, other = make_patient(full_name="Amina Hassan"), make_patient(full_name="Amina Hasan")
    desk.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    desk.goto(f"/patients/{kept.pk}/merge/{other.pk}/")
    expect(desk.locator("tr", has_text="Full name").get_by_text("Amina Hasan", exact=True)).to_be_in_viewport(ratio=1)
    assert desk.locator(".table-wrap").evaluate("wrap => wrap.scrollWidth - wrap.clientWidth") == 0


def test_list_is_printed_whole_and_without_controls(desk: Page) -> None:
    make_patient(full_name="Achieng Kariuki", email=f"{'achieng-kariuki' * 3}@example.org")
    desk.goto("/patients/")
    desk.set_viewport_size({"width": 718, "height": 1000})  # A4 within its margins
    desk.emulate_media(media="print")
    expect(desk.get_by_role("link", name="Register a patient")).to_be_hidden()
    expect(desk.locator("#q")).to_be_hidden()
    assert desk.locator(".table-wrap").evaluate("wrap => wrap.scrollWidth - wrap.clientWidth") == 0


def test_list_on_a_phone_cuts_nothing_off_and_says_what_its_numbers_are(desk: Page) -> None:
    patient = make_patient(full_name="Achieng Kariuki", email=f"{'achieng-kariuki' * 4}@example.org")
    desk.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    desk.goto("/patients/")
    row = desk.locator("tr", has_text="Achieng Kariuki")
    number = row.locator("td", has_text=str(patient.pk)).last
    assert desk.locator(".table-wrap").evaluate("wrap => wrap.scrollWidth - wrap.clientWidth") == 0
    assert number.evaluate("cell => getComputedStyle(cell, '::before').content").startswith('"Record')


def test_half_a_date_is_not_dropped_but_asked_for(desk: Page) -> None:
    desk.goto("/patients/new/")
    desk.get_by_label("Full name").fill("Amina Hassan")
    desk.get_by_label("Phone number").fill("0712 345 678")
    born = desk.get_by_label("Date of birth")
    born.press_sequentially("12")
    desk.get_by_role("button", name="Register").click()
    expect(born).to_be_focused()
    expect(born).to_have_accessible_description("Complete this, or leave it empty.")
    assert_accessible(desk)
    born.fill("1990-12-01")
    expect(born).to_have_accessible_description("")
    desk.get_by_role("button", name="Register").click()
    expect(desk.locator("h1")).to_have_text("Amina Hassan")
