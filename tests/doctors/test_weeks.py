"""Weeks written out for searches: they say what the weekly hours say, whoever changed them and however."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from clinics.models import Location
from doctors import weeks
from doctors.models import Doctor, WeeklyHours, WrittenWeek
from tests.factories import make_doctor, set_hours

MONDAY = {"weekday": 0, "start": time(9), "end": time(12, 30)}
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")


def written() -> dict[int, list[str]]:
    """By doctor, the windows in order: a text has them in none."""
    return {week.doctor_id: sorted(week.windows.split(";")) for week in WrittenWeek.objects.all()}


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def here(db: None) -> int:
    return Location.objects.default().pk


@pytest.fixture
def doctor(here: int) -> Doctor:
    """Who works nowhere yet."""
    doctor = make_doctor()
    WeeklyHours.objects.all().delete()
    return doctor


def test_a_week_is_written_with_place_times_and_days(doctor: Doctor, here: int) -> None:
    set_hours(doctor, "tue 13:00-17:00", "mon 09:00-12:30", valid_from=date(2026, 3, 1), valid_until=date(2026, 3, 31))
    assert written() == {
        doctor.pk: [
            f"0 {here} 09:00:00 12:30:00 2026-03-01 2026-03-31",
            f"1 {here} 13:00:00 17:00:00 2026-03-01 2026-03-31",
        ]
    }


def test_a_doctor_without_weekly_hours_has_none(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-12:30")
    set_hours(doctor)
    assert written() == {}


WAYS: dict[str, Callable[[Doctor, Doctor, int], object]] = {
    "saved": lambda one, other, here: WeeklyHours.objects.create(doctor=one, location_id=here, **MONDAY),
    "many at once": lambda one, other, here: WeeklyHours.objects.bulk_create(
        [WeeklyHours(doctor=doctor, location_id=here, **MONDAY) for doctor in (one, other)]
    ),
    "changed": lambda one, other, here: WeeklyHours.objects.update(weekday=3),
    "given to another doctor": lambda one, other, here: WeeklyHours.objects.update(doctor=other),
    "deleted": lambda one, other, here: WeeklyHours.objects.filter(weekday=1).delete(),
    "changed in SQL": lambda one, other, here: sql("UPDATE doctors_weeklyhours SET valid_from = '2026-04-01'"),
    "deleted in SQL": lambda one, other, here: sql("DELETE FROM doctors_weeklyhours"),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_whatever_way_hours_change_the_week_says_what_they_say(
    way: Callable[[Doctor, Doctor, int], object], doctor: Doctor, here: int
) -> None:
    other = make_doctor()
    set_hours(other, "fri 08:00-10:00")
    set_hours(doctor, "mon 14:00-15:00", "tue 14:00-15:00")
    way(doctor, other, here)
    said: dict[int, list[str]] = {}
    for hours in WeeklyHours.objects.all():
        days = f"{hours.valid_from or ''} {hours.valid_until or ''}"
        window = f"{hours.weekday} {hours.location_id} {hours.start} {hours.end} {days}"
        said[hours.doctor_id] = sorted([*said.get(hours.doctor_id, []), window])
    assert written() == said


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_hours_that_are_truncated_leave_no_week(doctor: Doctor) -> None:
    set_hours(doctor, "mon 09:00-12:30")
    sql("TRUNCATE doctors_weeklyhours")
    assert written() == {}


# --- Triggers ----------------------------------------------------------------------------------------


def test_without_a_trigger_it_is_not_ready_until_migrate_restores_it(doctor: Doctor, here: int, client: Client) -> None:
    name = "week_written_after_delete" + ("" if connection.vendor == "sqlite" else "_old")
    sql(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else " ON doctors_weeklyhours"))
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "missing": [f"guard {name}"]})
    set_hours(doctor, "mon 09:00-12:30")
    WeeklyHours.objects.all().delete()
    assert written() == {doctor.pk: [f"0 {here} 09:00:00 12:30:00  "]}  # the control: nobody has written it anew
    call_command("migrate", verbosity=0)
    assert client.get("/readyz").status_code == 200
    assert written() == {}


def test_hours_change_also_where_the_migration_was_taken_back(transactional_db: None) -> None:
    place = Location.objects.default()
    try:
        call_command("migrate", "doctors", "0006", verbosity=0)
        doctor = make_doctor()  # with the opening hours
    finally:
        call_command("migrate", verbosity=0)
    set_hours(doctor, "mon 09:00-12:30")
    assert written() == {doctor.pk: [f"0 {place.pk} 09:00:00 12:30:00  "]}


# --- Two at once -------------------------------------------------------------------------------------


def added(doctor: Doctor, here: int, weekday: int) -> None:
    """In SQL, so that no service locks the doctor first; the thread's own connection."""
    try:
        sql(
            'INSERT INTO doctors_weeklyhours (doctor_id, location_id, weekday, start, "end") '
            f"VALUES ({doctor.pk}, {here}, {weekday}, '09:00', '12:30')"
        )
    finally:
        connection.close()


def two_at_once(doctor: Doctor, here: int) -> None:
    """Somebody adds Monday's hours, and before that is committed somebody else Tuesday's."""
    with ThreadPoolExecutor() as pool:
        with transaction.atomic():
            WeeklyHours.objects.create(doctor=doctor, location_id=here, **MONDAY)
            second = pool.submit(added, doctor, here, 1)
            while not waiting_for_a_lock():
                assert not second.done() or second.result() is None
        second.result()


def waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction looks once
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_of_two_who_add_hours_at_once_the_second_writes_what_the_first_did() -> None:
    doctor, here = make_doctor(), Location.objects.default().pk
    WeeklyHours.objects.all().delete()
    two_at_once(doctor, here)
    assert written() == {doctor.pk: [f"0 {here} 09:00:00 12:30:00  ", f"1 {here} 09:00:00 12:30:00  "]}


@on_postgresql
@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_would_not_see_the_first() -> None:
    """The negative control: each writes the week that it sees, and one of them cannot be stored."""
    doctor, here = make_doctor(), Location.objects.default().pk
    WeeklyHours.objects.all().delete()
    made = weeks.TRIGGERS.functions["doctors_write_weeks"]
    sql(made.replace(f"{weeks.LOCK}; ", ""))
    try:
        with pytest.raises(IntegrityError):
            two_at_once(doctor, here)
    finally:
        sql(made)
