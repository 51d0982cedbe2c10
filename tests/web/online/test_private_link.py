"""The private link of what was booked without an account."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar

from accounts.models import User
from appointments.models import OnlineBooking
from clinics.models import Location
from doctors import services as doctor_services
from doctors.models import Doctor
from tests.factories import at, book
from tests.web.clients import text

pytestmark = pytest.mark.django_db


def test_the_link_shows_the_visit_and_no_one(client: Client, link: str) -> None:
    page = text(Client().get(link))
    assert "Wednesday 4 March 2026" in page
    assert "Ada Smith" in page
    assert "Jane" not in page
    assert "0712" not in page


def test_a_link_tells_no_other_page_where_it_is(client: Client, link: str) -> None:
    answer = client.get(link)
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


def test_opening_a_link_changes_nothing(client: Client, link: str) -> None:
    for page in ("", "move/", "cancel/", "booked/", "visit.ics"):
        assert (page, client.get(link + page).status_code) == (page, 200)
    assert OnlineBooking.objects.get().appointment.version == 1


def test_a_visit_is_cancelled_by_its_link_once(client: Client, link: str) -> None:
    for _ in range(2):
        assert client.post(f"{link}cancel/", {"reason": ""}).headers["Location"] == link
    visit = OnlineBooking.objects.get().appointment
    assert (visit.status, visit.version) == ("cancelled", 2)
    assert visit.history.last().reason == "Cancelled by the patient."
    page = text(client.get(link))
    assert "This visit is cancelled" in page
    assert "Book another visit" in page


def test_a_visit_is_moved_by_its_link(client: Client, link: str, doctor: Doctor) -> None:
    answer = client.post(f"{link}move/", {"time": f"{doctor.pk}-20260305T1400Z"})
    assert answer.headers["Location"] == link
    assert OnlineBooking.objects.get().appointment.start == at("2026-03-05 14:00")


def test_a_visit_whose_doctor_has_left_is_moved_by_the_clinic(client: Client, link: str, doctor: Doctor) -> None:
    doctor_services.deactivate(doctor)
    assert "There is no free time in the next months." in text(client.get(f"{link}move/"))
    assert client.post(f"{link}move/", {"time": f"{doctor.pk}-20260305T1400Z"}).status_code == 409


def test_a_move_to_a_time_that_is_taken_offers_others(client: Client, link: str, doctor: Doctor) -> None:
    book("2026-03-05 14:00", doctor=doctor)
    answer = client.post(f"{link}move/", {"time": f"{doctor.pk}-20260305T1400Z"})
    assert (answer.status_code, "This time is no longer free." in text(answer)) == (409, True)
    assert OnlineBooking.objects.get().appointment.start == at("2026-03-04 10:00")


def test_a_link_does_not_tell_what_else_the_record_holds(client: Client, link: str, doctor: Doctor) -> None:
    """The desk may have merged the record into one that has other visits."""
    book("2026-03-05 14:00", patient=OnlineBooking.objects.get().appointment.patient)
    answer = client.post(f"{link}move/", {"time": f"{doctor.pk}-20260305T1400Z"})
    assert "This doctor is already booked at that time." in text(answer)
    assert "patient already" not in text(answer)


@pytest.mark.parametrize("page", ["move/", "cancel/"])
def test_after_the_cut_off_the_link_says_to_call(
    client: Client, link: str, doctor: Doctor, page: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 3, 3, 10, 1, tzinfo=UTC), tick=False)
    for answer in (client.get(link + page), client.post(link + page, {"time": f"{doctor.pk}-20260305T1400Z"})):
        assert answer.headers["Location"] == link
    told = text(client.get(link))
    assert "Patients can move or cancel this visit until 1 day before it. Please call the clinic." in told
    assert f"{link}move/" not in told
    assert OnlineBooking.objects.get().appointment.version == 1


def test_a_link_that_leads_nowhere_says_what_to_do(client: Client) -> None:
    answer = client.get("/visit/unknown/")
    assert answer.status_code == 404
    assert "This link leads to no visit" in text(answer)
    assert answer.headers["Referrer-Policy"] == "strict-origin"


def test_a_week_after_the_visit_the_link_ends(client: Client, link: str, clock: time_machine.Traveller) -> None:
    clock.move_to(datetime(2026, 3, 11, 10, 29, tzinfo=UTC), tick=False)
    assert client.get(link).status_code == 200
    clock.move_to(datetime(2026, 3, 11, 10, 30, tzinfo=UTC), tick=False)
    for page in ("", "booked/", "move/", "cancel/", "visit.ics"):
        answer = client.get(link + page)
        assert (page, answer.status_code) == (page, 410)
        assert "Ada Smith" not in text(answer)
    assert client.post(f"{link}cancel/", {}).status_code == 410


def test_the_calendars_file_holds_the_time_and_nothing_about_health(client: Client, link: str) -> None:
    answer = client.get(f"{link}visit.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (at("2026-03-04 10:00"), at("2026-03-04 10:30"))
    assert (str(event["summary"]), str(event["location"])) == ("Visit at Test Clinic", "Test Clinic")
    assert str(event["status"]) == "CONFIRMED"
    assert b"Consultation" not in answer.content
    assert b"Smith" not in answer.content


def test_a_moved_visit_replaces_the_one_in_the_calendar(client: Client, link: str, doctor: Doctor) -> None:
    before = Calendar.from_ical(client.get(f"{link}visit.ics").content).walk("VEVENT")[0]
    client.post(f"{link}move/", {"time": f"{doctor.pk}-20260305T1400Z"})
    after = Calendar.from_ical(client.get(f"{link}visit.ics").content).walk("VEVENT")[0]
    assert (before["uid"], before["sequence"], after["sequence"]) == (after["uid"], 1, 2)


def test_the_desk_finds_the_patient_by_the_reference(client: Client, link: str) -> None:
    client.force_login(User.objects.create_user("desk", role="receptionist"))
    reference = OnlineBooking.objects.get().spoken_reference
    assert "Jane Doe" in text(client.post("/patients/", {"q": reference.lower()}))


def test_times_to_move_to_say_up_to_when_they_cannot_be_given_back_online(client: Client, link: str) -> None:
    sentence = "Times up to Monday 2 March 2026, 17:30 can be taken, but then neither moved nor cancelled online."
    assert sentence in text(client.get(f"{link}move/"))
    Location.objects.update(patient_cutoff_minutes=0)
    assert "can be taken" not in text(client.get(f"{link}move/"))
