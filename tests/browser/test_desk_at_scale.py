"""The desk of a large clinic: twenty doctors, four hundred visits on one day."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlparse

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from accounts.roles import Role
from appointments.models import Appointment
from clinics.models import Location
from doctors.models import Doctor
from tests.browser.conftest import sign_in
from tests.factories import at, make_doctor, make_patient
from tests.web.people import user_of

DOCTORS, VISITS_EACH = 20, 20


@pytest.fixture
def large_clinic(transactional_db: None) -> list[Doctor]:
    doctors = [make_doctor(full_name=f"Doctor {number:02}") for number in range(DOCTORS)]
    place = Location.objects.default()
    start = at("2026-03-02 08:00")
    patients = [make_patient() for _ in range(VISITS_EACH)]
    # Each patient's twenty visits follow one another, each with another doctor: nobody is in two places.
    Appointment.objects.bulk_create(
        Appointment(
            doctor=doctor,
            patient=patients[(turn + number) % VISITS_EACH],
            location=place,
            start=start + turn * timedelta(minutes=30),
            end=start + (turn + 1) * timedelta(minutes=30),
        )
        for number, doctor in enumerate(doctors)
        for turn in range(VISITS_EACH)
    )
    return doctors


def test_day_of_400_visits_comes_in_one_document_and_no_more_requests_for_data(
    page: Page, context: BrowserContext, live_server: Any, large_clinic: list[Doctor]
) -> None:
    sign_in(context, live_server, user_of(Role.RECEPTIONIST))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlparse(request.url).path))
    page.goto("/desk/")
    expect(page.locator("#calendar button.visit")).to_have_count(DOCTORS * VISITS_EACH)
    expect(page.locator("#agenda-title ~ p")).to_contain_text("400 visits")
    # Style and behaviour are files that a browser keeps for ever; all that is about the clinic is in the document.
    assert [path for path in asked if not path.startswith("/static/")] == ["/desk/"]
    with page.expect_response("**/desk/day/**"):
        page.clock.fast_forward(5000)
    assert [path for path in asked if not path.startswith("/static/")] == ["/desk/", "/desk/day/"]
