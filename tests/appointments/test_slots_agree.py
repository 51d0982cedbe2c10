"""The slot list, the policy and the plain model say the same of any calendar: a property, across clock changes."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appointments import policy
from appointments.finding import Search, find_slots
from appointments.models import Appointment
from clinics.models import Location
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient
from scheduling.hours import WeeklyWindow
from scheduling.intervals import Interval
from tests.factories import make_doctor, make_patient
from tests.scheduling.plain import DAY, MINUTE, Calendar, Stretch

pytestmark = pytest.mark.django_db
Kind = AvailabilityException.Kind

# The local day of a clock change, or any where there is none.
PLACES = {
    "UTC": [date(2026, 6, 7)],
    "Asia/Kolkata": [date(2026, 6, 7)],
    "Africa/Nairobi": [date(2026, 6, 7)],
    "America/New_York": [date(2027, 3, 14), date(2026, 11, 1)],
    "Pacific/Auckland": [date(2026, 4, 5), date(2026, 9, 27)],
    "Australia/Lord_Howe": [date(2026, 4, 5), date(2026, 10, 4)],
    "America/Havana": [date(2027, 3, 14), date(2026, 11, 1)],
    "Antarctica/Troll": [date(2026, 3, 29), date(2026, 10, 25)],
}
DAYS = 4  # the day before the change to two days after

clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 10, 15, 30, 45]))
# Mostly on the days around a change, which are Saturdays to Mondays; every seventh window is open round the clock.
weekdays = st.sampled_from([4, 5, 5, 6, 6, 6, 0, 1])
valid_from = st.none() | st.none() | st.sampled_from([date(2026, 4, 5), date(2026, 10, 31)])
some_windows = st.lists(
    st.builds(WeeklyWindow, weekdays, clocks, clocks, valid_from, st.none()), min_size=1, max_size=5
)
every_day = clocks.map(lambda edge: [WeeklyWindow(weekday, edge, edge) for weekday in range(7)])
weeks = some_windows | some_windows | every_day


@st.composite
def calendars(draw: st.DrawFn) -> tuple[str, Calendar]:
    zone = draw(st.sampled_from(sorted(PLACES)))
    first = draw(st.sampled_from(PLACES[zone])) - DAY
    since, until = (
        datetime.combine(day, time(0), ZoneInfo(zone)).astimezone(UTC) for day in (first, first + DAYS * DAY)
    )
    minutes = st.integers(0, DAYS * 24 * 60)

    def stretches(longest: int, most: int) -> list[Stretch]:
        pairs = draw(st.lists(st.tuples(minutes, st.integers(1, longest)), max_size=most))
        return [(since + start * MINUTE, since + (start + length) * MINUTE) for start, length in pairs]

    return zone, Calendar(
        zone=ZoneInfo(zone),
        since=since,
        until=until,
        now=since + draw(st.sampled_from([-1000, 0, 700])) * MINUTE,
        windows=draw(weeks),
        extra=stretches(600, 2),
        closed=stretches(900, 2),
        visits=apart(stretches(120, 5)),
    )


def apart(stretches: list[Stretch]) -> list[Stretch]:
    """Those that do not overlap an earlier one: a doctor's visits never do."""
    kept: list[Stretch] = []
    for start, end in stretches:
        if not any(first < end and start < last for first, last in kept):
            kept.append((start, end))
    return kept


@settings(
    max_examples=50 if connection.vendor == "sqlite" else 20,  # what they are drawn from is the same
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_the_list_the_policy_and_the_plain_model_agree(data: st.DataObject) -> None:
    zone, calendar = data.draw(calendars())
    minutes = data.draw(st.sampled_from([10, 30, 45, 60, 100, 240]), label="minutes")
    step = data.draw(st.sampled_from([None, 15, 50]), label="step")
    doctor, patient = stored(calendar, zone), make_patient()

    first = calendar.since.astimezone(calendar.zone).date()
    asked = {"since": first, "until": first + (DAYS - 1) * DAY, "now": calendar.now, "limit": 10_000}
    found = find_slots(Search([doctor], **asked, minutes=minutes, step=step))
    assert [slot.start for slot in found] == calendar.slots(minutes, step or minutes)
    assert {slot.end - slot.start for slot in found} <= {minutes * MINUTE}

    # One side of the coin is every listed start, the other every start on the grid or off it that is not.
    listed = {slot.start for slot in found}
    left_out = [start for start in calendar.grid(minutes, step or minutes) if start not in listed]
    last = (calendar.until - calendar.since) // MINUTE - minutes
    off_grid = data.draw(st.lists(st.integers(0, last), max_size=5), label="off the grid")
    for start in [*sample(data, sorted(listed)), *sample(data, left_out)]:
        assert books(doctor, patient, start, minutes, calendar.now) is (start in listed)
    for start in [calendar.since + number * MINUTE for number in off_grid]:
        assert books(doctor, patient, start, minutes, calendar.now) is calendar.books(start, minutes)


def sample(data: st.DataObject, starts: list[datetime]) -> list[datetime]:
    return data.draw(st.lists(st.sampled_from(starts), max_size=8, unique=True)) if starts else []


def books(doctor: Doctor, patient: Patient, start: datetime, minutes: int, now: datetime) -> bool:
    proposal = policy.Proposal(doctor, Interval.lasting(start, minutes), now, patient)
    return list(policy.problems(proposal)) == []


def stored(calendar: Calendar, zone: str) -> Doctor:
    """A doctor of this calendar in the database."""
    place, _ = Location.objects.get_or_create(name=zone, time_zone=zone)
    doctor, patient = make_doctor(), make_patient()
    WeeklyHours.objects.filter(doctor=doctor).delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            doctor=doctor,
            location=place,
            weekday=window.weekday,
            start=window.start,
            end=window.end,
            valid_from=window.valid_from,
        )
        for window in calendar.windows
    )
    AvailabilityException.objects.bulk_create(
        AvailabilityException(doctor=doctor, location=place, kind=kind, start=start, end=end)
        for kind, stretches in ((Kind.OPEN, calendar.extra), (Kind.CLOSED, calendar.closed))
        for start, end in stretches
    )
    Appointment.objects.bulk_create(
        Appointment(doctor=doctor, patient=patient, location=place, start=start, end=end)
        for start, end in calendar.visits
    )
    return doctor
