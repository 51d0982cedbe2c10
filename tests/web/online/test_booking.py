"""Booking without an account, page by page."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import services
from appointments.models import Appointment, Hold, OnlineBooking
from audit.models import AuditEvent
from clinics import services as clinic_services
from clinics.models import AppointmentType
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, make_type, set_hours
from tests.pages import entries
from tests.web.booking import Booking
from tests.web.clients import text

pytestmark = pytest.mark.django_db


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


FINAL = "This visit begins soon: once it is booked, you can neither move nor cancel it online. If you cannot come, call"


def test_a_visit_that_can_never_be_moved_online_is_said_to_be_so_before_it_is_booked(
    visitor: Booking, doctor: Doctor, client: Client
) -> None:
    set_hours(doctor, "tue 05:00-18:00")
    for start, said in (("20260303T0530Z", True), ("20260303T0600Z", False)):  # a day after `NOW`, which is in time
        visitor.take(doctor, start)
        visitor.enter()
        pages = [text(client.get(f"/book/{step}/")) for step in ("details", "check")]
        assert (start, [FINAL in page for page in pages]) == (start, [said, said])


def test_free_times_say_up_to_when_they_cannot_be_given_back_online(visitor: Booking, doctor: Doctor) -> None:
    sentence = "Times up to Monday 2 March 2026, 17:30 can be taken, but then neither moved nor cancelled online."
    assert sentence in text(visitor.times())
    assert "can be taken" not in text(visitor.times("?from=2026-03-03"))


def test_the_link_to_a_visit_that_can_no_longer_be_moved_promises_to_show_it_only(
    visitor: Booking, doctor: Doctor, client: Client
) -> None:
    page = text(client.get(visitor.through(doctor, "20260302T1000Z")))
    assert "With it you can see the visit. Whoever has it can do the same: share it with nobody." in page
    assert "Patients can move or cancel this visit until 1 day before it. Please call the clinic." in page
    assert "see, move or cancel" not in page


def test_the_link_to_a_visit_that_can_be_moved_says_so(visitor: Booking, doctor: Doctor, client: Client) -> None:
    page = text(client.get(visitor.through(doctor, "20260304T1000Z")))
    assert "With it you can see, move or cancel the visit." in page
    assert "You can move or cancel the visit until Tuesday 3 March 2026, 10:00." in page


def test_where_is_asked_for_as_a_location(client: Client, kind: AppointmentType, doctor: Doctor) -> None:
    harbour = clinic_services.open_location(name="Harbour", time_zone="Europe/London")
    set_hours(make_doctor(), "mon 08:00-12:00", location=harbour)
    assert '<label class="form-label" for="id_location">Location</label>' in text(client.get(f"/book/{kind.pk}/"))
