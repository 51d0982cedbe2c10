"""Series, below every face. NOW is Monday 2026-03-02 06:00 UTC; the test clinic is in UTC."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.db import connection

from appointments import services
from appointments.errors import BadDuration, ChangedMeanwhile, InThePast
from appointments.models import Appointment, AppointmentChange, Series
from appointments.series import services as series_services
from appointments.series.errors import DatesRefused, NothingToChange, NotInSeries, RuleRefused, WhichVisit
from appointments.series.planning import Verdict
from clinics.models import AppointmentType, Location, Room
from common.errors import Outdated
from doctors import services as doctor_services
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, book, close, make_doctor, make_patient, set_hours

pytestmark = pytest.mark.django_db

TAKEN = "This doctor is already booked at that time."
AWAY = "Doctor is not available at this time."
ELSEWHERE = "This patient already has an appointment at that time."
THREE_WEEKS = "FREQ=WEEKLY;COUNT=3"


@pytest.fixture
def doctor() -> Doctor:
    return make_doctor()


@pytest.fixture
def patient() -> Patient:
    return make_patient()


@pytest.fixture
def asked(doctor: Doctor, patient: Patient) -> dict[str, Any]:
    """Three Tuesdays at 10:00."""
    return {"doctor": doctor, "patient": patient, "start": at("2026-03-03 10:00"), "rule": THREE_WEEKS}


@pytest.fixture
def series(asked: dict[str, Any]) -> Series:
    return series_services.create(**asked).series


def round_the_clock(doctor: Doctor) -> None:
    set_hours(doctor, *(f"{day} 00:00-00:00" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")))


def in_new_york() -> Location:
    Location.objects.update(time_zone="America/New_York")
    return Location.objects.get()


def starts(series: Series, **which: Any) -> list[str]:
    return [f"{visit.start:%m-%d %H:%M}" for visit in series.appointments.filter(**which).order_by("series_date")]


def verdicts(found: list[Verdict]) -> list[tuple[str, str]]:
    return [(f"{verdict.wall:%m-%d %H:%M}", verdict.problem.code if verdict.problem else "free") for verdict in found]


def offered(found: list[Verdict]) -> list[str | None]:
    slots = [verdict.alternative for verdict in found]
    return [slot and f"{slot.start:%m-%d %H:%M}" for slot in slots]


def sentences(caught: Any) -> list[str]:
    return caught.value.messages


# --- Making one --------------------------------------------------------------------------------------


def test_every_visit_is_an_appointment_with_its_date_and_history(asked: dict[str, Any]) -> None:
    made = series_services.create(**asked, notes="Dressing")
    visits = list(made.series.appointments.order_by("start"))
    assert [(f"{v.start:%m-%d %H:%M}", f"{v.series_date}", v.duration_minutes, v.notes) for v in visits] == [
        ("03-03 10:00", "2026-03-03", 30, "Dressing"),
        ("03-10 10:00", "2026-03-10", 30, "Dressing"),
        ("03-17 10:00", "2026-03-17", 30, "Dressing"),
    ]
    assert made.skipped == []
    changes = AppointmentChange.objects.order_by("id").values_list("appointment", "action", "to_status")
    assert list(changes) == [(visit.pk, "booked", "scheduled") for visit in visits]


def test_the_series_keeps_its_terms(asked: dict[str, Any]) -> None:
    series = series_services.create(**{**asked, "rule": " rrule:freq=weekly;count=3"}, duration_minutes=45).series
    kept = (series.rule, f"{series.first_date} {series.time}", series.duration_minutes, series.version)
    assert kept == ("FREQ=WEEKLY;COUNT=3", "2026-03-03 10:00:00", 45, 1)


def test_wall_time_of_the_doctors_location_is_kept_when_the_clocks_go_forward(asked: dict[str, Any]) -> None:
    in_new_york()
    made = series_services.create(**{**asked, "start": at("2026-03-03 15:00")})
    assert starts(made.series) == ["03-03 15:00", "03-10 14:00", "03-17 14:00"]
    assert made.series.time == time(10)


def test_wall_time_of_the_doctors_location_is_kept_when_the_clocks_go_back(asked: dict[str, Any]) -> None:
    in_new_york()
    made = series_services.create(**{**asked, "start": at("2026-10-27 14:00")})
    assert starts(made.series) == ["10-27 14:00", "11-03 15:00", "11-10 15:00"]


def test_one_date_that_cannot_be_stops_the_whole_series(asked: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 10:15", doctor=doctor)
    close(doctor, "2026-03-17 00:00", "2026-03-18 00:00")
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    assert sentences(caught) == [f"2026-03-10 10:00: {TAKEN}", f"2026-03-17 10:00: {AWAY}"]
    assert (Series.objects.count(), Appointment.objects.count(), AppointmentChange.objects.count()) == (0, 1, 1)


def test_dates_that_cannot_be_are_skipped_if_asked(asked: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 10:15", doctor=doctor)
    made = series_services.create(**asked, on_conflict="skip")
    assert starts(made.series) == ["03-03 10:00", "03-17 10:00"]
    assert verdicts(made.skipped) == [("03-10 10:00", "slot_taken")]


def test_a_series_without_a_single_date_is_refused_even_if_dates_may_be_skipped(asked: dict[str, Any]) -> None:
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**{**asked, "start": at("2026-03-03 20:00")}, on_conflict="skip")
    assert sentences(caught) == [f"2026-03-{day} 20:00: {AWAY}" for day in ("03", "10", "17")]
    assert Series.objects.count() == 0


def test_the_patients_other_visits_count(asked: dict[str, Any], patient: Patient) -> None:
    book("2026-03-10 10:00", patient=patient)
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    assert sentences(caught) == [f"2026-03-10 10:00: {ELSEWHERE}"]


def test_holds_count(asked: dict[str, Any], doctor: Doctor) -> None:
    from appointments import holds

    holds.hold(doctor=doctor, start=at("2026-03-10 10:00"))
    assert verdicts(series_services.preview(**asked))[1] == ("03-10 10:00", "slot_held")


def test_visits_of_one_series_do_not_overlap_each_other(asked: dict[str, Any], doctor: Doctor) -> None:
    # The night on which the clocks go forward is an hour short: a visit of 24 hours runs into the next.
    in_new_york()
    round_the_clock(doctor)
    asked |= {"start": at("2026-03-06 15:00"), "rule": "FREQ=DAILY;COUNT=4", "duration_minutes": 1440}
    assert verdicts(series_services.preview(**asked)) == [
        ("03-06 10:00", "free"),
        ("03-07 10:00", "free"),
        ("03-08 10:00", "slot_taken"),
        ("03-09 10:00", "free"),
    ]
    assert starts(series_services.create(**asked, on_conflict="skip").series) == [
        "03-06 15:00",
        "03-07 15:00",
        "03-09 14:00",
    ]


def test_visits_of_one_series_keep_their_buffers_from_each_other(asked: dict[str, Any], doctor: Doctor) -> None:
    round_the_clock(doctor)
    kind = AppointmentType.objects.create(name="Infusion", duration_minutes=1380, buffer_after_minutes=120)
    asked |= {"rule": "FREQ=DAILY;COUNT=3", "appointment_type": kind}
    found = series_services.preview(**asked)
    assert verdicts(found) == [("03-03 10:00", "free"), ("03-04 10:00", "buffer_needed"), ("03-05 10:00", "free")]


def test_rooms_of_the_kind_are_given_one_a_date(asked: dict[str, Any], doctor: Doctor) -> None:
    kind = AppointmentType.objects.create(name="Scan", room_kind="Ultrasound")
    place = Location.objects.get()
    one, other = (Room.objects.create(location=place, name=name, kind="ultrasound") for name in "AB")
    book("2026-03-10 10:00", appointment_type=kind)
    book("2026-03-17 10:00", appointment_type=kind)
    book("2026-03-17 10:00", appointment_type=kind)
    made = series_services.create(**asked, appointment_type=kind, on_conflict="skip")
    assert [visit.room for visit in made.series.appointments.order_by("start")] == [one, other]
    assert verdicts(made.skipped) == [("03-17 10:00", "no_room_free")]


def test_a_named_room_is_booked_on_every_date(asked: dict[str, Any]) -> None:
    room = Room.objects.create(location=Location.objects.get(), name="A", kind="consulting")
    book("2026-03-10 10:00", room=room)
    made = series_services.create(**asked, room=room, on_conflict="skip")
    assert [visit.room for visit in made.series.appointments.all()] == [room, room]
    assert verdicts(made.skipped) == [("03-10 10:00", "room_taken")]


def test_a_type_brings_its_length_notice_and_horizon(asked: dict[str, Any]) -> None:
    kind = AppointmentType.objects.create(
        name="Check", duration_minutes=50, minimum_notice_minutes=2 * 24 * 60, booking_horizon_days=10
    )
    found = series_services.preview(**asked, appointment_type=kind)
    assert verdicts(found) == [("03-03 10:00", "too_soon"), ("03-10 10:00", "free"), ("03-17 10:00", "too_far_ahead")]
    assert found[1].end == at("2026-03-10 10:50")


def test_a_first_visit_in_the_past_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(InThePast):
        series_services.create(**{**asked, "start": at("2026-03-02 06:00")})
    with pytest.raises(InThePast):
        series_services.preview(**{**asked, "start": at("0001-01-01 00:00")})


def test_a_rule_that_cannot_be_followed_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(RuleRefused) as caught:
        series_services.create(**{**asked, "rule": "FREQ=WEEKLY"})
    assert (caught.value.field, caught.value.message) == (
        "rule",
        "Say when it ends: either COUNT, how many visits with the first, or UNTIL, the last date.",
    )


def test_a_length_that_cannot_be_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(BadDuration):
        series_services.preview(**asked, duration_minutes=1441)


# --- Looking first -------------------------------------------------------------------------------------


def test_a_date_in_the_gap_is_reported_and_not_shifted(asked: dict[str, Any], doctor: Doctor) -> None:
    in_new_york()
    round_the_clock(doctor)
    asked |= {"start": at("2026-03-07 07:30"), "rule": "FREQ=DAILY;COUNT=3"}
    found = series_services.preview(**asked)
    assert verdicts(found) == [("03-07 02:30", "free"), ("03-08 02:30", "nonexistent_time"), ("03-09 02:30", "free")]
    assert offered(found) == [None, "03-08 07:30", None]
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    gap = "2026-03-08 02:30 does not exist in America/New_York: the clocks go forward over it."
    assert sentences(caught) == [gap]


def test_a_refused_date_comes_with_the_nearest_free_slot(asked: dict[str, Any], doctor: Doctor) -> None:
    book("2026-03-10 09:30", doctor=doctor, duration_minutes=90)  # to 11:00: the nearest are 09:00 and 11:00
    close(doctor, "2026-03-17 00:00", "2026-03-18 00:00")  # the nearest is the evening before
    found = series_services.preview(**asked)
    assert verdicts(found) == [("03-03 10:00", "free"), ("03-10 10:00", "slot_taken"), ("03-17 10:00", "outside_hours")]
    assert offered(found) == [None, "03-10 09:00", "03-16 17:30"]


def test_the_nearest_free_slot_is_free_for_the_patient_too(
    asked: dict[str, Any], doctor: Doctor, patient: Patient
) -> None:
    book("2026-03-10 10:00", doctor=doctor)
    book("2026-03-10 09:00", patient=patient, duration_minutes=60)
    assert offered(series_services.preview(**asked)) == [None, "03-10 10:30", None]


def test_no_slot_is_offered_twice(asked: dict[str, Any], doctor: Doctor) -> None:
    set_hours(doctor, "mon 10:00-11:00")
    asked |= {"start": at("2026-03-09 10:00"), "rule": "FREQ=DAILY;COUNT=3"}
    assert offered(series_services.preview(**asked)) == [None, "03-09 10:30", "03-16 10:00"]


def test_where_nothing_is_free_within_a_week_nothing_is_offered(asked: dict[str, Any], doctor: Doctor) -> None:
    close(doctor, "2026-03-03 10:30", "2026-03-25 00:00")
    found = series_services.preview(**asked)
    assert (verdicts(found)[1], offered(found)) == (("03-10 10:00", "outside_hours"), [None, None, None])


def test_looking_writes_nothing(asked: dict[str, Any]) -> None:
    series_services.preview(**asked)
    assert (Series.objects.count(), Appointment.objects.count()) == (0, 0)


def test_what_is_listed_as_free_is_what_is_booked(asked: dict[str, Any], doctor: Doctor, patient: Patient) -> None:
    for start in ("2026-03-05 10:00", "2026-03-11 09:45", "2026-03-13 10:29"):
        book(start, doctor=doctor)
    book("2026-03-18 10:10", patient=patient)
    asked["rule"] = "FREQ=DAILY;COUNT=20"
    found = series_services.preview(**asked)
    made = series_services.create(**asked, on_conflict="skip")
    assert starts(made.series) == [when for when, verdict in verdicts(found) if verdict == "free"]
    assert verdicts(made.skipped) == [pair for pair in verdicts(found) if pair[1] != "free"]


@pytest.mark.parametrize("count", [2, 60])
def test_the_number_of_queries_does_not_depend_on_the_number_of_dates(
    asked: dict[str, Any], doctor: Doctor, django_assert_num_queries: Any, count: int
) -> None:
    kind = AppointmentType.objects.create(name="Scan", room_kind="ultrasound", booking_horizon_days=400)
    Room.objects.create(location=Location.objects.get(), name="A", kind="ultrasound")
    book("2026-03-04 10:00", doctor=doctor)
    asked |= {"rule": f"FREQ=DAILY;COUNT={count}", "appointment_type": kind}
    with django_assert_num_queries(10):
        found = series_services.preview(**asked)
    assert verdicts(found)[1] == ("03-04 10:00", "slot_taken")
    with django_assert_num_queries(15):
        series_services.create(**asked, on_conflict="skip")


def test_doctors_then_the_patient_and_then_the_rooms_are_locked(
    asked: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite serialises writers by BEGIN IMMEDIATE")
    kind = AppointmentType.objects.create(name="Scan", room_kind="ultrasound")
    Room.objects.create(location=Location.objects.get(), name="A", kind="ultrasound")

    def locked(act: Callable[[], Any]) -> list[str]:
        with django_assert_max_num_queries(200) as captured:
            act()
        locks = [query["sql"] for query in captured.captured_queries if "FOR NO KEY UPDATE" in query["sql"]]
        return [sql.split(" FROM ")[1].split()[0] for sql in locks]

    order = ['"doctors_doctor"', '"patients_patient"', '"clinics_room"']
    made: list[Series] = []
    assert locked(lambda: made.append(series_services.create(**asked, appointment_type=kind).series)) == order
    other = make_doctor()
    assert locked(lambda: series_services.amend(made[0], scope="all", time=time(9), doctor=other))[:3] == order


# --- Changing it ---------------------------------------------------------------------------------------


def test_all_visits_to_come_move_to_another_time_of_day(series: Series) -> None:
    made = series_services.amend(series, scope="all", time=time(14, 30))
    assert starts(series) == ["03-03 14:30", "03-10 14:30", "03-17 14:30"]
    assert (made.skipped, made.series.time, made.series.version) == ([], time(14, 30), 2)
    assert (
        list(AppointmentChange.objects.filter(action="moved").values_list("from_status", "to_status"))
        == [("scheduled", "scheduled")] * 3
    )


def test_another_time_of_day_is_wall_time(asked: dict[str, Any]) -> None:
    in_new_york()
    series = series_services.create(**{**asked, "start": at("2026-03-03 15:00")}).series
    series_services.amend(series, scope="all", time=time(11))
    assert starts(series) == ["03-03 16:00", "03-10 15:00", "03-17 15:00"]


def test_this_visit_alone_changes(series: Series) -> None:
    second = series.appointments.get(series_date="2026-03-10")
    made = series_services.amend(series, scope="this", appointment=second, time=time(9), notes="Fasting")
    assert starts(series) == ["03-03 10:00", "03-10 09:00", "03-17 10:00"]
    assert starts(series, notes="Fasting") == ["03-10 09:00"]
    assert (made.series.time, made.series.notes) == (time(10), "")


def test_a_visit_moved_to_another_doctor_before_the_locks_were_had_is_noticed(
    series: Series, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = series.appointments.get(series_date="2026-03-03")
    lock = services.locked

    def late(*args: Any) -> Any:
        monkeypatch.undo()
        services.reschedule(first, start=first.start, doctor=make_doctor())
        return lock(*args)

    monkeypatch.setattr(services, "locked", late)
    with pytest.raises(ChangedMeanwhile):
        series_services.amend(series, scope="all", time=time(14))
    assert starts(series) == ["03-03 10:00", "03-10 10:00", "03-17 10:00"]


def test_this_and_following_visits_change(series: Series) -> None:
    second = series.appointments.get(series_date="2026-03-10")
    other = make_doctor()
    made = series_services.amend(series, scope="following", appointment=second, doctor=other, duration_minutes=45)
    visits = series.appointments.order_by("start")
    assert [(visit.doctor_id, visit.duration_minutes) for visit in visits] == [
        (series.doctor_id, 30),
        (other.pk, 45),
        (other.pk, 45),
    ]
    assert (made.series.doctor, made.series.duration_minutes) == (other, 45)


def test_past_and_cancelled_visits_stay_as_they_are(series: Series, clock: Any) -> None:
    services.cancel(series.appointments.get(series_date="2026-03-10"))
    clock.move_to(at("2026-03-03 10:10"))
    series_services.amend(series, scope="all", time=time(9))
    assert starts(series) == ["03-03 10:00", "03-10 10:00", "03-17 09:00"]
    assert starts(series, status="cancelled") == ["03-10 10:00"]


def test_a_visit_that_was_moved_alone_stays_in_the_series_and_on_its_day(series: Series) -> None:
    second = series.appointments.get(series_date="2026-03-10")
    services.reschedule(second, start=at("2026-03-11 16:00"))
    assert starts(series) == ["03-03 10:00", "03-11 16:00", "03-17 10:00"]
    series_services.amend(series, scope="all", time=time(9))
    assert starts(series) == ["03-03 09:00", "03-11 09:00", "03-17 09:00"]


def test_following_goes_by_the_dates_of_the_rule(series: Series) -> None:
    first, second = series.appointments.order_by("start")[:2]
    services.reschedule(first, start=at("2026-03-12 16:00"))
    series_services.amend(series, scope="following", appointment=second, time=time(9))
    assert starts(series) == ["03-12 16:00", "03-10 09:00", "03-17 09:00"]


def test_one_visit_that_cannot_change_stops_the_whole_change(series: Series) -> None:
    book("2026-03-10 14:15", doctor=series.doctor)
    with pytest.raises(DatesRefused) as caught:
        series_services.amend(series, scope="all", time=time(14), notes="Later")
    assert sentences(caught) == [f"2026-03-10 14:00: {TAKEN}"]
    assert starts(series, notes="") == ["03-03 10:00", "03-10 10:00", "03-17 10:00"]
    series.refresh_from_db()
    assert (series.version, series.time) == (1, time(10))


def test_visits_that_cannot_change_stay_if_asked(series: Series) -> None:
    book("2026-03-10 14:15", doctor=series.doctor)
    made = series_services.amend(series, scope="all", time=time(14), on_conflict="skip")
    assert starts(series) == ["03-03 14:00", "03-10 10:00", "03-17 14:00"]
    assert verdicts(made.skipped) == [("03-10 14:00", "slot_taken")]


def test_a_new_time_in_the_gap_is_refused(asked: dict[str, Any], doctor: Doctor) -> None:
    in_new_york()
    round_the_clock(doctor)
    series = series_services.create(**{**asked, "start": at("2026-03-08 14:00")}).series
    made = series_services.amend(series, scope="all", time=time(2, 30), on_conflict="skip")
    assert verdicts(made.skipped) == [("03-08 02:30", "nonexistent_time")]
    assert starts(series) == ["03-08 14:00", "03-15 06:30", "03-22 06:30"]


@pytest.mark.parametrize("to", [9, 11])
def test_long_visits_do_not_run_into_each_other_while_they_move(asked: dict[str, Any], doctor: Doctor, to: int) -> None:
    round_the_clock(doctor)
    asked |= {"rule": "FREQ=DAILY;COUNT=3", "duration_minutes": 1440}
    series = series_services.create(**asked).series
    series_services.amend(series, scope="all", time=time(to))
    assert starts(series) == [f"03-{day} {to:02}:00" for day in ("03", "04", "05")]


def test_a_confirmed_visit_that_moves_has_to_be_confirmed_again(series: Series) -> None:
    services.confirm(series.appointments.get(series_date="2026-03-10"))
    series_services.amend(series, scope="all", notes="Bring the letter")
    assert starts(series, status="confirmed") == ["03-10 10:00"]
    series_services.amend(series, scope="all", time=time(9))
    assert starts(series, status="confirmed") == []


def test_all_visits_to_come_are_cancelled(series: Series, clock: Any) -> None:
    clock.move_to(at("2026-03-04 06:00"))
    made = series_services.cancel(series, scope="all", reason="Recovered")
    assert starts(series, status="cancelled") == ["03-10 10:00", "03-17 10:00"]
    reasons = AppointmentChange.objects.filter(to_status="cancelled").values_list("reason", flat=True)
    assert (list(reasons), made.series.version) == (["Recovered", "Recovered"], 2)


def test_this_or_the_following_visits_are_cancelled(series: Series) -> None:
    first, second = series.appointments.order_by("start")[:2]
    series_services.cancel(series, scope="this", appointment=first)
    assert starts(series, status="cancelled") == ["03-03 10:00"]
    series_services.cancel(series, scope="following", appointment=second)
    assert starts(series, status="scheduled") == []


def test_cancelling_twice_changes_nothing(series: Series) -> None:
    series_services.cancel(series, scope="all")
    made = series_services.cancel(series, scope="all")
    assert AppointmentChange.objects.filter(to_status="cancelled").count() == 3
    series.refresh_from_db()
    assert (series.version, made.series) == (2, series)


def test_where_nothing_is_to_come_there_is_nothing_to_change(series: Series, clock: Any) -> None:
    last = series.appointments.get(series_date="2026-03-17")
    clock.move_to(at("2026-03-17 10:00"))
    for scope in ("this", "following", "all"):
        with pytest.raises(NothingToChange):
            series_services.amend(series, scope=scope, appointment=last, time=time(9))


def test_it_has_to_be_said_which_visit_is_meant(series: Series) -> None:
    for scope in ("this", "following"):
        with pytest.raises(WhichVisit):
            series_services.amend(series, scope=scope, time=time(9))
        with pytest.raises(NotInSeries):
            series_services.cancel(series, scope=scope, appointment=book())


def test_a_change_to_what_has_changed_since_is_refused(series: Series) -> None:
    series_services.amend(series, scope="all", time=time(9), seen_version=1)
    with pytest.raises(Outdated):
        series_services.amend(series, scope="all", time=time(11), seen_version=1)
    with pytest.raises(Outdated):
        series_services.cancel(series, scope="all", seen_version=1)
    assert starts(series, status="scheduled") == ["03-03 09:00", "03-10 09:00", "03-17 09:00"]


def test_a_deactivated_doctor_gets_no_series(asked: dict[str, Any], doctor: Doctor) -> None:
    doctor_services.deactivate(doctor)
    with pytest.raises(DatesRefused) as caught:
        series_services.create(**asked)
    assert sentences(caught)[0] == ("2026-03-03 10:00: This doctor no longer sees patients. Choose another doctor.")
