"""Who books for whom: lines of guardians, from a patient up, in which nobody comes twice."""

from collections.abc import Iterable

from django.db.models import F

from common.errors import Busy
from patients.errors import GuardianErased, GuardianMerged, OwnGuardian, TooManyGuardians
from patients.models import Patient

MOST_IN_LINE = 10


def line_of(guardian: Patient | int | None) -> list[int]:
    """The ids from ``guardian`` up, as far as the bound goes; a query each: lines are short."""
    line: list[int] = []
    pk = guardian.pk if isinstance(guardian, Patient) else guardian
    while pk is not None and pk not in line and len(line) <= MOST_IN_LINE:
        line.append(pk)
        pk = Patient.objects.values_list("guardian_id", flat=True).get(pk=pk)
    return line


def lock(ids: Iterable[int]) -> dict[int, Patient]:
    """The newest rows, locked until the transaction ends: merged records first, then by id.

    Who books with the id of a merged record locks it before the one that it leads to (`locked_current`).
    """
    rows = Patient.objects.locked().filter(pk__in=set(ids)).order_by(F("merged_into").asc(nulls_last=True), "id")
    return {patient.pk: patient for patient in rows}


def lock_with_guardian(pk: int | None, guardian: Patient) -> dict[int, Patient]:
    """Lock a patient (None: a new one) and the line of their guardian, which is found fit to be it.

    Whoever changes a guardian locks the whole line above, so that two changes cannot close a circle together. Raises
    OwnGuardian, GuardianMerged, GuardianErased, TooManyGuardians, or Busy where the line changed meanwhile.
    """
    own = [] if pk is None else [pk]
    rows = lock([*own, *line_of(guardian)])
    line = line_of(guardian)
    if not rows.keys() >= set(line):
        raise Busy
    if kept := rows[guardian.pk].merged_into_id:
        raise GuardianMerged(kept)
    if rows[guardian.pk].erased_at:
        raise GuardianErased
    if pk in line:
        raise OwnGuardian
    if len(line) > MOST_IN_LINE:
        raise TooManyGuardians
    return rows
