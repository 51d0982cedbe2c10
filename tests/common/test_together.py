"""Several queries asked in one statement find what each of them finds alone."""

from datetime import date, time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment
from clinics.models import AppointmentType, Location
from common.prepared import Prepared
from common.together import ask
from doctors.models import Doctor, WeeklyHours
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, make_type, set_hours

pytestmark = pytest.mark.django_db

BY_ID = Prepared(lambda pk: Doctor.objects.filter(pk=pk))
OF_DAY = Prepared(lambda day: Appointment.objects.filter(start__date=day).order_by("-start"))
WINDOWS = Prepared(
    lambda doctor: (
        WeeklyHours.objects.filter(doctor__pk=doctor)
        .order_by("id")
        .values_list("weekday", "start", "end", "valid_from", "valid_until")
    )
)
PATIENTS = Prepared(lambda ids: Patient.objects.filter(pk__among=ids).order_by("pk"))


def test_it_is_one_statement_with_the_answers_in_the_order_of_the_questions() -> None:
    doctor = make_doctor(full_name="Ada Heart")
    early, late = book("2026-03-02 08:00", doctor=doctor), book("2026-03-02 15:00", doctor=doctor)
    with CaptureQueriesContext(connection) as asked:
        doctors, visits = ask(BY_ID.of(pk=doctor.pk), OF_DAY.of(day=date(2026, 3, 2)))
    assert (doctors, visits) == ([doctor], [late, early])
    assert (doctors[0].full_name, visits[0].start, len(asked)) == ("Ada Heart", at("2026-03-02 15:00"), 1)


def test_rows_are_as_the_queries_find_them_alone() -> None:
    doctor = make_doctor()
    set_hours(doctor, "mon 08:00-12:30", "tue 22:00-02:00", valid_from=date(2026, 3, 1))
    patients = [make_patient(full_name='Zoë "Z" O\'Brien % %s', date_of_birth=date(1990, 2, 28)), make_patient()]
    windows, found, nobody = ask(
        WINDOWS.of(doctor=doctor.pk), PATIENTS.of(ids=[patient.pk for patient in patients]), PATIENTS.of(ids=[])
    )
    assert [tuple(window) for window in windows] == [
        (0, time(8), time(12, 30), date(2026, 3, 1), None),
        (1, time(22), time(2), date(2026, 3, 1), None),
    ]
    alone = PATIENTS(ids=[patient.pk for patient in patients])
    assert [vars_of(patient) for patient in found] == [vars_of(patient) for patient in alone]
    assert nobody == []


def vars_of(record: Patient) -> dict[str, object]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields}


def test_json_is_as_django_reads_it() -> None:
    kind = make_type(specializations=["Cardiology", 'Ear, "nose" & throat'])
    types = Prepared(lambda pk: AppointmentType.objects.filter(pk=pk))
    [[found]] = ask(types.of(pk=kind.pk))
    assert found.specializations == ["Cardiology", 'Ear, "nose" & throat']


def test_one_query_may_be_asked_twice_with_other_values() -> None:
    first, second = make_doctor(), make_doctor()
    assert ask(BY_ID.of(pk=second.pk), BY_ID.of(pk=first.pk)) == [[second], [first]]


def test_what_is_selected_beside_a_model_is_there() -> None:
    visit = book("2026-03-02 08:00")
    beside = Prepared(lambda pk: Appointment.objects.select_related("doctor", "location").filter(pk=pk))
    [[found]] = ask(beside.of(pk=visit.pk))
    with CaptureQueriesContext(connection) as asked:
        assert (found.doctor, found.location) == (visit.doctor, Location.objects.default())
    assert len(asked) == 1  # the default location's own


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks no rows")
def test_a_query_that_locks_is_not_asked_together_with_others() -> None:
    locked = Prepared(lambda ids: Doctor.objects.locked().filter(pk__among=ids))
    with pytest.raises(AssertionError):
        ask(locked.of(ids=[1]), BY_ID.of(pk=1))
