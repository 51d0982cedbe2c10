"""The nightly job: whose visits it marks as missed, and whose it leaves alone."""

from typing import Any

import pytest
from django.core.management import call_command

from appointments import no_shows, services
from appointments.models import Appointment
from appointments.no_shows import mark_no_shows
from clinics.models import Location
from clinics.services import open_location
from tests.factories import at, book, make_doctor, set_hours

pytestmark = pytest.mark.django_db
NIGHT = at("2026-03-03 01:00")
EVERY_HOUR = [f"{day} 00:00-00:00" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]


@pytest.fixture
def location() -> Location:
    """It asks for the job."""
    Location.objects.update(marks_no_shows=True)
    return Location.objects.default()


def run(capsys: Any) -> str:
    call_command("mark_no_shows")
    return str(capsys.readouterr().out)


def statuses(*visits: Appointment) -> list[str]:
    rows = dict(Appointment.objects.values_list("pk", "status"))
    return [rows[visit.pk] for visit in visits]


def test_yesterdays_visits_that_nobody_checked_in_are_marked(location: Location, clock: Any) -> None:
    visits = [book() for _ in range(6)]
    services.confirm(visits[1])
    services.check_in(visits[2])
    services.begin(visits[3])
    services.complete(visits[4])
    services.cancel(visits[5])
    clock.move_to(NIGHT)
    [report] = mark_no_shows(now=NIGHT)
    assert (report.location, report.marked, report.passed_over) == (location, 2, 0)
    assert statuses(*visits) == ["no_show", "no_show", "checked_in", "in_progress", "completed", "cancelled"]
    line = visits[0].history.last()
    assert (line.from_status, line.to_status, line.by, line.reason) == (
        "scheduled",
        "no_show",
        None,
        "Nobody checked in.",
    )


def test_older_visits_are_marked_and_todays_are_not(location: Location, clock: Any) -> None:
    old, today = book("2026-03-02 10:00"), book("2026-03-05 08:00")
    clock.move_to(at("2026-03-05 12:00"))
    list(mark_no_shows(now=at("2026-03-05 12:00")))
    assert statuses(old, today) == ["no_show", "scheduled"]


def test_a_second_run_changes_nothing(location: Location, clock: Any, capsys: Any) -> None:
    visit = book()
    clock.move_to(NIGHT)
    assert run(capsys) == "Test Clinic: 1 marked as no-shows.\n"
    assert run(capsys) == "Test Clinic: 0 marked as no-shows.\n"
    assert visit.history.count() == 2


def test_only_locations_that_ask_for_it_are_looked_at(db: None, clock: Any, capsys: Any) -> None:
    visit = book()
    clock.move_to(NIGHT)
    assert run(capsys) == "No location asks for it: switch on marks_no_shows where the clinic wants it.\n"
    there = open_location(name="There", time_zone="UTC")
    Location.objects.filter(pk=there.pk).update(marks_no_shows=True)
    assert run(capsys) == "There: 0 marked as no-shows.\n"
    assert statuses(visit) == ["scheduled"]


@pytest.mark.parametrize(
    ("zone", "now", "expected"),
    [
        ("Pacific/Auckland", "2026-03-02 10:59", ["scheduled"]),  # 23:59 of the same day there
        ("Pacific/Auckland", "2026-03-02 11:00", ["no_show"]),
        ("America/Los_Angeles", "2026-03-03 07:59", ["scheduled"]),
        ("America/Los_Angeles", "2026-03-03 08:00", ["no_show"]),
    ],
)
def test_yesterday_is_the_locations(location: Location, clock: Any, zone: str, now: str, expected: list[str]) -> None:
    Location.objects.update(time_zone=zone)
    doctor = make_doctor()
    set_hours(doctor, *EVERY_HOUR)
    visit = book("2026-03-02 09:00", doctor=doctor)
    clock.move_to(at(now))
    list(mark_no_shows(now=at(now)))
    assert statuses(visit) == expected


def test_a_visit_over_midnight_is_left_until_it_is_over(location: Location, clock: Any) -> None:
    doctor = make_doctor()
    set_hours(doctor, *EVERY_HOUR)
    visit = book("2026-03-02 23:45", doctor=doctor)
    for now, expected in (("2026-03-03 00:14", "scheduled"), ("2026-03-03 00:15", "no_show")):
        clock.move_to(at(now))
        list(mark_no_shows(now=at(now)))
        assert statuses(visit) == [expected]


def test_a_visit_that_changes_meanwhile_is_left_alone(
    location: Location, clock: Any, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    visit, other = book(), book()
    mark = services.mark_no_show

    def after_somebody_moved_it(appointment: Appointment, **asking: Any) -> Appointment:
        if appointment == visit:
            services.reschedule(Appointment.objects.get(pk=visit.pk), start=at("2026-03-09 10:00"))
        return mark(appointment, **asking)

    monkeypatch.setattr(services, "mark_no_show", after_somebody_moved_it)
    clock.move_to(NIGHT)
    assert run(capsys) == "Test Clinic: 1 marked as no-shows. 1 changed meanwhile and were left alone.\n"
    assert statuses(visit, other) == ["scheduled", "no_show"]


def test_visits_are_read_in_batches(
    location: Location, clock: Any, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Any
) -> None:
    visits = [book() for _ in range(5)]
    monkeypatch.setattr(no_shows, "BATCH", 2)
    monkeypatch.setattr(no_shows, "_mark", lambda visit: True)
    clock.move_to(NIGHT)
    with django_assert_num_queries(5):  # the locations; two, two, one visit, and none
        [report] = mark_no_shows(now=NIGHT)
    assert report.marked == len(visits)
