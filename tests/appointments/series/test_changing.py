"""A series changes, or is cancelled: one visit, this and the following, or all that are to come."""

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django.db import connection

from appointments import services
from appointments.errors import ChangedMeanwhile
from appointments.models import AppointmentChange, Series
from appointments.series import services as series_services
from appointments.series.errors import DatesRefused, NothingToChange, NotInSeries, WhichVisit
from clinics.models import AppointmentType, Location, Room
from common.errors import Outdated
from doctors.models import Doctor
from tests.appointments.series.reading import (
    TAKEN,
    in_new_york,
    round_the_clock,
    sentences,
    starts,
    verdicts,
)
from tests.factories import at, book, make_doctor

pytestmark = pytest.mark.django_db


# --- Moving ------------------------------------------------------------------------------------------


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


# --- Cancelling --------------------------------------------------------------------------------------


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


# --- Which of them -----------------------------------------------------------------------------------


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


# --- Two at once -------------------------------------------------------------------------------------


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
