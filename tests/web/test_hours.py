"""A doctor's hours and leave as pages: what they come to, whom they touch, and who may change them."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from appointments import hours
from audit.models import AuditEvent
from clinics.services import open_location
from common.errors import Busy
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from tests.factories import at, book, close, extra_clinic, make_doctor, make_user, set_hours
from tests.pages import entries, messages
from tests.web.clients import queries, signed_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def doctor() -> Doctor:
    doctor = make_doctor()
    set_hours(doctor, "mon 08:00-12:00", "wed 13:00-17:00")
    return doctor


@pytest.fixture
def client(doctor: Doctor) -> Client:
    return signed_in(make_user(Role.DOCTOR, doctor=doctor))


def stored(doctor: Doctor) -> list[str]:
    return [str(window) for window in WeeklyHours.objects.filter(doctor=doctor).order_by("weekday", "start")]


def drawn(response: Any) -> list[str]:
    return [
        f"{day.day:%d} {stretch.first // 60}-{stretch.last // 60}"
        for day in response.context["days"]
        for stretch in day.stretches
    ]


# --- Weekly hours ----------------------------------------------------------------------------------


def test_each_role_reaches_the_hours_that_it_may_change(doctor: Doctor, client: Client) -> None:
    colleague = make_doctor()
    page = f"/doctors/{colleague.pk}/hours/"
    answers = [signed_in(role).get(page).status_code for role in (Role.ADMIN, Role.RECEPTIONIST, Role.AUDITOR)]
    assert (answers, client.get(page).status_code, client.get("/my-hours/").status_code) == ([200, 200, 403], 404, 200)
    assert signed_in(Role.PATIENT).get(page).status_code == 403
    assert client.post(page, {}).status_code == 404


def test_hours_draw_the_next_two_weeks(client: Client) -> None:
    assert drawn(client.get("/my-hours/")) == ["02 8-12", "04 13-17", "09 8-12", "11 13-17"]


def test_rows_are_stored_as_the_whole_week(client: Client, doctor: Doctor) -> None:
    form = entries(client.get("/my-hours/"))
    form |= {"week-0-end": "13:00", "week-1-DELETE": "on"}
    form |= {"week-2-weekday": "4", "week-2-start": "22:00", "week-2-end": "06:00"}
    answer = client.post("/my-hours/", form)
    assert (answer.status_code, stored(doctor)) == (302, ["mon 08:00-13:00", "fri 22:00-06:00"])


def test_rows_that_nobody_touched_stay(client: Client, doctor: Doctor) -> None:
    page = client.get("/my-hours/")
    place = str(page.context["formset"].forms[0].initial["location"].pk)
    client.post("/my-hours/", {**entries(page), "week-2-location": place, "week-3-location": place})
    assert stored(doctor) == ["mon 08:00-12:00", "wed 13:00-17:00"]


def test_errors_stand_beside_their_rows_and_entries_stay(client: Client, doctor: Doctor) -> None:
    form = entries(client.get("/my-hours/"))
    answer = client.post("/my-hours/", {**form, "week-2-weekday": "4", "week-2-start": "nine"})
    assert answer.status_code == 400
    assert answer.context["formset"].forms[2].errors == {
        "start": ["Enter a valid time."],
        "end": ["This field is required."],
    }
    assert 'value="nine"' in answer.content.decode()
    assert "Row 3, From: Enter a valid time." in text(answer)
    assert stored(doctor) == ["mon 08:00-12:00", "wed 13:00-17:00"]


def test_what_rows_come_to_is_shown_without_storing_them(client: Client, doctor: Doctor) -> None:
    book("2026-03-02 11:30", doctor=doctor)
    form = {**entries(client.get("/my-hours/")), "week-0-end": "11:00"}
    shown = client.post("/my-hours/", {**form, "preview": "yes"})
    assert drawn(shown) == ["02 8-11", "04 13-17", "09 8-11", "11 13-17"]
    assert [visit.start for visit in shown.context["outside"]] == [at("2026-03-02 11:30")]
    part = client.post("/my-hours/", form, headers={"HX-Request": "true"})
    assert (drawn(part), "<h1" in part.content.decode()) == (drawn(shown), False)
    assert stored(doctor) == ["mon 08:00-12:00", "wed 13:00-17:00"]


def test_visits_left_outside_are_kept_and_told_of(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 11:30", doctor=doctor)
    answer = client.post("/my-hours/", {**entries(client.get("/my-hours/")), "week-0-end": "11:00"}, follow=True)
    visit.refresh_from_db()
    assert visit.status == "scheduled"
    assert messages(answer) == [
        "The hours are saved.",
        "1 visit is outside the hours now. It is kept: move or cancel it.",
    ]


def test_stale_hours_are_told_so_and_change_nothing(client: Client, doctor: Doctor) -> None:
    form = entries(client.get("/my-hours/"))
    set_hours(doctor, "tue 08:00-12:00")
    answer = client.post("/my-hours/", form)
    assert (answer.status_code, stored(doctor)) == (412, ["tue 08:00-12:00"])
    assert "Somebody else has changed this since you read it." in text(answer)


def test_busy_database_keeps_what_was_entered_and_is_no_fault_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = entries(client.get("/my-hours/"))

    def busy(*args: object) -> None:
        raise Busy

    monkeypatch.setattr(hours, "set_weekly_hours", busy)
    answer = client.post("/my-hours/", form)
    sentence = "The system is busy. Nothing was changed; please try again."
    assert (answer.status_code, answer.context["refusal"]) == (503, sentence)


def test_hours_page_takes_the_same_queries_however_many_rows_it_has(client: Client, doctor: Doctor) -> None:
    set_hours(doctor, "mon 08:00-12:00")
    one = queries(lambda: client.get("/my-hours/"))
    set_hours(doctor, "mon 08:00-12:00", "tue 08:00-12:00", "wed 08:00-12:00")
    assert (one, queries(lambda: client.get("/my-hours/"))) == (12, 12)


# --- Leave -----------------------------------------------------------------------------------------

WEEK_OFF = {"kind": "closed", "first": "2026-03-02", "last": "2026-03-08", "location": "1", "reason": "Rest"}


def leave(client: Client, **fields: str) -> Any:
    page = client.get("/my-leave/")
    location = page.context["form"].initial["location"]
    return client.post("/my-leave/", {**WEEK_OFF, "location": location.pk, **fields})


def test_leave_shows_whom_it_touches_and_other_times_before_anything_is_stored(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor)
    book("2026-03-09 10:00", doctor=doctor)
    page = leave(client)
    touched = page.context["touched"]
    assert [item.visit for item in touched] == [visit]
    # The nearest that are not in the leave itself.
    assert [slot.start for slot in touched[0].others] == [
        at("2026-03-09 08:00"),
        at("2026-03-09 08:30"),
        at("2026-03-09 09:00"),
    ]
    assert AvailabilityException.objects.count() == 0


def test_saved_leave_lists_them_still_and_moves_one_by_a_button(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-02 10:00", doctor=doctor)
    answer = leave(client, save="yes")
    exception = AvailabilityException.objects.get()
    assert answer.headers["Location"] == f"/leave/{exception.pk}/"
    assert (exception.start, exception.end, exception.reason) == (at("2026-03-02"), at("2026-03-09"), "Rest")
    page = client.get(f"/leave/{exception.pk}/")
    [item] = page.context["touched"]
    offered = item.others[0].start
    client.post(f"/leave/{exception.pk}/move/", {"visit": visit.pk, "version": 1, "start": offered.isoformat()})
    visit.refresh_from_db()
    assert (visit.start, visit.history.last().by) == (at("2026-03-09 08:00"), doctor.user)
    assert client.get(f"/leave/{exception.pk}/").context["touched"] == []


def test_leave_of_some_hours_is_by_the_locations_clock(client: Client, doctor: Doctor) -> None:
    place = doctor.weekly_hours.first().location
    place.time_zone = "Africa/Nairobi"
    place.save()
    leave(client, save="yes", last="", start="13:00", end="15:30")
    exception = AvailabilityException.objects.get()
    assert (exception.start, exception.end) == (at("2026-03-02 10:00"), at("2026-03-02 12:30"))


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        ({"last": "2026-03-01"}, "last", "The last day is before the first."),
        ({"last": "", "start": "15:00", "end": "14:00"}, "end", "It ends before it begins."),
        ({"first": "0001-01-01"}, "first", "Enter a date from the years 1900 to 2199."),
        ({"first": ""}, "first", "This field is required."),
        ({"kind": "other"}, "kind", "Select a valid choice. other is not one of the available choices."),
    ],
)
def test_leave_that_cannot_be_is_said_beside_its_field(
    client: Client, typed: dict[str, str], field: str, told: str
) -> None:
    page = leave(client, save="yes", **typed)
    assert (page.status_code, page.context["form"].errors[field]) == (400, [told])
    assert AvailabilityException.objects.count() == 0


def test_local_time_that_the_clock_skips_is_said(client: Client, doctor: Doctor) -> None:
    place = doctor.weekly_hours.first().location
    place.time_zone = "Europe/London"
    place.save()
    page = leave(client, save="yes", first="2026-03-29", last="", start="01:30", end="03:00")
    assert "does not exist in Europe/London" in page.context["form"].errors["start"][0]


def test_leave_is_taken_back(client: Client, doctor: Doctor) -> None:
    exception = close(doctor, "2026-03-02 08:00", "2026-03-02 10:00")
    client.post(f"/leave/{exception.pk}/remove/")
    assert AvailabilityException.objects.count() == 0


def test_other_doctors_leave_is_not_found(client: Client) -> None:
    exception = close(make_doctor(), "2026-03-02 08:00", "2026-03-02 10:00")
    answers = [
        client.get(f"/leave/{exception.pk}/").status_code,
        client.post(f"/leave/{exception.pk}/remove/").status_code,
        client.post(f"/leave/{exception.pk}/move/").status_code,
    ]
    assert (answers, AvailabilityException.objects.count()) == ([404, 404, 404], 1)


def test_move_to_a_time_that_is_gone_is_refused_in_words(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-04 14:00", doctor=doctor)
    book("2026-03-09 08:00", doctor=doctor)
    exception = hours.add_exception(doctor, kind="closed", start=at("2026-03-04"), end=at("2026-03-05"))
    sent = {"visit": visit.pk, "version": 1}
    told = [
        messages(client.post(f"/leave/{exception.pk}/move/", {**sent, "start": start}, follow=True))
        for start in ("2026-03-09T08:00:00Z", "soon")
    ]
    assert told == [
        ["This doctor is already booked at that time."],
        ["Enter a date and time such as 2026-05-29T10:00:00Z or 2026-05-29T13:00:00+03:00."],
    ]
    visit.refresh_from_db()
    assert visit.start == at("2026-03-04 14:00")


def test_a_move_from_the_page_of_a_leave_is_written_down_as_one_of_the_visit(client: Client, doctor: Doctor) -> None:
    visit = book("2026-03-04 14:00", doctor=doctor)
    for day in ("2026-03-05", "2026-03-04"):  # so that the leave has another number than the visit
        exception = hours.add_exception(doctor, kind="closed", start=at(day), end=at(f"{day} 23:00"))
    assert exception.pk != visit.pk
    for start in ("soon", "2026-03-09T08:00:00Z"):
        client.post(f"/leave/{exception.pk}/move/", {"visit": visit.pk, "version": 1, "start": start})
    told = AuditEvent.objects.filter(action="appointment.reschedule").order_by("id")
    assert list(told.values_list("object_ids", "outcome")) == [([visit.pk], "refused"), ([visit.pk], "ok")]


def test_extra_clinic_touches_nobody_and_opens_time(client: Client, doctor: Doctor) -> None:
    leave(client, save="yes", kind="open", first="2026-03-07", last="", start="09:00", end="12:00")
    assert "07 9-12" in drawn(client.get("/my-hours/"))
    assert AvailabilityException.objects.get().end - AvailabilityException.objects.get().start == timedelta(hours=3)


def test_hours_drawn_say_where_they_are_only_if_that_is_not_the_same_for_all() -> None:
    doctor, desk = make_doctor(), signed_in(Role.RECEPTIONIST)
    where = '<span class="quiet">Test Clinic</span>'
    assert where not in text(desk.get(f"/doctors/{doctor.pk}/hours/"))
    extra_clinic(doctor, "2026-03-07 08:00", "2026-03-07 12:00", open_location(name="Annex", time_zone="UTC"))
    page = text(desk.get(f"/doctors/{doctor.pk}/hours/"))
    assert (where in page, '<span class="quiet">Annex</span>' in page) == (True, True)
