"""Two records of one person become one."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from appointments import holds, merging, services
from appointments.errors import PatientBusy
from appointments.merging import merge, references
from appointments.models import Appointment, WaitlistEntry
from appointments.series import services as series
from appointments.series.errors import DatesRefused
from common.errors import Busy
from patients import guardians
from patients import services as patient_services
from patients.errors import MergedElsewhere, OneGuardsTheOther, RecordMerged, SameRecord, TooManyGuardians
from patients.models import Patient, PatientMerge
from tests.factories import at, book, make_doctor, make_patient

pytestmark = pytest.mark.django_db


def pair(**fields: Any) -> tuple[Patient, Patient]:
    """The record to keep, and another one of the same person."""
    return make_patient(full_name="Jane Doe"), make_patient(full_name="Doe Jane", **fields)


def fresh(patient: Patient) -> Patient:
    return Patient.objects.get(pk=patient.pk)


# --- Everything goes over -------------------------------------------------------------------------


def test_nothing_is_booked_beside_a_visit_that_stayed_with_the_merged_record() -> None:
    kept, other = make_patient(), make_patient()
    book("2026-03-02 10:00", patient=kept)
    stayed = book("2026-03-02 10:15", patient=other, duration_minutes=60)
    merge(kept, other)
    for patient in (kept, other):
        with pytest.raises(PatientBusy):
            book("2026-03-02 10:45", patient=patient)
    with pytest.raises(DatesRefused):
        series.create(patient=kept, doctor=make_doctor(), start=at("2026-03-02 10:45"), rule="FREQ=DAILY;COUNT=2")
    services.cancel(stayed)
    book("2026-03-02 10:45", patient=kept)


def test_every_foreign_key_to_a_patient_goes_over() -> None:
    """Whoever adds one finds it here: is it moved as the others are?"""
    keys = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey) and field.related_model is Patient
    }
    moved = {f"{field.model._meta.label}.{field.name}" for field in references().values()}
    assert keys - moved == {"patients.PatientMerge.kept", "patients.PatientMerge.merged"}
    assert {name: f"{field.model._meta.label}.{field.name}" for name, field in references().items()} == {
        "appointments": "appointments.Appointment.patient",
        "holds": "appointments.Hold.patient",
        "series": "appointments.Series.patient",
        "waitlist_entries": "appointments.WaitlistEntry.patient",
        "dependents": "patients.Patient.guardian",
        "merged_records": "patients.Patient.merged_into",
    }


def test_visits_holds_entries_and_dependents_go_over(user: User) -> None:
    kept, duplicate = pair()
    visits = [book("2026-03-02 10:00", patient=duplicate), book("2026-03-03 10:00", patient=duplicate)]
    services.cancel(visits[1])
    held, _ = holds.hold(doctor=make_doctor(), start=at("2026-03-04 10:00"), patient=duplicate)
    entry = WaitlistEntry.objects.create(
        patient=duplicate, specialization="General", earliest=date(2026, 3, 2), latest=date(2026, 3, 9)
    )
    child = make_patient(guardian=duplicate)
    merged = merge(kept, duplicate, actor=user, reason="Registered twice")
    assert merged.moved == {
        "appointments": 2,
        "holds": 1,
        "series": 0,
        "waitlist_entries": 1,
        "dependents": 1,
        "merged_records": 0,
    }
    for row in (*visits, held, entry):
        row.refresh_from_db()
        assert row.patient == kept
    assert fresh(child).guardian == kept
    record = PatientMerge.objects.get()
    assert (record.kept, record.merged, record.by, record.reason) == (kept, duplicate, user, "Registered twice")
    assert record.moved["appointments"] == [visit.pk for visit in visits]


def test_a_visit_that_goes_over_keeps_its_history_and_gets_a_new_version() -> None:
    kept, duplicate = pair()
    visit = book(patient=duplicate)
    merge(kept, duplicate)
    visit.refresh_from_db()
    assert (visit.version, [line.action for line in visit.history.all()]) == (2, ["booked"])
    assert services.confirm(visit).status == "confirmed"


def test_merging_takes_the_same_queries_for_one_visit_and_for_five() -> None:
    def queries(visits: int) -> int:
        kept, duplicate = pair()
        for hour in range(9, 9 + visits):
            book(f"2026-03-02 {hour:02}:00", patient=duplicate)
        with CaptureQueriesContext(connection) as captured:
            merge(kept, duplicate)
        return len(captured)

    assert queries(1) == queries(5)


# --- What is known of the person ------------------------------------------------------------------


def test_the_kept_record_is_given_what_it_lacks_and_nothing_else() -> None:
    kept = make_patient(full_name="Jane Doe", email="jane@example.com", desk_notes="Parks at the side.")
    duplicate = make_patient(
        full_name="Doe Jane",
        email="other@example.com",
        national_id="A1",
        date_of_birth=date(1990, 4, 17),
        desk_notes="Call after five.",
    )
    assert merge(kept, duplicate).filled == ["national_id", "date_of_birth", "desk_notes"]
    kept, duplicate = fresh(kept), fresh(duplicate)
    assert (kept.full_name, kept.email, kept.national_id) == ("Jane Doe", "jane@example.com", "A1")
    assert (kept.date_of_birth, kept.desk_notes) == (date(1990, 4, 17), "Parks at the side.\nCall after five.")
    assert (duplicate.national_id, duplicate.active, duplicate.merged_into) == (None, False, kept)


def test_a_patient_who_is_active_under_one_record_stays_active() -> None:
    kept, duplicate = pair()
    patient_services.deactivate(kept)
    assert merge(kept, duplicate).filled == ["active"]
    assert fresh(kept).active


def test_two_merges_in_a_row_lead_to_the_last_record() -> None:
    first, second = pair()
    third = make_patient()
    merge(second, third)
    merge(first, second)
    assert (fresh(second).merged_into, fresh(third).merged_into) == (first, first)


# --- Visits that overlap --------------------------------------------------------------------------


def test_overlapping_visits_stay_and_are_reported() -> None:
    kept, duplicate = pair()
    own = book("2026-03-02 10:00", patient=kept)
    theirs = book("2026-03-02 10:15", patient=duplicate)
    touching = book("2026-03-02 10:45", patient=duplicate)
    [overlap] = merge(kept, duplicate).overlapping
    assert (overlap.visit, overlap.others) == (theirs, [own])
    stored = dict(Appointment.objects.values_list("pk", "patient"))
    assert stored == {own.pk: kept.pk, theirs.pk: duplicate.pk, touching.pk: kept.pk}


def test_a_cancelled_visit_overlaps_nothing() -> None:
    kept, duplicate = pair()
    book("2026-03-02 10:00", patient=kept)
    services.cancel(book("2026-03-02 10:00", patient=duplicate))
    merged = merge(kept, duplicate)
    assert (merged.overlapping, merged.moved["appointments"]) == ([], 1)


def left_behind() -> tuple[Patient, Appointment, Appointment]:
    """The kept record, its visit, and the visit of a merged record at the same time."""
    kept, duplicate = pair()
    own = book("2026-03-02 10:00", patient=kept)
    theirs = book("2026-03-02 10:00", patient=duplicate)
    merge(kept, duplicate)
    return kept, own, Appointment.objects.get(pk=theirs.pk)


def test_a_visit_that_stayed_follows_when_it_moves() -> None:
    kept, _, theirs = left_behind()
    assert services.reschedule(theirs, start=at("2026-03-02 11:00")).patient == kept
    assert Appointment.objects.get(pk=theirs.pk).patient == kept


def test_a_visit_that_stayed_follows_when_it_is_cancelled() -> None:
    kept, _, theirs = left_behind()
    services.cancel(theirs)
    assert Appointment.objects.get(pk=theirs.pk).patient == kept


def test_a_visit_that_stayed_cannot_move_onto_another_one_of_the_patient() -> None:
    kept, _, theirs = left_behind()
    book("2026-03-02 12:00", patient=kept)
    with pytest.raises(PatientBusy):
        services.reschedule(theirs, start=at("2026-03-02 12:00"))


def test_a_visit_that_stayed_can_take_place_where_it_is() -> None:
    kept, _, theirs = left_behind()
    assert services.confirm(theirs).patient != kept
    assert services.complete(theirs).status == "completed"


def test_merging_again_takes_along_what_is_free_to_go() -> None:
    kept, own, theirs = left_behind()
    services.cancel(own)
    merged = merge(kept, theirs.patient)
    assert (merged.moved["appointments"], merged.overlapping) == (1, [])
    assert Appointment.objects.get(pk=theirs.pk).patient == kept
    assert PatientMerge.objects.count() == 2


def test_merging_again_with_nothing_to_do_writes_nothing() -> None:
    kept, duplicate = pair()
    merge(kept, duplicate)
    assert set(merge(kept, duplicate).moved.values()) == {0}
    assert PatientMerge.objects.count() == 1


# --- The other id ---------------------------------------------------------------------------------


def test_whoever_books_with_the_other_id_books_for_the_kept_record() -> None:
    kept, duplicate = pair()
    merge(kept, duplicate)
    assert book(patient=duplicate).patient == kept
    with pytest.raises(PatientBusy):
        book(patient=duplicate)


def test_a_hold_for_the_other_id_is_for_the_kept_record() -> None:
    kept, duplicate = pair()
    merge(kept, duplicate)
    held, token = holds.hold(doctor=make_doctor(), start=at("2026-03-02 10:00"), patient=fresh(duplicate))
    assert held.patient == kept
    assert services.book(patient=kept, doctor=held.doctor, start=held.start, hold=token).patient == kept


def test_a_merged_record_does_not_change_and_is_not_reactivated() -> None:
    kept, duplicate = pair()
    merge(kept, duplicate)
    with pytest.raises(RecordMerged):
        patient_services.reactivate(duplicate)


# --- What is refused ------------------------------------------------------------------------------


def test_a_record_is_not_merged_with_itself() -> None:
    patient = make_patient()
    with pytest.raises(SameRecord):
        merge(patient, patient)


@pytest.mark.parametrize("between", [0, 1])
def test_guardian_and_child_are_not_merged_either_way(between: int) -> None:
    parent = make_patient()
    child = make_patient(guardian=make_patient(guardian=parent) if between else parent)
    for kept, duplicate in ((parent, child), (child, parent)):
        with pytest.raises(OneGuardsTheOther):
            merge(kept, duplicate)


def test_a_record_is_merged_into_one_other_only() -> None:
    kept, duplicate = pair()
    merge(kept, duplicate)
    with pytest.raises(MergedElsewhere, match=rf"^This record was merged into patient {kept.pk} already\.$"):
        merge(make_patient(), duplicate)
    with pytest.raises(RecordMerged):
        merge(duplicate, make_patient())


def test_a_merge_that_lengthens_a_line_of_guardians_beyond_ten_is_refused() -> None:
    """A line as long as it can be, written past the service: a merge puts nobody below it."""
    top = make_patient()
    line = [top]
    for _ in range(10):
        line.append(make_patient())
        Patient.objects.filter(pk=line[-1].pk).update(guardian=line[-2])
    with pytest.raises(TooManyGuardians):
        merge(make_patient(), line[-1])
    assert PatientMerge.objects.count() == 0


def test_a_line_of_guardians_that_changes_before_the_lock_is_had_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept, duplicate = pair()
    lock = guardians.lock

    def late(ids: Iterable[int]) -> dict[int, Patient]:
        Patient.objects.filter(pk=kept.pk).update(guardian=make_patient())
        return lock(ids)

    monkeypatch.setattr(guardians, "lock", late)
    with pytest.raises(Busy):
        merge(kept, duplicate)
    assert PatientMerge.objects.count() == 0


def test_a_merge_that_fails_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, duplicate = pair()
    visit = book(patient=duplicate)

    def fail(*args: Any) -> list[str]:
        raise RuntimeError

    monkeypatch.setattr(merging, "_fill", fail)
    with pytest.raises(RuntimeError):
        merge(kept, duplicate)
    assert Appointment.objects.get(pk=visit.pk).patient == duplicate


def test_everybody_whom_a_merge_is_about_is_locked_at_once_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, duplicate = pair(guardian=make_patient())
    child = make_patient(guardian=duplicate)
    locked: list[set[int]] = []
    lock = guardians.lock
    monkeypatch.setattr(guardians, "lock", lambda ids: locked.append(set(ids)) or lock(ids))
    merge(kept, duplicate)
    assert locked == [{kept.pk, duplicate.pk, duplicate.guardian_id, child.pk}]
