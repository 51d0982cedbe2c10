"""No page reads a whole table that grows with the years, whoever opens it; and no page lists everybody there is."""

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from clinics import services as clinic_services
from tests.factories import book, make_doctor, make_patient, make_user, set_hours
from tests.plans import told_by_sqlite, whole_tables
from web.views.desk import wanted
from web.views.doctor import hours

DESK = [
    "/patients/",
    "/patients/{patient}/",
    "/desk/",
    "/desk/day/",
    "/desk/?view=week",
    "/desk/visits/{visit}/",
    "/board/",
    "/board/list/",
    "/doctors/",
    "/doctors/{doctor}/day/",
    "/doctors/{doctor}/hours/",
]
PAGES = {
    Role.RECEPTIONIST: DESK,
    Role.DOCTOR: ["/my-day/", "/my-hours/", "/my-leave/", "/patients/{patient}/"],
    Role.PATIENT: ["/my/", "/my/visits/{visit}/", "/my/people/", "/my/waiting/", "/my/waiting/join/", "/my/book/"],
}


@told_by_sqlite
@pytest.mark.parametrize(("role", "page"), [(role, page) for role, pages in PAGES.items() for page in pages])
def test_a_page_finds_what_it_shows_by_an_index(db: None, role: str, page: str) -> None:
    jane, doctor = make_patient(full_name="Jane"), make_doctor()
    whose = {Role.PATIENT: {"patient": jane}, Role.DOCTOR: {"doctor": doctor}}
    make_patient(full_name="Jim", guardian=jane)
    visit = book(patient=jane, doctor=doctor)
    client = Client()
    client.force_login(make_user(role, **whose.get(Role(role), {})))
    url = page.format(patient=jane.pk, visit=visit.pk, doctor=doctor.pk)
    assert whole_tables(client, url) == set()


def names(page: Any) -> list[str]:
    return [doctor.full_name for doctor in page.context["doctors"]]


@pytest.fixture
def desk(db: None) -> Client:
    client = Client()
    client.force_login(make_user(Role.RECEPTIONIST))
    return client


def test_the_calendar_shows_as_many_doctors_as_can_be_looked_at(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wanted, "MOST_DOCTORS", 2)
    ada, _, cyd = (make_doctor(full_name=name) for name in ("Ada", "Ben", "Cyd"))
    told = "These are the first 2 of 3 doctors by name. Choose a specialty or a doctor to see others."
    seen, unseen = book(doctor=ada), book(doctor=cyd)
    page = desk.get("/desk/")
    assert [doctor.full_name for doctor in page.context["book"].doctors] == ["Ada", "Ben"]
    assert page.context["book"].visits == [seen]
    assert told in page.content.decode()
    page = desk.get(f"/desk/?doctor={cyd.pk}")
    assert page.context["book"].visits == [unseen]
    assert told not in page.content.decode()


def test_the_directory_of_doctors_has_an_end_and_is_searched(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hours, "MOST_DOCTORS", 2)
    for name in ("Ada", "Ben", "Cyd"):
        make_doctor(full_name=name)
    page = desk.get("/doctors/")
    assert names(page) == ["Ada", "Ben"]
    assert "There are more: type more of the name." in page.content.decode()
    assert names(desk.get("/doctors/?q=cyd")) == ["Cyd"]
    assert "Nobody is found like this." in desk.get("/doctors/?q=zoe").content.decode()


def test_a_place_shows_its_own_doctors_and_visits(desk: Client) -> None:
    here, there = (clinic_services.open_location(name=name, time_zone="UTC") for name in ("Here", "There"))
    ada, ben = make_doctor(full_name="Ada"), make_doctor(full_name="Ben")
    set_hours(ada, "mon 08:00-12:00", location=here)
    set_hours(ben, "mon 08:00-12:00", location=there)
    visit = book("2026-03-02 10:00", doctor=ada)
    book("2026-03-02 10:00", doctor=ben)
    page = desk.get(f"/desk/?location={here.pk}")
    assert ([d.full_name for d in page.context["book"].doctors], page.context["book"].away) == (["Ada"], [])
    assert page.context["book"].visits == [visit]
