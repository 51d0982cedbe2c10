"""No page shows a person what only a machine reads: tags of languages, rows of hyphens, a day that is said twice."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.test import Client
from django.utils import translation

from accounts.roles import Role
from appointments import no_shows, online, services, walk_ins
from appointments.importing import appointments as importing
from tests.factories import at, book, close, make_doctor, make_patient, make_user
from tests.pages import entries
from tests.web.clients import signed_in, text
from web import days
from web.reasons import BY_ITSELF
from web.tongues import tongue
from web.views.visits import pages


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever language a page of the test before was in."""
    with translation.override("en"):
        yield


@pytest.fixture
def desk() -> Client:
    return signed_in(Role.RECEPTIONIST)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-03-02 09:00", "2026-03-02 12:30", "Mon 2 Mar 2026, 09:00–12:30"),
        ("2026-03-02 09:00", "2026-03-03 12:30", "Mon 2 Mar 2026, 09:00 – Tue 3 Mar 2026, 12:30"),
        ("2026-03-02 00:00", "2026-03-03 00:00", "Mon 2 Mar 2026, all day"),
        ("2026-03-02 00:00", "2026-03-07 00:00", "Mon 2 Mar 2026 – Fri 6 Mar 2026, all day"),
        ("2026-03-02 20:00", "2026-03-03 00:00", "Mon 2 Mar 2026, 20:00 – Tue 3 Mar 2026, 00:00"),
    ],
)
def test_a_stretch_of_time_names_a_day_once(start: str, end: str, said: str) -> None:
    assert days.stretch(datetime.fromisoformat(start), datetime.fromisoformat(end)) == said


@pytest.mark.django_db
def test_leave_is_listed_by_its_days(desk: Client) -> None:
    doctor = make_doctor()
    close(doctor, "2026-03-05 00:00", "2026-03-07 00:00")
    page = text(desk.get(f"/doctors/{doctor.pk}/leave/"))
    assert ">Thu 5 Mar 2026 – Fri 6 Mar 2026, all day</a>" in page


def test_languages_have_names_in_the_language_of_the_page() -> None:
    assert [tongue(tag) for tag in ("sw", "en-GB", "sw-KE", "zh-Hant", "luo", "")] == [
        *("Swahili", "British English", "Swahili (sw-KE)", "Traditional Chinese", "luo", "")
    ]
    with translation.override("fr"):
        assert tongue("es") == "Espagnol"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stored", "shown", "typed", "kept"),
    [
        ("sw", "Swahili", "Swahili", "sw"),
        ("sw-KE", "sw-KE", "sw-KE", "sw-KE"),  # its name would forget the region
        ("", "", "french", "fr"),
        ("", "", "luo", "luo"),
    ],
)
def test_a_language_is_entered_by_its_name_or_its_tag(
    desk: Client, stored: str, shown: str, typed: str, kept: str
) -> None:
    patient = make_patient(preferred_language=stored)
    address = f"/patients/{patient.pk}/edit/"
    form = entries(desk.get(address))
    assert form["preferred_language"] == shown
    assert desk.post(address, {**form, "preferred_language": typed}).status_code == 302
    patient.refresh_from_db()
    assert patient.preferred_language == kept
    assert f"<dd>{tongue(kept)}</dd>" in text(desk.get(f"/patients/{patient.pk}/"))


@pytest.mark.django_db
def test_no_list_begins_with_a_row_of_hyphens() -> None:
    admin = signed_in(make_user(Role.ADMIN))
    for address in ("/manage/rooms/", "/manage/holidays/", "/manage/users/", "/manage/types/", "/manage/locations/"):
        assert "---" not in text(admin.get(address)), address


def test_every_reason_that_the_system_writes_has_words() -> None:
    written = {
        no_shows.REASON,
        online.REASON,
        walk_ins.REASON,
        importing.WHY,
        pages.REASON_MOVED,
        pages.REASON_CANCELLED,
    }
    assert written == set(BY_ITSELF)


@pytest.mark.django_db
def test_history_says_in_french_what_the_system_wrote_and_leaves_what_people_wrote(desk: Client) -> None:
    visit = book("2026-03-02 10:00")
    services.reschedule(visit, start=at("2026-03-02 11:00"), reason="Moved by the patient.")
    services.reschedule(visit, start=at("2026-03-02 12:00"), reason="Bus was late.")
    page = text(desk.get(f"/desk/visits/{visit.pk}/", headers={"Accept-Language": "fr"}))
    assert (": Déplacé par le patient.</li>" in page, ": Bus was late.</li>" in page) == (True, True)
