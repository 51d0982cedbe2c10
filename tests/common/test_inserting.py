"""One INSERT, composed once: it stores what save() stores."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment
from clinics.models import Location
from common.inserting import insert
from tests.factories import at, make_doctor, make_patient

pytestmark = pytest.mark.django_db


def drafted(hour: int) -> Appointment:
    start, end = at(f"2026-03-02 {hour:02}:00"), at(f"2026-03-02 {hour:02}:30")
    return Appointment(
        patient=make_patient(), doctor=make_doctor(), location=Location.objects.default(), start=start, end=end
    )


def test_it_stores_what_save_stores_with_its_key_and_its_times() -> None:
    inserted, saved = drafted(8), drafted(9)
    insert(inserted)
    saved.save(force_insert=True)
    assert inserted.pk
    assert inserted._state.adding is False
    rows = Appointment.objects.in_bulk()
    own = {"id", "patient_id", "doctor_id", "start", "end"}
    assert {name: value for name, value in vars(rows[inserted.pk]).items() if name not in own | {"_state"}} == {
        name: value for name, value in vars(rows[saved.pk]).items() if name not in own | {"_state"}
    }
    assert (inserted.created_at, inserted.status) == (rows[inserted.pk].created_at, "scheduled")


def test_it_is_one_statement() -> None:
    row = drafted(8)
    with CaptureQueriesContext(connection) as asked:
        insert(row)
    assert [query["sql"].split()[:3] for query in asked.captured_queries] == [
        ["INSERT", "INTO", '"appointments_appointment"']
    ]
