"""A patient's own pages: their visits and their children's, and nobody else's."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from appointments import services, waitlist
from appointments.models import Appointment, Hold, WaitlistEntry
from audit.models import AuditEvent
from clinics.models import AppointmentType, Location
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, make_type
from tests.pages import entries
from tests.web.booking import Booking

pytestmark = pytest.mark.django_db


@pytest.fixture
def jane() -> Patient:
    return make_patient(full_name="Jane Doe", user=User.objects.create_user("jane", role="patient"))


@pytest.fixture
def child(jane: Patient) -> Patient:
    return make_patient(full_name="Tim Doe", guardian=jane)


@pytest.fixture
def mine(client: Client, jane: Patient) -> Client:
    client.force_login(jane.user)
    return client


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor(full_name="Ada Smith")


@pytest.fixture
def kind(doctor: Doctor) -> AppointmentType:
    return make_type(name="Consultation", duration_minutes=30)


def text(answer: Any) -> str:
    return answer.content.decode()


# --- Whose -------------------------------------------------------------------------------------------

PAGES = ("/my/", "/my/people/", "/my/waiting/", "/my/waiting/join/", "/my/book/")


@pytest.mark.parametrize("path", PAGES)
def test_pages_ask_to_sign_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize("role", ["admin", "receptionist", "doctor", "auditor"])
def test_pages_are_for_patients(client: Client, role: str) -> None:
    client.force_login(User.objects.create_user("somebody", role=role))
    assert [client.get(path).status_code for path in PAGES] == [403] * len(PAGES)


def test_a_patient_sees_their_own_visits_and_their_childrens(mine: Client, jane: Patient, child: Patient) -> None:
    book("2026-03-04 10:00", patient=jane)
    book("2026-03-05 11:00", patient=child)
    book("2026-03-06 12:00", patient=make_patient(full_name="Eve Other"))
    page = text(mine.get("/my/"))
    assert [when in page for when in ("Wednesday 4 March 2026", "Thursday 5 March 2026", "Friday 6 March")] == [
        True,
        True,
        False,
    ]
    assert "Eve Other" not in page


@pytest.mark.parametrize("page", ["", "move/", "cancel/", "visit.ics"])
def test_another_patients_visit_is_not_there(mine: Client, page: str) -> None:
    visit = book("2026-03-04 10:00")
    there, nowhere = mine.get(f"/my/visits/{visit.pk}/{page}"), mine.get(f"/my/visits/999999/{page}")
    assert (there.status_code, nowhere.status_code) == (404, 404)
    if page in ("move/", "cancel/"):
        assert mine.post(f"/my/visits/{visit.pk}/{page}", {}).status_code == 404
    visit.refresh_from_db()
    assert visit.version == 1


def test_another_patients_record_is_not_there(mine: Client) -> None:
    other = make_patient(full_name="Eve Other")
    for answer in (mine.get(f"/my/people/{other.pk}/"), mine.post(f"/my/people/{other.pk}/", {"phone_number": "0700"})):
        assert answer.status_code == 404
    assert "Eve Other" not in text(mine.get("/my/people/"))


def test_another_patients_place_on_the_waiting_list_is_not_there(mine: Client, doctor: Doctor) -> None:
    entry = waitlist.join(patient=make_patient(), doctor=doctor, earliest=date(2026, 3, 2), latest=date(2026, 4, 2))
    answers = [mine.post(f"/my/waiting/{entry.pk}/{verb}/") for verb in ("accept", "decline", "leave")]
    assert [answer.status_code for answer in answers] == [404] * 3
    entry.refresh_from_db()
    assert entry.status == "waiting"


def test_nobody_books_for_another_patient(mine: Client, kind: AppointmentType, doctor: Doctor) -> None:
    other = make_patient(full_name="Eve Other")
    booking = Booking(mine, kind, "/my/book/")
    booking.take(doctor)
    answer = mine.post("/my/book/details/", {"patient": other.pk})
    assert answer.status_code == 400
    assert "Eve Other" not in text(answer)


def test_an_account_without_a_record_is_told_so(client: Client) -> None:
    client.force_login(User.objects.create_user("new", role="patient"))
    assert "Your account is not connected with your record at the clinic yet." in text(client.get("/my/"))


# --- Booking -----------------------------------------------------------------------------------------


def book_for(client: Client, kind: AppointmentType, doctor: Doctor, patient: Patient) -> Any:
    booking = Booking(client, kind, "/my/book/")
    booking.take(doctor, "20260304T1000Z")
    assert client.post("/my/book/details/", {"patient": patient.pk}).headers["Location"] == "/my/book/check/"
    return booking


def test_a_patient_books_for_their_child(
    mine: Client, kind: AppointmentType, doctor: Doctor, jane: Patient, child: Patient
) -> None:
    answer = book_for(mine, kind, doctor, child).confirm()
    visit = Appointment.objects.get()
    assert answer.headers["Location"] == f"/my/visits/{visit.pk}/"
    assert (visit.patient, visit.start, visit.created_by) == (child, at("2026-03-04 10:00"), jane.user)
    assert (Patient.objects.count(), Hold.objects.count()) == (2, 0)
    page = text(mine.get(f"/my/visits/{visit.pk}/"))
    assert "Your visit is booked." in page
    assert "Tim Doe" in page


def test_the_form_that_was_sent_leads_to_the_same_visit_again(
    mine: Client, kind: AppointmentType, doctor: Doctor, jane: Patient
) -> None:
    form = book_for(mine, kind, doctor, jane).form()
    first, second = (mine.post("/my/book/check/", form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    visit = Appointment.objects.get()
    told = AuditEvent.objects.filter(action="appointment.book").order_by("id")
    assert list(told.values_list("outcome", "object_ids", "details")) == [
        ("ok", [visit.pk], {}),
        ("ok", [visit.pk], {"replayed": True}),
    ]


def test_a_booking_that_was_not_begun_is_written_down_as_refused(mine: Client) -> None:
    assert mine.post("/my/book/check/", {"key": "unknown"}).headers["Location"] == "/my/book/"
    assert AuditEvent.objects.values_list("outcome").get(action="appointment.book") == ("refused",)


def test_a_form_whose_key_is_none_leads_to_the_beginning(mine: Client) -> None:
    assert mine.post("/my/book/check/", {"key": "a\x00b"}).headers["Location"] == "/my/book/"


def test_a_patient_who_is_elsewhere_is_offered_other_times(
    mine: Client, kind: AppointmentType, doctor: Doctor, jane: Patient
) -> None:
    booking = book_for(mine, kind, doctor, jane)
    form = booking.form()
    book("2026-03-04 10:00", patient=jane)
    assert mine.post("/my/book/check/", form).headers["Location"] == "/my/book/lost/"
    assert mine.get("/my/book/lost/").status_code == 200


def test_what_a_patient_may_book_is_bounded_on_pages_too(
    mine: Client, kind: AppointmentType, doctor: Doctor, jane: Patient, settings: Any
) -> None:
    settings.PATIENT_FUTURE_VISITS = 1
    book("2026-03-03 10:00", patient=jane)
    answer = book_for(mine, kind, doctor, jane).confirm()
    assert answer.status_code == 409
    assert "1 visits to come are all that can be booked online." in text(answer)


# --- Moving and cancelling -----------------------------------------------------------------------------


def test_a_patient_moves_and_cancels_their_visit(mine: Client, jane: Patient, doctor: Doctor) -> None:
    visit = book("2026-03-04 10:00", patient=jane, doctor=doctor)
    mine.post(f"/my/visits/{visit.pk}/move/", {"time": f"{doctor.pk}-20260305T1400Z"})
    visit.refresh_from_db()
    assert (visit.start, visit.history.last().by) == (at("2026-03-05 14:00"), jane.user)
    mine.post(f"/my/visits/{visit.pk}/cancel/", {"reason": "Travelling"})
    visit.refresh_from_db()
    assert (visit.status, visit.history.last().reason) == ("cancelled", "Travelling")


def test_within_the_cut_off_a_patient_is_told_to_call(mine: Client, jane: Patient, doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", patient=jane, doctor=doctor)
    for page in ("move/", "cancel/"):
        answer = mine.post(f"/my/visits/{visit.pk}/{page}", {"time": f"{doctor.pk}-20260305T1400Z"})
        assert answer.headers["Location"] == f"/my/visits/{visit.pk}/"
    assert "Please call the clinic." in text(mine.get(f"/my/visits/{visit.pk}/"))
    visit.refresh_from_db()
    assert visit.version == 1


# --- Contact details -----------------------------------------------------------------------------------


def test_a_patient_changes_how_they_are_reached_and_nothing_else(mine: Client, jane: Patient) -> None:
    typed = entries(mine.get(f"/my/people/{jane.pk}/")) | {"phone_number": "0799 000 000", "preferred_language": "fr"}
    answer = mine.post(f"/my/people/{jane.pk}/", {**typed, "full_name": "Eve", "desk_notes": "vip"})
    assert answer.headers["Location"] == "/my/people/"
    jane.refresh_from_db()
    assert (jane.phone_number, jane.preferred_language) == ("0799 000 000", "fr")
    assert (jane.full_name, jane.desk_notes) == ("Jane Doe", "")


def test_a_wrong_phone_number_is_said_beside_the_field(mine: Client, jane: Patient) -> None:
    answer = mine.post(f"/my/people/{jane.pk}/", {"phone_number": "call me"})
    assert answer.status_code == 400
    assert answer.context["form"].errors == {
        "phone_number": ["Enter a phone number, such as 0712 345 678 or +254 712 345 678."]
    }


# --- The waiting list ----------------------------------------------------------------------------------


def test_a_patient_joins_and_leaves_the_waiting_list(mine: Client, jane: Patient, doctor: Doctor) -> None:
    typed = entries(mine.get("/my/waiting/join/")) | {"patient": jane.pk, "doctor": doctor.pk}
    assert mine.post("/my/waiting/join/", typed).headers["Location"] == "/my/waiting/"
    entry = WaitlistEntry.objects.get()
    assert (entry.patient, entry.doctor, entry.status, entry.created_by) == (jane, doctor, "waiting", jane.user)
    assert "Ada Smith" in text(mine.get("/my/waiting/"))
    mine.post(f"/my/waiting/{entry.pk}/leave/")
    entry.refresh_from_db()
    assert entry.status == "withdrawn"


def test_the_waiting_list_repeats_what_was_asked_for(mine: Client, jane: Patient, doctor: Doctor) -> None:
    days = {"earliest": date(2026, 3, 2), "latest": date(2026, 4, 2)}
    waitlist.join(patient=jane, doctor=doctor, part_of_day="morning", **days)
    assert "<dt>Time of day</dt><dd>Morning (until 12:00)</dd>" in text(mine.get("/my/waiting/"))


def test_waiting_for_nothing_is_refused_in_the_forms_own_words(mine: Client, jane: Patient) -> None:
    typed = entries(mine.get("/my/waiting/join/")) | {"patient": jane.pk}
    answer = mine.post("/my/waiting/join/", typed)
    assert answer.status_code == 400
    assert answer.context["form"].errors == {"__all__": ["Name a doctor, what the visit is for, or both."]}


def test_waiting_until_a_year_that_nothing_is_booked_in_is_refused_as_in_the_api(
    mine: Client, jane: Patient, doctor: Doctor
) -> None:
    whom = {"patient": jane.pk, "doctor": doctor.pk}
    answer = mine.post("/my/waiting/join/", {**whom, "earliest": "0001-01-01", "latest": "9999-12-31"})
    sentence = "Enter a date from the years 1900 to 2199."
    assert (answer.status_code, answer.context["form"].errors) == (400, {"earliest": [sentence], "latest": [sentence]})


@pytest.fixture
def offered(mine: Client, jane: Patient, doctor: Doctor) -> WaitlistEntry:
    """Somebody has cancelled: the time is on offer."""
    visit = book("2026-03-04 10:00", doctor=doctor)
    entry = waitlist.join(patient=jane, doctor=doctor, earliest=date(2026, 3, 2), latest=date(2026, 4, 2))
    services.cancel(visit)
    return entry


def test_an_offer_is_accepted(mine: Client, jane: Patient, offered: WaitlistEntry) -> None:
    assert "A time has become free for you." in text(mine.get("/my/"))
    assert "This time is offered to you:" in text(mine.get("/my/waiting/"))
    answer = mine.post(f"/my/waiting/{offered.pk}/accept/")
    visit = Appointment.objects.get(patient=jane)
    assert (answer.headers["Location"], visit.start) == (f"/my/visits/{visit.pk}/", at("2026-03-04 10:00"))


def test_an_offer_that_can_never_be_moved_online_says_so(mine: Client, offered: WaitlistEntry) -> None:
    sentence = "This visit begins soon: once it is booked, you can neither move nor cancel it online."
    assert sentence not in text(mine.get("/my/waiting/"))
    Location.objects.update(patient_cutoff_minutes=3 * 24 * 60)
    assert sentence in text(mine.get("/my/waiting/"))


def test_an_offer_is_declined(mine: Client, offered: WaitlistEntry) -> None:
    assert mine.post(f"/my/waiting/{offered.pk}/decline/").headers["Location"] == "/my/waiting/"
    offered.refresh_from_db()
    assert offered.status == "waiting"
    assert "This time is offered to you:" not in text(mine.get("/my/waiting/"))


def test_an_offer_whose_time_is_over_cannot_be_accepted(mine: Client, offered: WaitlistEntry, clock: Any) -> None:
    clock.move_to(at("2026-03-02 07:01"), tick=False)
    mine.force_login(offered.patient.user)
    page = text(mine.post(f"/my/waiting/{offered.pk}/accept/", follow=True))
    assert "There is no offer to answer: it was answered, or its time is over." in page


# --- Cost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/my/", "/my/waiting/", "/my/people/"])
def test_lists_take_as_many_queries_for_three_rows_as_for_one(mine: Client, jane: Patient, path: str) -> None:
    def queries() -> int:
        mine.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert mine.get(path).status_code == 200
        return len(captured)

    def one_more(number: int) -> None:
        book(f"2026-03-0{number} 10:00", patient=jane)
        make_patient(guardian=jane)
        waitlist.join(patient=jane, doctor=make_doctor(), earliest=date(2026, 3, 2), latest=date(2026, 4, 2))

    one_more(3)
    one = queries()
    one_more(4), one_more(5)
    assert queries() == one


def test_navigation_names_the_page_that_one_is_on(mine: Client) -> None:
    for path, current in {"/my/": "My visits", "/my/book/": "Book a visit", "/my/waiting/": "Waiting list"}.items():
        page = text(mine.get(path))
        assert page.count('aria-current="page"') == 1
        assert f'aria-current="page">{current}</a>' in page


def test_patient_whose_account_is_not_connected_is_told_before_they_fill_in_a_form(client: Client) -> None:
    client.force_login(User.objects.create_user("new", role="patient"))
    page = client.get("/my/waiting/join/").content.decode()
    assert "not connected with your record" in page
    assert 'name="patient"' not in page
