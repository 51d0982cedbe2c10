"""Appointments in the admin: the same rules as everywhere, worded the same, and never a 500."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from appointments import policy, services
from appointments.models import Appointment, AppointmentChange
from clinics.models import Location
from doctors import places
from doctors import services as doctor_services
from tests.factories import at, book, make_doctor, make_patient, make_user
from tests.pages import AdminPages, entries, errors

TAKEN = {"__all__": ["This doctor is already booked at that time."]}


@pytest.fixture
def pages(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, Appointment)


@pytest.fixture
def in_nairobi(db: None) -> Location:
    return places.amend_location(Location.objects.default(), time_zone="Africa/Nairobi")


@pytest.fixture
def in_london(db: None) -> Location:
    return places.amend_location(Location.objects.default(), time_zone="Europe/London")


def row(appointment: Appointment) -> dict[str, Any]:
    return Appointment.objects.filter(pk=appointment.pk).values().get()


# --- Adding ------------------------------------------------------------------------------------------


def test_added_appointment_is_booked(pages: AdminPages, user: User) -> None:
    doctor, patient = make_doctor(), make_patient()
    response = pages.add(patient=patient.pk, doctor=doctor.pk, start="2026-03-02T10:00", notes="First visit")
    assert errors(response) == {}
    booked = Appointment.objects.get()
    assert (booked.patient, booked.doctor, booked.notes, booked.created_by) == (patient, doctor, "First visit", user)
    assert (booked.start, booked.end, booked.status) == (at("2026-03-02 10:00"), at("2026-03-02 10:30"), "scheduled")
    assert list(booked.history.values_list("action", "by")) == [("booked", user.pk)]


def test_entered_time_is_read_by_the_clinics_clock(pages: AdminPages, in_nairobi: Location) -> None:
    pages.add(patient=make_patient().pk, doctor=make_doctor().pk, start="2026-03-02T10:00", duration_minutes=45)
    booked = Appointment.objects.get()
    assert (booked.start, booked.end) == (at("2026-03-02 07:00"), at("2026-03-02 07:45"))


def test_help_text_names_the_clock(pages: AdminPages, in_nairobi: Location) -> None:
    form = pages.client.get(pages.url("add")).context["adminform"].form
    assert form.fields["start"].help_text == "By the clock at Test Clinic (Africa/Nairobi)."


def test_double_booking_is_refused_and_nothing_is_written(pages: AdminPages) -> None:
    first = book("2026-03-02 10:00")
    patient = make_patient()
    entered = {"patient": patient.pk, "doctor": first.doctor.pk, "start": "2026-03-02T10:15", "notes": "Kept"}
    response = pages.add(**entered)
    assert response.status_code == 200
    assert errors(response) == TAKEN
    shown = entries(response)
    assert {name: shown[name] for name in entered} == {name: str(value) for name, value in entered.items()}
    assert list(Appointment.objects.all()) == [first]
    assert AppointmentChange.objects.count() == 1


def test_constraint_refuses_double_booking_when_the_policy_does_not(
    pages: AdminPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = book("2026-03-02 10:00")
    patient = make_patient()
    monkeypatch.setattr(policy, "check", lambda visit: None)
    response = pages.add(patient=patient.pk, doctor=first.doctor.pk, start="2026-03-02T10:15")
    assert (response.status_code, errors(response)) == (200, TAKEN)
    assert list(Appointment.objects.all()) == [first]


def test_constraint_refuses_a_colliding_move_when_the_policy_does_not(
    pages: AdminPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = book("2026-03-02 10:00"), book("2026-03-02 11:00")
    before = row(other)
    monkeypatch.setattr(policy, "check", lambda visit: None)
    response = pages.change(other.pk, start="2026-03-02T10:15", doctor=first.doctor.pk)
    assert (response.status_code, errors(response)) == (200, TAKEN)
    assert row(other) == before


def test_past_time_is_refused_beside_the_time(pages: AdminPages) -> None:
    response = pages.add(patient=make_patient().pk, doctor=make_doctor().pk, start="2026-02-27T10:00")
    assert errors(response) == {"start": ["Appointment time must be in the future."]}


def test_inactive_patient_is_refused_beside_the_patient(pages: AdminPages) -> None:
    patient = make_patient(active=False)
    response = pages.add(patient=patient.pk, doctor=make_doctor().pk, start="2026-03-02T10:00")
    assert errors(response) == {
        "patient": ["This patient's record is deactivated. Reactivate it before booking."],
    }


@pytest.mark.django_db(transaction=True)
def test_busy_database_is_tried_three_times_and_then_a_form_error(
    pages: AdminPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def lost_race(visit: policy.Proposal) -> None:
        tries.append(visit)
        raise OperationalError("database is locked")

    monkeypatch.setattr(policy, "check", lost_race)
    response = pages.add(patient=make_patient().pk, doctor=make_doctor().pk, start="2026-03-02T10:00")
    assert response.status_code == 200
    assert errors(response) == {"__all__": ["The system is busy. Nothing was changed; please try again."]}
    assert len(tries) == 3


@pytest.mark.parametrize(
    ("typed", "refusal"),
    [
        (
            "2026-03-29T01:30",
            "2026-03-29 01:30 does not exist in Europe/London: the clocks go forward over it.",
        ),
        (
            "2026-10-25T01:30",
            "2026-10-25 01:30 happens twice in Europe/London: the clocks go back over it. "
            "Choose an earlier or a later hour.",
        ),
        ("0001-01-01T00:00", "Enter a date from the years 1900 to 2199."),
        ("9999-12-31T23:59", "Enter a date from the years 1900 to 2199."),
        ("tomorrow", "Enter a date and time such as 2026-05-29 13:00."),
        ("2026-02-30T10:00", "Enter a date and time such as 2026-05-29 13:00."),
        ("", "This field is required."),
    ],
)
def test_bad_wall_time_is_refused(pages: AdminPages, in_london: Location, typed: str, refusal: str) -> None:
    response = pages.add(patient=make_patient().pk, doctor=make_doctor().pk, start=typed)
    assert errors(response) == {"start": [refusal]}
    assert not Appointment.objects.exists()


# --- Changing ----------------------------------------------------------------------------------------


def test_changed_start_and_doctor_move_the_appointment(pages: AdminPages, in_nairobi: Location, user: User) -> None:
    visit, other = book("2026-03-02 10:00"), make_doctor()
    response = pages.change(visit.pk, start="2026-03-03T09:00", doctor=other.pk, reason="Asked to")
    assert errors(response) == {}
    visit.refresh_from_db()
    assert (visit.start, visit.end, visit.doctor) == (at("2026-03-03 06:00"), at("2026-03-03 06:30"), other)
    last = visit.history.last()
    assert (last.action, last.reason, last.by) == ("moved", "Asked to", user)


def test_change_page_shows_the_locations_time(pages: AdminPages, in_nairobi: Location) -> None:
    shown = entries(pages.client.get(pages.url("change", book("2026-03-02 10:00").pk)))
    assert (shown["start"], shown["duration_minutes"]) == ("2026-03-02T13:00", "30")


def test_untouched_form_changes_nothing(pages: AdminPages) -> None:
    visit = book(notes="One")
    before = row(visit)
    assert errors(pages.change(visit.pk)) == {}
    assert row(visit) == before


def test_visit_in_the_hour_that_happens_twice_can_be_corrected(pages: AdminPages, in_london: Location) -> None:
    doctor = make_doctor()
    extra = {"kind": "open", "start": at("2026-10-25 00:00"), "end": at("2026-10-25 03:00")}
    doctor_services.add_exception(doctor, **extra)
    visit = book("2026-10-25 01:30", doctor=doctor)
    assert errors(pages.change(visit.pk, notes="Night visit")) == {}
    visit.refresh_from_db()
    assert (visit.start, visit.notes) == (at("2026-10-25 01:30"), "Night visit")


def test_status_follows_the_life_cycle(pages: AdminPages) -> None:
    visit = book()
    assert errors(pages.change(visit.pk, status="completed")) == {}
    response = pages.change(visit.pk, status="scheduled")
    assert errors(response) == {
        "__all__": ["This appointment is completed and cannot become scheduled. It is final; only undo takes it back."]
    }
    visit.refresh_from_db()
    assert visit.status == "completed"


def test_form_that_was_opened_before_somebody_elses_change_is_refused(pages: AdminPages) -> None:
    visit = book("2026-03-02 10:00")
    stale = entries(pages.client.get(pages.url("change", visit.pk)))
    services.reschedule(visit, start=at("2026-03-02 15:00"))
    response = pages.client.post(pages.url("change", visit.pk), {**stale, "notes": "Late"})
    assert errors(response) == {
        "__all__": ["Somebody else has just changed this appointment. Read it again and decide anew."]
    }
    visit.refresh_from_db()
    assert (visit.start, visit.notes) == (at("2026-03-02 15:00"), "")


def test_patient_of_an_appointment_cannot_be_changed(pages: AdminPages) -> None:
    visit = book()
    assert errors(pages.change(visit.pk, patient=make_patient().pk, notes="Still the same")) == {}
    assert row(visit)["patient_id"] == visit.patient_id


# --- Actions, deletion, history ------------------------------------------------------------------------


def test_cancel_action_cancels_and_says_of_each_row_why_not(pages: AdminPages, user: User) -> None:
    visit, done = book("2026-03-02 10:00"), services.complete(book("2026-03-02 11:00"))
    assert pages.run("cancel", visit, done) == [
        f"{done.pk}: 2026-03-02 11:00 UTC: This appointment is completed and cannot become cancelled. "
        "It is final; only undo takes it back.",
        "1 cancelled.",
    ]
    assert list(Appointment.objects.order_by("id").values_list("status", flat=True)) == ["cancelled", "completed"]
    assert visit.history.last().by == user


@pytest.mark.parametrize(
    ("action", "status", "said"),
    [("confirm", "confirmed", "1 confirmed."), ("mark_no_show", "no_show", "1 marked as no-show.")],
)
def test_actions_take_a_step_of_the_life_cycle(pages: AdminPages, action: str, status: str, said: str) -> None:
    visit = book()
    assert pages.run(action, visit) == [said]
    assert row(visit)["status"] == status


def test_appointments_cannot_be_deleted(pages: AdminPages) -> None:
    visit = book()
    assert pages.client.post(pages.url("delete", visit.pk), {"post": "yes"}).status_code == 403
    pages.run("delete_selected", visit)
    assert Appointment.objects.count() == 1


def test_history_is_shown_and_cannot_be_written(pages: AdminPages) -> None:
    visit = services.cancel(book(), reason="Better again")
    shown = pages.client.get(pages.url("change", visit.pk)).content.decode()
    assert "Better again" in shown
    assert f"{visit.pk} status 2026-03-02 06:00 UTC" in shown
    history = AdminPages(pages.client, AppointmentChange)
    line = visit.history.last()
    assert history.client.get(history.url("change", line.pk)).status_code == 200
    statuses = {
        page: history.client.post(history.url(page, *args), {"reason": "Other", "post": "yes"}).status_code
        for page, args in [("add", []), ("change", [line.pk]), ("delete", [line.pk])]
    }
    assert statuses == {"add": 403, "change": 403, "delete": 403}
    line.refresh_from_db()
    assert line.reason == "Better again"


def test_history_cannot_be_forged_through_the_appointments_form(pages: AdminPages) -> None:
    visit = book()
    line = visit.history.get()
    pages.change(visit.pk, **{"history-0-id": line.pk, "history-0-reason": "Forged", "history-0-DELETE": "on"})
    line.refresh_from_db()
    assert line.reason == ""


def test_who_may_only_view_sees_the_locations_time_and_no_form(client: Client, in_nairobi: Location) -> None:
    client.force_login(make_user(Role.AUDITOR, is_staff=True))
    pages = AdminPages(client, Appointment)
    visit = book("2026-03-02 10:00")
    response = client.get(pages.url("change", visit.pk))
    assert "2026-03-02 13:00 EAT" in response.content.decode()
    assert client.post(pages.url("change", visit.pk), {"notes": "No"}).status_code == 403


# --- The list ------------------------------------------------------------------------------------------


def listed(pages: AdminPages, **query: str) -> list[Appointment]:
    return list(pages.client.get(pages.url("changelist"), query).context["cl"].result_list)


def test_search_finds_by_the_names_of_patient_and_doctor(pages: AdminPages) -> None:
    visit = book(patient=make_patient(full_name="José O’Neill"), doctor=make_doctor(full_name="Ann Smith"))
    book("2026-03-02 12:00")
    assert listed(pages, q="jose o'neill") == [visit]
    assert listed(pages, q="smith") == [visit]


def test_day_filter_means_the_clinics_days(pages: AdminPages, in_nairobi: Location, clock: Any) -> None:
    doctor = make_doctor()
    doctor_services.add_exception(doctor, kind="open", start=at("2026-03-02 00:00"), end=at("2026-03-30 00:00"))
    tonight, tomorrow, next_week, later = (
        book(start, doctor=doctor)
        for start in ("2026-03-02 20:30", "2026-03-02 21:00", "2026-03-08 20:30", "2026-03-08 21:00")
    )
    assert listed(pages, day="today") == [tonight]
    assert listed(pages, day="week") == [next_week, tomorrow, tonight]
    clock.move_to(at("2026-03-02 21:00"))  # midnight in Nairobi
    pages.client.force_login(User.objects.get(username="reception"))  # the session of the morning is over
    assert listed(pages, day="past") == [tonight]
    assert listed(pages) == [later, next_week, tomorrow, tonight]


@pytest.mark.parametrize("model", [Appointment, AppointmentChange])
def test_list_takes_the_same_queries_for_one_row_and_for_three(pages: AdminPages, model: type[Any]) -> None:
    listed = AdminPages(pages.client, model)
    book()
    one = listed.queries_of_list(rows=1)
    book()
    book()
    assert listed.queries_of_list(rows=3) == one
