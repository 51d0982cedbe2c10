"""Booking without an account, page by page, and the private link of what was booked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from accounts.models import User
from appointments import services
from appointments.models import Appointment, Hold, OnlineBooking
from audit.models import AuditEvent
from clinics import services as clinic_services
from clinics.models import AppointmentType
from common import rates
from doctors import services as doctor_services
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, make_type, set_hours
from tests.pages import entries
from tests.web.booking import Booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor(full_name="Ada Smith")


@pytest.fixture
def kind() -> AppointmentType:
    return make_type(name="Consultation", duration_minutes=30)


@pytest.fixture
def visitor(client: Client, kind: AppointmentType, doctor: Doctor) -> Booking:
    return Booking(client, kind)


def text(answer: Any) -> str:
    return answer.content.decode()


# --- The steps ---------------------------------------------------------------------------------------


def test_only_what_can_be_booked_online_is_on_the_list(client: Client, kind: AppointmentType) -> None:
    make_type(name="Surgery", bookable_online=False)
    make_type(name="Bygone", active=False)
    page = text(client.get("/book/"))
    assert [name in page for name in ("Consultation", "Surgery", "Bygone")] == [True, False, False]


def test_what_is_not_on_the_list_is_not_there(client: Client) -> None:
    hidden = make_type(bookable_online=False)
    for path in (f"/book/{hidden.pk}/", f"/book/{hidden.pk}/times/", "/book/9999/"):
        assert (path, client.get(path).status_code) == (path, 404)


def test_who_gives_it_is_offered_and_the_first_who_is_free_preselected(client: Client, doctor: Doctor) -> None:
    make_doctor(full_name="Bob Brown")
    kind = make_type(doctors=[doctor])
    page = text(client.get(f"/book/{kind.pk}/"))
    assert [name in page for name in ("Ada Smith", "Bob Brown")] == [True, False]
    assert 'id="doctor_any" value="" checked' in page


def test_the_place_chosen_narrows_the_doctors(client: Client, kind: AppointmentType, doctor: Doctor) -> None:
    harbour = clinic_services.open_location(name="Harbour", time_zone="Europe/London")
    far = make_doctor(full_name="Bob Brown")
    set_hours(far, "mon 08:00-12:00", location=harbour)
    assert "Harbour" in text(client.get(f"/book/{kind.pk}/"))
    page = text(client.get(f"/book/{kind.pk}/?location={harbour.pk}"))
    assert [name in page for name in ("Ada Smith", "Bob Brown")] == [False, True]


def test_the_first_free_time_is_preselected(visitor: Booking, doctor: Doctor) -> None:
    book("2026-03-02 08:00", doctor=doctor)
    page = text(visitor.times())
    assert f'value="{doctor.pk}-20260302T0830Z" checked' in page
    assert page.count(" checked>") == 1


def test_days_without_free_times_are_skipped(visitor: Booking, doctor: Doctor) -> None:
    set_hours(doctor, "thu 08:00-09:00")
    assert f'value="{doctor.pk}-20260305T0800Z" checked' in text(visitor.times())


def test_a_visit_over_the_midnight_that_ends_a_page_is_on_it(visitor: Booking, doctor: Doctor) -> None:
    set_hours(doctor, "sun 23:45-00:15")
    assert f'value="{doctor.pk}-20260308T2345Z" checked' in text(visitor.times("?from=2026-03-02"))
    assert f'value="{doctor.pk}-20260315T2345Z" checked' in text(visitor.times("?from=2026-03-09"))


def test_times_are_shown_by_the_clock_of_the_place(client: Client, kind: AppointmentType, doctor: Doctor) -> None:
    nairobi = clinic_services.open_location(name="Nairobi", time_zone="Africa/Nairobi")
    set_hours(doctor, "mon 09:00-09:30", location=nairobi)
    page = text(client.get(f"/book/{kind.pk}/times/?location={nairobi.pk}"))
    assert f'value="{doctor.pk}-20260302T0630Z"' not in page  # 09:00 there is 06:00 UTC, now: it is over
    assert "Monday 9 March 2026" in page
    assert ">09:00</time>" in page
    assert "time zone Africa/Nairobi" in page


def test_a_time_that_is_not_on_the_list_cannot_be_taken(visitor: Booking, doctor: Doctor) -> None:
    never = ("00010101T0000Z", "99991231T2359Z")
    for value in ("20260302T1007Z", "20260302T2200Z", "20260301T1000Z", "nonsense", "99999999999T1000Z", *never):
        answer = visitor.take(doctor, value)
        assert (value, answer.status_code, Hold.objects.count()) == (value, 409, 0)


def test_without_a_time_the_page_asks_for_one(client: Client, visitor: Booking) -> None:
    answer = client.post(f"/book/{visitor.kind.pk}/times/", {})
    assert (answer.status_code, "Please choose a time." in text(answer)) == (409, True)


def test_taking_a_time_keeps_it(visitor: Booking, doctor: Doctor, client: Client) -> None:
    answer = visitor.take(doctor)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/book/details/")
    assert Hold.objects.get().start == at("2026-03-02 10:00")
    assert "This time is kept for you until 06:10." in text(client.get("/book/details/"))
    assert f"{doctor.pk}-20260302T1000Z" not in text(Booking(Client(), visitor.kind).times())


def test_ones_own_kept_time_is_still_on_the_list_and_can_be_taken_again(visitor: Booking, doctor: Doctor) -> None:
    visitor.take(doctor)
    assert f'value="{doctor.pk}-20260302T1000Z" checked' in text(visitor.times())
    assert visitor.take(doctor).headers["Location"] == "/book/details/"
    assert Hold.objects.count() == 1


def test_another_time_gives_the_first_one_back(visitor: Booking, doctor: Doctor) -> None:
    visitor.take(doctor)
    visitor.take(doctor, "20260302T1100Z")
    assert [hold.start for hold in Hold.objects.all()] == [at("2026-03-02 11:00")]


def test_a_step_without_a_time_leads_to_the_beginning(client: Client) -> None:
    for path in ("/book/details/", "/book/check/", "/book/lost/"):
        assert (path, client.get(path).headers["Location"]) == (path, "/book/")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("full_name", "", "This field is required."),
        ("phone_number", "call me", "Enter a phone number, such as 0712 345 678 or +254 712 345 678."),
        ("email", "jane", "Enter a valid email address."),
        ("date_of_birth", "2027-01-01", "A date of birth cannot be in the future."),
        ("agreed", "", "Without this the clinic cannot keep the visit for you."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    visitor: Booking, doctor: Doctor, field: str, value: str, sentence: str
) -> None:
    visitor.take(doctor)
    answer = visitor.enter(**{field: value})
    assert answer.status_code == 400
    assert answer.context["form"].errors == {field: [sentence]}
    assert entries(answer)["phone_number"] == ("call me" if field == "phone_number" else "0712 345 678")


def test_the_answers_are_shown_before_they_are_booked(visitor: Booking, doctor: Doctor) -> None:
    visitor.take(doctor)
    visitor.enter(email="jane@example.com", date_of_birth="1990-01-31")
    page = text(visitor.check())
    for told in ("Jane Doe", "0712 345 678", "jane@example.com", "31 January 1990", "Ada Smith", "Consultation"):
        assert told in page
    assert Appointment.objects.count() == 0


def test_the_end_has_a_reference_a_link_and_a_file_for_the_calendar(
    visitor: Booking, doctor: Doctor, client: Client
) -> None:
    done = visitor.through(doctor)
    booking = OnlineBooking.objects.get()
    page = text(client.get(done))
    link = done.removesuffix("booked/")
    assert f"{booking.reference[:4]}-{booking.reference[4:]}" in page
    assert f"http://testserver{link}" in page
    assert f'href="{link}visit.ics"' in page


def test_nothing_of_a_visitor_is_left_in_the_session(visitor: Booking, doctor: Doctor, client: Client) -> None:
    visitor.through(doctor)
    assert "visitor" not in client.session


def test_the_form_that_was_sent_leads_to_the_same_booking_again(
    visitor: Booking, doctor: Doctor, client: Client
) -> None:
    visitor.take(doctor)
    visitor.enter()
    form = visitor.form()
    first, second = (client.post("/book/check/", form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert (Appointment.objects.count(), Patient.objects.count()) == (1, 1)
    visit = Appointment.objects.get()
    assert list(AuditEvent.objects.order_by("id").values_list("action", "outcome", "object_ids", "details")) == [
        ("appointment.book", "ok", [visit.pk], {}),
        ("appointment.book", "ok", [visit.pk], {"replayed": True}),
    ]


def test_a_form_of_another_window_books_nothing(visitor: Booking, doctor: Doctor, client: Client) -> None:
    visitor.take(doctor)
    visitor.enter()
    form = visitor.form()
    visitor.take(doctor, "20260302T1100Z")
    answer = client.post("/book/check/", form)
    assert (answer.status_code, Appointment.objects.count()) == (409, 0)
    assert "You have chosen another time meanwhile." in text(answer)


def test_where_the_clinic_does_not_want_it_the_page_says_what_to_do(
    visitor: Booking, doctor: Doctor, client: Client, settings: Any
) -> None:
    done = visitor.through(doctor)
    settings.ONLINE_BOOKING, settings.CLINIC_PHONE = False, "020 1234"
    for path in ("/book/", f"/book/{visitor.kind.pk}/times/", "/book/check/"):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 403)
        assert "Call the clinic: 020 1234." in text(answer)
    assert "/book/" not in text(client.get("/"))
    assert client.get(done).status_code == 200  # what was booked can still be managed


# --- The lost time -----------------------------------------------------------------------------------


def lose(visitor: Booking, doctor: Doctor, clock: time_machine.Traveller) -> None:
    """The hold ends, and somebody else takes the time."""
    clock.shift(timedelta(minutes=11))
    book("2026-03-02 10:00", doctor=doctor)


def test_a_hold_that_ended_is_made_anew_while_the_time_is_free(
    visitor: Booking, doctor: Doctor, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    clock.shift(timedelta(minutes=11))
    assert visitor.enter().headers["Location"] == "/book/check/"
    assert [hold.expires_at for hold in Hold.objects.standing(at("2026-03-02 06:11"))] == [at("2026-03-02 06:21")]


def test_a_lost_time_leads_to_three_others_and_the_entries_stay(
    visitor: Booking, doctor: Doctor, client: Client, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    visitor.enter()
    form = visitor.form()
    lose(visitor, doctor, clock)
    assert client.post("/book/check/", form).headers["Location"] == "/book/lost/"
    others = client.get("/book/lost/").context["others"]
    assert [slot.start for slot in others] == [at(f"2026-03-02 {time}") for time in ("09:00", "09:30", "10:30")]
    answer = client.post("/book/lost/", {"time": f"{doctor.pk}-20260302T1030Z"})
    assert answer.headers["Location"] == "/book/check/"
    assert "Jane Doe" in text(visitor.check())
    assert visitor.confirm().headers["Location"].endswith("/booked/")
    assert OnlineBooking.objects.get().appointment.start == at("2026-03-02 10:30")


def test_a_time_lost_while_the_details_are_entered_is_told_after_them(
    visitor: Booking, doctor: Doctor, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    lose(visitor, doctor, clock)
    assert visitor.enter().headers["Location"] == "/book/lost/"


def test_of_the_others_only_those_can_be_taken(
    visitor: Booking, doctor: Doctor, client: Client, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    lose(visitor, doctor, clock)
    answer = client.post("/book/lost/", {"time": f"{doctor.pk}-20260302T1000Z"})
    assert (answer.status_code, "This time is no longer free." in text(answer)) == (409, True)


# --- What others learn -------------------------------------------------------------------------------


def test_the_pages_say_the_same_whoever_is_a_patient_already(doctor: Doctor, kind: AppointmentType) -> None:
    """Known or not, busy at that time or not: the same way, the same words, a new record."""

    def told() -> list[Any]:
        client = Client()
        visitor = Booking(client, kind)
        answers = [visitor.take(doctor), visitor.enter(date_of_birth="1990-01-01"), visitor.confirm()]
        page = text(client.get(answers[-1].headers["Location"]))
        booking = OnlineBooking.objects.latest("id")
        token = answers[-1].headers["Location"].split("/")[2]
        csrf = entries(client.get("/book/"))["csrfmiddlewaretoken"]
        services.cancel(booking.appointment)
        page = page.replace(token, "TOKEN").replace(booking.spoken_reference, "REFERENCE")
        return [[answer.status_code for answer in answers], len(page), page.replace(csrf, "")[:200]]

    unknown = told()
    Patient.objects.all().update(full_name="Somebody Else")
    known = make_patient(full_name="Jane Doe", phone_number="0712 345 678", date_of_birth="1990-01-01")
    book("2026-03-02 10:00", patient=known)
    assert told()[:2] == unknown[:2]
    assert Patient.objects.count() == 3


# --- The private link --------------------------------------------------------------------------------


@pytest.fixture
def link(visitor: Booking, doctor: Doctor) -> str:
    """Of a visit on Wednesday at ten."""
    return visitor.through(doctor, "20260304T1000Z").removesuffix("booked/")


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


# --- How often ---------------------------------------------------------------------------------------


@pytest.fixture
def counted(settings: Any) -> Iterator[None]:
    """Five forms an hour from one address."""
    settings.RATE_LIMIT_ONLINE = (5, 3600)
    rates.forget()
    yield
    rates.forget()


def test_an_address_sends_so_many_forms_an_hour(client: Client, kind: AppointmentType, counted: None) -> None:
    answers = [client.post(f"/book/{kind.pk}/times/", {}, REMOTE_ADDR="203.0.113.7") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [409] * 5 + [429]
    assert answers[-1].headers["Retry-After"] == "3600"
    assert "That was too often" in text(answers[-1])
    assert client.get("/book/", REMOTE_ADDR="203.0.113.7").status_code == 200
    assert client.post(f"/book/{kind.pk}/times/", {}, REMOTE_ADDR="203.0.113.8").status_code == 409


def test_forms_of_private_links_count_too(client: Client, counted: None) -> None:
    answers = [client.post("/visit/guessed/cancel/", {}, REMOTE_ADDR="203.0.113.7") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [404] * 5 + [429]


# --- What is written down ----------------------------------------------------------------------------


def test_booking_and_what_a_link_does_are_written_down(client: Client, link: str, doctor: Doctor) -> None:
    client.get(link)
    client.post(f"{link}move/", {"time": f"{doctor.pk}-20260305T1400Z"})
    client.post(f"{link}cancel/", {})
    visit = OnlineBooking.objects.get().appointment
    told = ("action", "object_ids", "patient_ids", "actor", "outcome")
    assert list(AuditEvent.objects.order_by("id").values_list(*told)) == [
        (f"appointment.{verb}", [visit.pk], [visit.patient_id], None, "ok")
        for verb in ("book", "read", "reschedule", "cancel")
    ]


def rows() -> list[tuple[str, str]]:
    events = AuditEvent.objects.exclude(action="session.begin").order_by("id")
    return list(events.values_list("action", "outcome"))


@pytest.mark.parametrize("role", [None, "receptionist", "patient"])
def test_a_form_that_books_nothing_is_written_down_as_refused(client: Client, role: str | None) -> None:
    """Nothing was begun: a visitor is led to the beginning, a patient to their own pages."""
    if role:
        client.force_login(User.objects.create_user("somebody", role=role))
    assert client.post("/book/check/").headers["Location"] == ("/my/book/" if role == "patient" else "/book/")
    assert rows() == [("appointment.book", "refused")]


def test_a_booking_without_details_is_written_down_as_refused(visitor: Booking, doctor: Doctor) -> None:
    visitor.take(doctor)
    assert visitor.client.post("/book/check/").headers["Location"] == "/book/details/"
    assert rows() == [("appointment.book", "refused")]


def test_a_booking_whose_time_is_lost_is_written_down_as_refused(
    visitor: Booking, doctor: Doctor, clock: time_machine.Traveller
) -> None:
    visitor.take(doctor)
    visitor.enter()
    form = visitor.form()
    lose(visitor, doctor, clock)
    assert visitor.client.post("/book/check/", form).headers["Location"] == "/book/lost/"
    assert rows() == [("appointment.book", "refused")]


def test_what_a_link_may_no_longer_do_is_written_down_as_refused(
    client: Client, link: str, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 3, 3, 10, 1, tzinfo=UTC), tick=False)
    for page in ("move/", "cancel/"):
        client.get(link + page)
        client.post(link + page, {})
    assert rows()[1:] == [(f"appointment.{verb}", "refused") for verb in ("read", "reschedule", "read", "cancel")]


def test_no_token_is_written_down(client: Client, link: str) -> None:
    client.get(link)
    token = link.split("/")[2]
    assert token not in str(list(AuditEvent.objects.values()))


# --- Cost --------------------------------------------------------------------------------------------


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_a_page_of_times_takes_as_many_queries_for_three_doctors_as_for_one(
    client: Client, kind: AppointmentType
) -> None:
    make_doctor()
    one = queries(client, f"/book/{kind.pk}/times/")
    for _ in range(2):
        book(doctor=make_doctor())
    assert queries(client, f"/book/{kind.pk}/times/") == one


def test_the_list_of_types_takes_one_query(client: Client, kind: AppointmentType) -> None:
    assert queries(client, "/book/") == 1
    make_type(), make_type()
    assert queries(client, "/book/") == 1


def test_the_desk_finds_the_patient_by_the_reference(client: Client, link: str) -> None:
    client.force_login(User.objects.create_user("desk", role="receptionist"))
    reference = OnlineBooking.objects.get().spoken_reference
    assert "Jane Doe" in text(client.post("/patients/", {"q": reference.lower()}))


@pytest.mark.parametrize(
    "path",
    [
        "/book/99999999999999999999999/",
        "/book/{kind}/times/?location=nowhere",
        "/book/{kind}/times/?location=99999999999999999999999",
        "/book/{kind}/times/?doctor=%00",
        "/visit/%00/",
    ],
)
def test_nonsense_in_an_address_is_a_404(client: Client, kind: AppointmentType, doctor: Doctor, path: str) -> None:
    assert client.get(path.format(kind=kind.pk)).status_code == 404


@pytest.mark.parametrize("day", ["nonsense", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_day_that_shows_no_times_is_as_good_as_none(
    client: Client, kind: AppointmentType, doctor: Doctor, day: str
) -> None:
    page = text(client.get(f"/book/{kind.pk}/times/?from={day}"))
    assert f'value="{doctor.pk}-20260302T0800Z" checked' in page


def test_a_draft_of_another_version_leads_to_the_beginning(client: Client) -> None:
    session = client.session
    session["visitor"] = {"kind": 1, "colour": "blue"}
    session.save()
    client.cookies["sessionid"] = session.session_key
    assert client.get("/book/details/").headers["Location"] == "/book/"
