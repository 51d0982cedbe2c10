"""Queries that are compiled once find what the same queries find that Django compiles each time."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from appointments.models import Appointment
from common.prepared import Prepared
from doctors.models import Doctor
from tests.factories import at, book, make_doctor, make_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(db: None) -> Appointment:
    return book("2026-03-02 08:00", doctor=make_doctor(full_name="Ada Heart"))


def test_it_is_compiled_once_and_asked_again_with_other_values(visit: Appointment) -> None:
    built = []

    def build(start: Any, end: Any) -> QuerySet[Appointment]:
        built.append((start, end))
        return Appointment.objects.filter(start__lt=end, end__gt=start)

    touching = Prepared(build)
    assert touching(start=at("2026-03-02 08:29"), end=at("2026-03-02 09:00")) == [visit]
    assert touching(start=at("2026-03-02 08:30"), end=at("2026-03-02 09:00")) == []
    assert touching(start=at("2026-03-02 07:00"), end=at("2026-03-02 08:01")) == [visit]
    assert len(built) == 1


def test_it_finds_models_as_a_queryset_does_with_what_is_selected_beside_them(visit: Appointment) -> None:
    by_id = Prepared(lambda pk: Appointment.objects.select_related("doctor", "room").filter(pk=pk))
    found = by_id.one(pk=visit.pk)
    usual = Appointment.objects.select_related("doctor", "room").get(pk=visit.pk)
    assert {field.attname: getattr(found, field.attname) for field in found._meta.concrete_fields} == {
        field.attname: getattr(usual, field.attname) for field in usual._meta.concrete_fields
    }
    with CaptureQueriesContext(connection) as asked:
        assert (found.doctor.full_name, found.room) == ("Ada Heart", None)
    assert len(asked) == 0


def test_it_finds_tuples_with_values_as_python_knows_them(visit: Appointment) -> None:
    edges = Prepared(lambda doctor: Appointment.objects.filter(doctor__pk=doctor).values_list("start", "status"))
    assert edges(doctor=visit.doctor_id) == [(at("2026-03-02 08:00"), "scheduled")]


def test_ids_are_looked_for_in_lists_of_any_length(visit: Appointment) -> None:
    other = make_doctor()
    named = Prepared(lambda ids: Doctor.objects.filter(pk__among=ids).order_by("pk"))
    assert named(ids=[visit.doctor_id]) == [visit.doctor]
    assert named(ids=[other.pk, visit.doctor_id]) == [visit.doctor, other]
    assert named(ids=[]) == []


def test_first_is_none_where_nothing_is_found_and_one_says_so(visit: Appointment) -> None:
    by_id = Prepared(lambda pk: Doctor.objects.filter(pk=pk))
    assert by_id.first(pk=0) is None
    with pytest.raises(Doctor.DoesNotExist):
        by_id.one(pk=0)


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite locks no rows")
@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_within_a_transaction_only() -> None:
    make_patient()
    locked = Prepared(lambda ids: Doctor.objects.locked().filter(pk__among=ids))
    for _ in range(2):
        with pytest.raises(TransactionManagementError):
            locked(ids=[1])
