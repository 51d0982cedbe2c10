"""A patient's own pages in a browser, and the switch of languages."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from appointments import services, waitlist
from appointments.models import Appointment, WaitlistEntry
from doctors.models import Doctor
from patients.models import Patient
from tests.browser.conftest import WIDTHS, Visitors, assert_accessible, sign_in
from tests.factories import at, book, make_doctor, make_patient, make_type

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor(full_name="Ada Smith")


@pytest.fixture
def jane(doctor: Doctor) -> Patient:
    """With a child, a visit on Wednesday, and an offer from the waiting list."""
    make_type(name="Consultation", duration_minutes=30)
    jane = make_patient(full_name="Jane Doe", user=User.objects.create_user("jane", role="patient"))
    make_patient(full_name="Tim Doe", guardian=jane)
    book("2026-03-04 10:00", patient=jane, doctor=doctor)
    freed = book("2026-03-05 10:00", doctor=doctor)
    waitlist.join(patient=jane, doctor=doctor, earliest=date(2026, 3, 2), latest=date(2026, 4, 2))
    services.cancel(freed)
    return jane


@pytest.fixture
def mine(context: BrowserContext, live_server: Any, jane: Patient) -> Page:
    sign_in(context, live_server, jane.user)
    return context.new_page()


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name, exact=True)


def test_a_parent_books_for_a_child(mine: Page) -> None:
    mine.goto("/my/")
    mine.get_by_role("link", name="Book a visit").last.click()
    mine.get_by_role("link", name="Consultation").click()
    button(mine, "Show free times").click()
    button(mine, "Take this time").click()
    mine.get_by_label("Tim Doe").check()
    button(mine, "Continue").click()
    button(mine, "Book this visit").click()
    expect(mine.get_by_text("Your visit is booked.")).to_be_visible()
    assert Appointment.objects.get(patient__full_name="Tim Doe").start == at("2026-03-02 08:00")


def test_an_offer_is_taken_by_keyboard(mine: Page, jane: Patient) -> None:
    mine.goto("/my/waiting/")
    take = button(mine, "Take this time")
    for _ in range(30):
        mine.keyboard.press("Tab")
        if take.evaluate("button => button === document.activeElement"):
            break
    mine.keyboard.press("Enter")
    expect(mine.get_by_text("Your visit is booked.")).to_be_visible()
    assert WaitlistEntry.objects.get().status == "booked"


def test_a_visit_is_moved_without_scripts(visitors: Visitors, live_server: Any, jane: Patient) -> None:
    context = visitors.new(java_script_enabled=False)
    sign_in(context, live_server, jane.user)
    page = context.new_page()
    page.goto("/my/")
    page.get_by_role("link", name="Wednesday 4 March 2026, 10:00").click()
    page.get_by_role("link", name="Move", exact=True).click()
    page.get_by_text("Tuesday 3 March 2026").first.click()
    page.get_by_role("group", name="Tuesday 3 March 2026").get_by_label("14:00").check()
    button(page, "Move to this time").click()
    expect(page.get_by_text("Your visit has been moved.")).to_be_visible()
    assert Appointment.objects.get(patient=jane).start == at("2026-03-03 14:00")


def test_pages_of_patients_are_accessible_in_both_languages(mine: Page, jane: Patient) -> None:
    visit = Appointment.objects.get(patient=jane).pk
    mine.set_viewport_size({"width": WIDTHS["phone"], "height": 900})
    pages = ["", f"visits/{visit}/", "people/", f"people/{jane.pk}/", "waiting/", "waiting/join/"]
    for path in pages[:3]:
        mine.goto(f"/my/{path}")
        assert_accessible(mine)
    button(mine, "Français").click()
    expect(mine.get_by_role("heading", name="Coordonnées")).to_be_visible()
    assert mine.evaluate("document.documentElement.lang") == "fr"
    for path in pages[3:]:
        mine.goto(f"/my/{path}")
        assert_accessible(mine)
