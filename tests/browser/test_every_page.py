"""No page of any role is out of anybody's reach: axe on each of them, on a phone and on a desk."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from accounts.roles import Role
from appointments import waitlist
from clinics.models import Location
from tests.browser.conftest import WIDTHS, Watched, assert_accessible, sign_in
from tests.factories import book, close, make_doctor, make_patient, make_room, make_type, make_user

NARROWEST = 320  # what is left of a desk's window that is zoomed to 400 %
PAGES = {
    None: "/ /book/ /book/{type}/ /accounts/login/ /visit/unknown/ /nowhere/",
    Role.PATIENT: "/ /my/ /my/people/ /my/people/{patient}/ /my/waiting/ /my/waiting/join/ /my/book/ /my/book/{type}/ "
    "/my/visits/{visit}/ /my/visits/{visit}/move/ /my/visits/{visit}/cancel/",
    Role.DOCTOR: "/ /my-day/ /my-hours/ /my-leave/ /leave/{leave}/ /my-calendar/ /dashboard/ /accounts/2fa/ "
    "/accounts/2fa/totp/activate/ /accounts/password/change/ /desk/ /board/",
    Role.RECEPTIONIST: "/ /desk/?view=week /desk/?view=agenda /desk/book/ /desk/find/ /desk/visits/{visit}/ "
    "/desk/visits/{visit}/move/ /patients/ /patients/new/ /patients/{patient}/ /patients/{patient}/edit/ "
    "/patients/{patient}/guardian/ /patients/{patient}/merge/{other}/ /doctors/ /doctors/{doctor}/day/ "
    "/doctors/{doctor}/hours/ /doctors/{doctor}/leave/",
    Role.ADMIN: "/manage/ /manage/users/ /manage/users/{user}/ /manage/locations/ /manage/locations/{location}/ "
    "/manage/rooms/ /manage/rooms/{room}/ /manage/types/ /manage/types/{type}/ /manage/holidays/ /dashboard/",
    Role.AUDITOR: "/ /audit/",
}


@pytest.fixture
def visitor(context: BrowserContext, settings: Any, watched: Watched) -> Page:
    settings.ONLINE_BOOKING = True
    watched.expect("404")
    return context.new_page()


@pytest.mark.parametrize("role", PAGES, ids=lambda role: role or "visitor")
def test_page_is_accessible(visitor: Page, live_server: Any, role: Role | None) -> None:
    doctor = make_doctor()
    patient, other = make_patient(full_name="Amina Hassan"), make_patient(full_name="Amina Hasan")
    visit = book("2026-03-05 10:00", doctor=doctor, patient=patient, appointment_type=make_type())
    waitlist.join(patient=patient, doctor=doctor, earliest=date(2026, 3, 2), latest=date(2026, 3, 6))
    leave = close(doctor, "2026-03-05 09:00", "2026-03-05 12:00")
    user = make_user(
        role or "",
        doctor=doctor if role == Role.DOCTOR else None,
        patient=patient if role == Role.PATIENT else None,
    )
    ids = {
        "type": visit.appointment_type_id,
        "visit": visit.pk,
        "patient": patient.pk,
        "other": other.pk,
        "doctor": doctor.pk,
        "leave": leave.pk,
        "user": user.pk,
        "location": Location.objects.default().pk,
        "room": make_room().pk,
    }
    if role:
        sign_in(visitor.context, live_server, user)
    for address in PAGES[role].split():
        visitor.set_viewport_size({"width": NARROWEST, "height": 900})
        visitor.goto(address.format(**ids))
        assert visitor.locator("h1").count() == 1, address
        wide = visitor.evaluate("document.documentElement.scrollWidth")
        assert wide <= NARROWEST, f"{address} does not reflow: {wide}"
        for width in (WIDTHS["phone"], WIDTHS["desk"]):
            visitor.set_viewport_size({"width": width, "height": 900})
            try:
                assert_accessible(visitor)
            except AssertionError as found:
                raise AssertionError(f"{address} at {width}: {found}") from None
