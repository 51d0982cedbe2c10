"""What is looked for in a database that was restored."""

from datetime import timedelta

import pytest
from django.db import connection

from appointments import services
from appointments.models import Appointment, AppointmentChange
from core import backups
from tests.factories import at, book, make_patient

pytestmark = pytest.mark.django_db


def drop_the_guards_of_doctors() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for event in ("insert", "update"):
                cursor.execute(f"DROP TRIGGER doctor_not_double_booked_{event}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE appointments_appointment DROP CONSTRAINT doctor_not_double_booked")


def beside(visit: Appointment, minutes: int, status: str = "scheduled") -> Appointment:
    """The same visit so many minutes later, of another patient."""
    moved = timedelta(minutes=minutes)
    times = {"start": visit.start + moved, "end": visit.end + moved}
    return Appointment(patient=make_patient(), doctor=visit.doctor, location=visit.location, status=status, **times)


def test_of_a_whole_database_nothing_is_wrong() -> None:
    book()
    found = backups.findings()
    assert (found.patients, found.doctors, found.appointments, found.wrong) == (1, 1, 1, [])


def test_what_overlaps_in_spite_of_a_guard_and_what_has_no_history_is_found() -> None:
    first = book("2026-03-02 10:00")
    book("2026-03-02 10:00")  # another doctor's
    drop_the_guards_of_doctors()
    touching, cancelled, inside, at_once = 30, 10, 45, 0
    Appointment.objects.bulk_create(
        [beside(first, touching), beside(first, cancelled, "cancelled"), beside(first, inside), beside(first, at_once)]
    )
    assert [line for line in backups.findings().wrong if not line.startswith("guard ")] == [
        "2 rows that overlap in spite of doctor_not_double_booked",
        "4 appointments that are not what their history says",
    ]


def test_a_visit_is_what_its_last_line_says() -> None:
    moved, noted, untold = book("2026-03-02 10:00"), book("2026-03-02 10:00"), book("2026-03-02 10:00")
    services.reschedule(moved, start=at("2026-03-02 11:00"))
    services.amend(noted, notes="Comes with her daughter.")  # of which the history tells nothing
    assert backups.findings().wrong == []
    Appointment.objects.filter(pk=untold.pk).update(status="completed")
    AppointmentChange.objects.filter(pk=moved.history.latest("id").pk).delete()
    assert backups.findings().wrong == ["2 appointments that are not what their history says"]
