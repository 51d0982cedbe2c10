"""NoOverlap holds on every way into the table, on both engines, and survives what Django does to tables."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import AddField, AlterField, RemoveField
from django.db.migrations.state import ProjectState

from appointments.lifecycle import BLOCKS, Status
from appointments.models import Appointment
from common import constraints
from common.constraints import NoOverlap, violated
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, make_doctor, make_patient


def visit(doctor: Doctor, patient: Patient, start: str, end: str, status: str = "scheduled") -> Appointment:
    """An unsaved row, past every rule but the database's."""
    location = doctor.weekly_hours.first().location
    day = "2026-03-02 "
    return Appointment(
        doctor=doctor, patient=patient, location=location, start=at(day + start), end=at(day + end), status=status
    )


def refused(act: Callable[[], object]) -> str:
    """The name of the constraint that refuses ``act``."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        act()
    return violated(caught.value)


def insert_raw(row: Appointment) -> None:
    values = {
        field.column: field.pre_save(row, add=True)
        for field in Appointment._meta.concrete_fields
        if field.column != "id"
    }
    columns = ", ".join(connection.ops.quote_name(column) for column in values)
    moments = {c: connection.ops.adapt_datetimefield_value(v) for c, v in values.items() if isinstance(v, datetime)}
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO appointments_appointment ({columns}) VALUES ({', '.join(['%s'] * len(values))})",
            list((values | moments).values()),
        )


@pytest.fixture
def doctor(db: None) -> Doctor:
    return make_doctor()


@pytest.fixture
def booked(doctor: Doctor) -> Appointment:
    """10:00 to 10:30."""
    row = visit(doctor, make_patient(), "10:00", "10:30")
    row.save()
    return row


@pytest.mark.parametrize(
    ("start", "end"),
    [("10:00", "10:30"), ("09:45", "10:01"), ("10:29", "11:00"), ("10:10", "10:20"), ("09:00", "12:00")],
)
def test_overlapping_visits_of_a_doctor_are_refused(booked: Appointment, start: str, end: str) -> None:
    row = visit(booked.doctor, make_patient(), start, end)
    assert refused(row.save) == "doctor_not_double_booked"


@pytest.mark.parametrize(("start", "end"), [("09:30", "10:00"), ("10:30", "11:00")])
def test_touching_visits_do_not_overlap(booked: Appointment, start: str, end: str) -> None:
    visit(booked.doctor, booked.patient, start, end).save()
    assert Appointment.objects.count() == 2


def test_overlapping_visits_of_a_patient_are_refused(booked: Appointment) -> None:
    row = visit(make_doctor(), booked.patient, "10:15", "10:45")
    assert refused(row.save) == "patient_not_double_booked"


def test_fractions_of_a_second_overlap(booked: Appointment) -> None:
    row = visit(booked.doctor, make_patient(), "10:29:59.999999", "11:00")
    assert refused(row.save) == "doctor_not_double_booked"


def test_bulk_create_is_refused(doctor: Doctor) -> None:
    rows = [visit(doctor, make_patient(), "10:00", "10:30"), visit(doctor, make_patient(), "10:15", "10:45")]
    assert refused(lambda: Appointment.objects.bulk_create(rows)) == "doctor_not_double_booked"
    assert Appointment.objects.count() == 0


def test_query_set_update_is_refused(booked: Appointment) -> None:
    row = visit(booked.doctor, make_patient(), "11:00", "11:30")
    row.save()
    moved = Appointment.objects.filter(pk=row.pk)
    half = at("2026-03-02 10:15")
    assert refused(lambda: moved.update(start=half, end=half + timedelta(minutes=30))) == "doctor_not_double_booked"


def test_raw_insert_is_refused(booked: Appointment) -> None:
    row = visit(booked.doctor, make_patient(), "10:15", "10:45")
    assert refused(lambda: insert_raw(row)) == "doctor_not_double_booked"
    insert_raw(visit(booked.doctor, make_patient(), "11:00", "11:30"))
    assert Appointment.objects.count() == 2


def test_raw_update_is_refused(booked: Appointment) -> None:
    row = visit(make_doctor(), make_patient(), "10:00", "10:30")
    row.save()

    def to_the_booked_doctor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE appointments_appointment SET doctor_id = %s WHERE id = %s", [booked.doctor_id, row.pk]
            )

    assert refused(to_the_booked_doctor) == "doctor_not_double_booked"


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.NO_SHOW])
def test_a_visit_that_gave_its_time_back_blocks_nothing(booked: Appointment, status: str) -> None:
    Appointment.objects.update(status=status)
    visit(booked.doctor, booked.patient, "10:00", "10:30").save()
    assert Appointment.objects.blocking().count() == 1


@pytest.mark.parametrize("status", ["scheduled", "confirmed", "checked_in", "in_progress", "completed"])
def test_every_blocking_status_blocks(booked: Appointment, status: str) -> None:
    Appointment.objects.update(status=status)
    row = visit(booked.doctor, make_patient(), "10:00", "10:30", status)
    assert refused(row.save) == "doctor_not_double_booked"


def test_reinstating_a_cancelled_visit_onto_a_taken_slot_is_refused(booked: Appointment) -> None:
    row = visit(booked.doctor, make_patient(), "10:00", "10:30", "cancelled")
    row.save()
    cancelled = Appointment.objects.filter(pk=row.pk)
    assert refused(lambda: cancelled.update(status="scheduled")) == "doctor_not_double_booked"


def test_a_visit_does_not_overlap_itself(booked: Appointment) -> None:
    later = booked.start + timedelta(minutes=10)
    Appointment.objects.update(start=later, end=later + timedelta(minutes=30), notes="moved")
    booked.refresh_from_db()
    assert booked.start == later


def test_a_visit_ends_after_it_starts(doctor: Doctor) -> None:
    row = visit(doctor, make_patient(), "10:30", "10:00")
    assert "appointment_not_upside_down" in refused(row.save)


def test_full_clean_says_so_in_words(booked: Appointment) -> None:
    row = visit(booked.doctor, make_patient(), "10:15", "10:45")
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert caught.value.messages == ["This doctor is already booked at that time."]
    visit(booked.doctor, make_patient(), "10:30", "11:00").full_clean()
    visit(booked.doctor, make_patient(), "10:15", "10:45", "cancelled").full_clean()
    booked.full_clean()


# --- What Django does to tables ----------------------------------------------------------------------


def assert_guarded() -> None:
    """Saving, bulk_create, update and reinstating are refused, and nothing is missing."""
    assert constraints.missing() == []
    doctor, patient = make_doctor(), make_patient()
    visit(doctor, patient, "10:00", "10:30").save()
    cancelled = visit(doctor, make_patient(), "10:00", "10:30", "cancelled")
    cancelled.save()
    later = visit(doctor, make_patient(), "11:00", "11:30")
    later.save()
    rows = Appointment.objects
    half = at("2026-03-02 10:15")
    doctors = "doctor_not_double_booked"
    assert refused(visit(doctor, make_patient(), "10:15", "10:45").save) == doctors
    assert refused(lambda: rows.bulk_create([visit(doctor, make_patient(), "10:15", "10:45")])) == doctors
    assert refused(lambda: rows.filter(pk=later.pk).update(start=half)) == doctors
    assert refused(lambda: rows.filter(pk=cancelled.pk).update(status="scheduled")) == doctors
    assert refused(visit(make_doctor(), patient, "10:15", "10:45").save) == "patient_not_double_booked"


@pytest.fixture
def altered_table(transactional_db: None) -> Iterator[Callable[..., None]]:
    """Runs migration operations on the table of appointments, and takes them back afterwards."""
    done: list[tuple[AddField | AlterField | RemoveField, ProjectState, ProjectState]] = []

    def run(operation: AddField | AlterField | RemoveField) -> None:
        before = done[-1][2] if done else MigrationExecutor(connection).loader.project_state()
        after = before.clone()
        operation.state_forwards("appointments", after)
        with connection.schema_editor() as editor:
            operation.database_forwards("appointments", editor, before, after)
        done.append((operation, before, after))

    yield run
    for operation, before, after in reversed(done):
        with connection.schema_editor() as editor:
            operation.database_backwards("appointments", editor, after, before)


def test_guards_survive_add_field_with_a_default(altered_table: Callable[..., None]) -> None:
    # Kept out of the model's INSERTs by the default of the database itself.
    altered_table(AddField("appointment", "extra", models.CharField(max_length=9, default="x", db_default="x")))
    assert_guarded()


def test_guards_survive_alter_field(altered_table: Callable[..., None]) -> None:
    altered_table(AlterField("appointment", "notes", models.CharField(max_length=2000, default="", blank=True)))
    altered_table(AlterField("appointment", "status", models.CharField(max_length=20, default="scheduled")))
    assert_guarded()


def test_guards_survive_remove_field(altered_table: Callable[..., None]) -> None:
    altered_table(AddField("appointment", "extra", models.IntegerField(default=1, db_default=1)))
    altered_table(RemoveField("appointment", "extra"))
    assert_guarded()


def test_guards_hold_after_migrating_through_every_migration(transactional_db: None) -> None:
    executor = MigrationExecutor(connection)
    latest = executor.loader.graph.leaf_nodes()
    executor.migrate([("appointments", None)])
    plan = executor.loader.graph.forwards_plan(executor.loader.graph.leaf_nodes("appointments")[0])
    for target in [key for key in plan if key[0] == "appointments"]:
        MigrationExecutor(connection).migrate([target])
        state = MigrationExecutor(connection).loader.project_state(target)
        assert constraints.missing(of=state.apps) == [], target
    MigrationExecutor(connection).migrate(latest)
    assert_guarded()


def drop_one_guard() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER doctor_not_double_booked_update")
            return "doctor_not_double_booked_update"
        cursor.execute("ALTER TABLE appointments_appointment DROP CONSTRAINT doctor_not_double_booked")
        return "doctor_not_double_booked"


def test_a_missing_guard_is_noticed_and_restored(transactional_db: None) -> None:
    dropped = drop_one_guard()
    assert constraints.missing() == [dropped]
    assert constraints.restore() == [dropped]
    assert_guarded()


def test_migrate_restores_a_missing_guard(transactional_db: None, capsys: pytest.CaptureFixture[str]) -> None:
    dropped = drop_one_guard()
    call_command("migrate", verbosity=1)
    assert f"  Restored the guard {dropped}.\n" in capsys.readouterr().out
    assert_guarded()


def test_a_trigger_with_another_text_counts_as_missing(transactional_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("triggers guard SQLite only")
    drop_one_guard()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER doctor_not_double_booked_update AFTER UPDATE ON appointments_appointment "
            "BEGIN SELECT 1; END"
        )
    assert constraints.missing() == ["doctor_not_double_booked_update"]
    constraints.restore()
    assert_guarded()


def test_the_constraint_is_written_into_migrations_as_it_was_declared() -> None:
    [constraint] = [c for c in Appointment._meta.constraints if c.name == "patient_not_double_booked"]
    path, args, kwargs = constraint.deconstruct()
    assert (path, args) == ("common.constraints.NoOverlap", ())
    assert NoOverlap(**kwargs) == constraint
    assert constraint != NoOverlap(name="patient_not_double_booked", key="doctor", condition=BLOCKS)
