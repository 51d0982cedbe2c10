"""What is taken is found, and found without reading the whole calendar."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments import occupancy
from appointments.models import Appointment
from appointments.occupancy import Taken
from clinics.models import Location
from doctors.models import Doctor
from scheduling.intervals import Interval
from tests.factories import NOW, at, make_doctor, make_patient
from tests.plans import rows_read, tells

pytestmark = pytest.mark.django_db


def stored(doctor: Doctor, start: str, end: str, days: int = 1) -> list[Appointment]:
    """One visit a day."""
    facts = {"doctor": doctor, "patient": make_patient(), "location": Location.objects.default()}
    ahead = [timedelta(days=number) for number in range(days)]
    return Appointment.objects.bulk_create(
        Appointment(start=at(start) + later, end=at(end) + later, **facts) for later in ahead
    )


@pytest.mark.parametrize(
    ("start", "end", "taken"),
    [
        ("2026-03-03 22:00", "2026-03-03 23:00", False),
        ("2026-03-03 22:00", "2026-03-04 00:01", True),
        ("2026-03-04 23:59", "2026-03-05 00:30", True),
        ("2026-03-05 00:00", "2026-03-05 00:30", False),
    ],
)
def test_a_visit_as_long_as_one_can_be_takes_its_first_and_its_last_minute(start: str, end: str, taken: bool) -> None:
    doctor = make_doctor()
    [visit] = stored(doctor, "2026-03-04 00:00", "2026-03-05 00:00")
    span = Interval(at(start), at(end))
    assert list(Appointment.objects.overlapping(span)) == [visit] * taken
    found = occupancy.of_doctors([doctor.pk], span, now=NOW)[doctor.pk]
    assert [one for one in found if one.interval.overlaps(span)] == [Taken(visit.interval)] * taken


@tells
def test_of_a_calendar_that_is_full_for_months_only_what_is_near_is_read() -> None:
    doctor = make_doctor()
    stored(doctor, "2026-03-04 10:00", "2026-03-04 10:30", days=300)
    span = Interval(at("2026-03-06 10:00"), at("2026-03-06 11:00"))
    with CaptureQueriesContext(connection) as asked:
        assert len(occupancy.of_doctors([doctor.pk], span, now=NOW)[doctor.pk]) == 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE appointments_appointment")
    [read] = asked.captured_queries
    assert rows_read(read["sql"], "appointments_appointment") < 10
