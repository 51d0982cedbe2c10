"""Who books for whom."""

from collections.abc import Iterable

import pytest

from appointments.erasure import erase
from common.errors import Busy
from patients import guardians, services
from patients.errors import GuardianErased, GuardianMerged, OwnGuardian, TooManyGuardians
from patients.models import Patient
from tests.factories import make_patient


def test_a_parent_is_the_guardian_of_several_children(db: None) -> None:
    parent = make_patient()
    children = [make_patient(guardian=parent), make_patient(guardian=parent)]
    assert list(parent.dependents.order_by("id")) == children


def test_nobody_is_their_own_guardian(db: None) -> None:
    patient = make_patient()
    with pytest.raises(OwnGuardian):
        services.amend(patient, guardian=patient)


def test_lines_of_guardians_form_no_circle(db: None) -> None:
    grandmother = make_patient()
    mother = make_patient(guardian=grandmother)
    child = make_patient(guardian=mother)
    with pytest.raises(OwnGuardian):
        services.amend(grandmother, guardian=child)
    assert Patient.objects.get(pk=grandmother.pk).guardian is None


def test_a_line_of_guardians_has_ten_at_most(db: None) -> None:
    patient = make_patient()
    for _ in range(10):
        patient = make_patient(guardian=patient)
    with pytest.raises(TooManyGuardians):
        make_patient(guardian=patient)


def test_a_line_that_changes_before_the_lock_is_had_is_asked_again(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    mother, child = make_patient(), make_patient()
    lock = guardians.lock

    def late(ids: Iterable[int]) -> dict[int, Patient]:
        Patient.objects.filter(pk=mother.pk).update(guardian=make_patient())
        return lock(ids)

    monkeypatch.setattr(guardians, "lock", late)
    with pytest.raises(Busy):
        services.amend(child, guardian=mother)
    assert Patient.objects.get(pk=child.pk).guardian is None


def test_nobody_is_the_guardian_whose_data_was_erased(db: None) -> None:
    erased, child = erase(make_patient(), reason="asked for"), make_patient()
    with pytest.raises(GuardianErased, match=r"^The data of this patient was erased\. Name somebody else\.$"):
        services.amend(child, guardian=erased)
    with pytest.raises(GuardianErased):
        make_patient(guardian=erased)


def test_a_merged_record_is_nobodys_guardian(db: None) -> None:
    kept = make_patient()
    merged = make_patient()
    Patient.objects.filter(pk=merged.pk).update(merged_into=kept, active=False)
    with pytest.raises(GuardianMerged, match=rf"^This record was merged into patient {kept.pk}\. Name that one\.$"):
        make_patient(guardian=merged)


def test_a_guardian_can_be_given_up(db: None) -> None:
    child = make_patient(guardian=make_patient())
    services.amend(child, guardian=None)
    assert Patient.objects.get(pk=child.pk).guardian is None


def test_the_whole_line_is_locked_while_a_guardian_changes(db: None) -> None:
    grandmother = make_patient()
    mother = make_patient(guardian=grandmother)
    child = make_patient()
    assert sorted(guardians.lock_with_guardian(child.pk, mother)) == [grandmother.pk, mother.pk, child.pk]
