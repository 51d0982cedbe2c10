"""Two records of one person become one: everything moves to the kept record, the other one leads to it.

Nothing is dropped. Visits of both that overlap cannot all be one patient's: those of the other record stay with it, and
are reported. The desk moves or cancels one of each pair; a visit that stayed follows by itself as soon as it is moved
or cancelled, and merging again takes along those that are free to go since.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, ForeignKey, ForeignObjectRel, OuterRef

from accounts.models import User
from appointments.models import Appointment
from appointments.settling import VERDICTS
from common import clock, trail
from common.errors import Busy
from common.integrity import judged
from common.transactions import atomic
from patients import guardians
from patients import services as patient_services
from patients.errors import (
    AlreadyErased,
    MergedElsewhere,
    OneGuardsTheOther,
    RecordMerged,
    SameRecord,
    TooManyGuardians,
)
from patients.models import MOST_NOTES, Patient, PatientMerge
from scheduling.intervals import Interval

# What the kept record is given where it has nothing itself.
FILLED = (
    "email",
    "national_id",
    "insurance_number",
    "date_of_birth",
    "sex",
    "preferred_language",
    "contact_preference",
    "guardian",
)
# What was once written about merges stays as it was written.
NEVER_MOVED = frozenset({PatientMerge})
# What the audit trail needs no copy of: it follows from the other fields, and identifiers would not be masked in it.
NOT_TOLD = frozenset({"updated_at", "name_key", "phone_key", "search_text"})


@dataclass(frozen=True, slots=True)
class Overlap:
    """A visit that stayed with the other record, and the kept record's visits that are in its way."""

    visit: Appointment
    others: list[Appointment]


@dataclass(frozen=True, slots=True)
class Merged:
    """``moved`` is how many of each kind went over, ``filled`` the fields that the kept record was given."""

    patient: Patient
    duplicate: Patient
    moved: dict[str, int]
    filled: list[str]
    overlapping: list[Overlap]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a merge would do: ``filled`` by field, how many of each kind would go over, the visits that would stay."""

    filled: dict[str, Any]
    moving: dict[str, int]
    overlapping: list[Overlap]


def outlook(kept: Patient, duplicate: Patient) -> Outlook:
    """What merging ``duplicate`` into ``kept`` would do, as things are; nothing is locked or promised."""
    overlapping = _overlapping(kept, duplicate)
    counts = {
        name: reference.model._base_manager.filter(**{reference.name: duplicate}).count()
        for name, reference in references().items()
    }
    counts["appointments"] -= len(overlapping)
    return Outlook(to_fill(kept, duplicate), {name: count for name, count in counts.items() if count}, overlapping)


@atomic
def merge(kept: Patient, duplicate: Patient, *, reason: str = "", actor: User | None = None) -> Merged:
    """Move everything of ``duplicate`` to ``kept``; a second time, what has stayed behind and is free to go since.

    Raises SameRecord, RecordMerged, AlreadyErased, MergedElsewhere, OneGuardsTheOther, TooManyGuardians or Busy.
    """
    if kept.pk == duplicate.pk:
        raise SameRecord
    kept, duplicate = _locked(kept, duplicate)
    overlapping = _overlapping(kept, duplicate)
    columns = [field.name for field in Patient._meta.concrete_fields if field.name not in NOT_TOLD]
    before = [(patient, trail.state(patient, columns)) for patient in (duplicate, kept)]
    staying = [overlap.visit.pk for overlap in overlapping]
    moved = {
        name: _move(reference, duplicate, kept, staying=staying if reference.model is Appointment else ())
        for name, reference in references().items()
    }
    first = duplicate.merged_into_id is None
    filled = _fill(kept, duplicate) if first else []
    if first:
        duplicate.merged_into, duplicate.active = kept, False
        patient_services.save(duplicate)  # before the other: it gives its national id away
        patient_services.save(kept)
    if first or any(moved.values()):
        PatientMerge.objects.create(
            kept=kept, merged=duplicate, at=clock.now(), by=actor, reason=reason, moved=moved, filled=filled
        )
    for patient, said in before:
        trail.changed(patient, said)
    return Merged(kept, duplicate, {name: len(ids) for name, ids in moved.items()}, filled, overlapping)


def references() -> dict[str, "ForeignKey[Any, Any]"]:
    """Every foreign key to a patient that a merge moves, whatever model it is of, by the name of what it brings."""
    found: dict[str, ForeignKey[Any, Any]] = {}
    for relation in Patient._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ForeignObjectRel) or not isinstance(relation.field, ForeignKey):
            continue
        model = relation.field.model
        if model not in NEVER_MOVED:
            name = str(model._meta.verbose_name_plural).replace(" ", "_")
            found[name if relation.hidden else str(relation.get_accessor_name())] = relation.field
    return found


def _locked(kept: Patient, duplicate: Patient) -> tuple[Patient, Patient]:
    """The newest rows of both, locked with everybody whose record the merge changes or its rules are about.

    Bookings lock a patient after their doctor and change visits only under that lock, so a merge waits for them or they
    for it, and no doctor's row is needed: whose time is taken does not change.
    """
    rows = guardians.lock(_involved(kept, duplicate))
    lines = [guardians.line_of(patient.pk) for patient in (kept, duplicate)]
    if not rows.keys() >= _involved(kept, duplicate):  # somebody came in before the lock was had
        raise Busy
    kept, duplicate = rows[kept.pk], rows[duplicate.pk]
    if kept.merged_into_id:
        raise RecordMerged(kept.merged_into_id)
    if duplicate.merged_into_id not in (None, kept.pk):
        raise MergedElsewhere(duplicate.merged_into_id)
    if kept.erased_at or duplicate.erased_at:
        raise AlreadyErased
    if kept.pk in lines[1] or duplicate.pk in lines[0]:
        raise OneGuardsTheOther
    if any(len(line) > guardians.MOST_IN_LINE for line in lines):
        raise TooManyGuardians
    return kept, duplicate


def _involved(kept: Patient, duplicate: Patient) -> set[int]:
    lines = {*guardians.line_of(kept.pk), *guardians.line_of(duplicate.pk)}
    return lines.union(
        Patient.objects.filter(guardian=duplicate).values_list("pk", flat=True),
        Patient.objects.filter(merged_into=duplicate).values_list("pk", flat=True),
    )


def _overlapping(kept: Patient, duplicate: Patient) -> list[Overlap]:
    """The other record's visits that cannot be the kept one's, because it has visits at the time."""
    theirs = Appointment.objects.blocking().filter(patient=duplicate).with_names().order_by("start", "id")
    own = Appointment.objects.blocking().filter(patient=kept)
    stuck = list(theirs.filter(Exists(own.filter(start__lt=OuterRef("end"), end__gt=OuterRef("start")))))
    if not stuck:
        return []
    span = Interval(stuck[0].start, max(visit.end for visit in stuck))
    near = list(own.overlapping(span).order_by("start", "id"))
    return [Overlap(visit, [other for other in near if other.interval.overlaps(visit.interval)]) for visit in stuck]


def _move(
    reference: "ForeignKey[Any, Any]", duplicate: Patient, kept: Patient, *, staying: Collection[int]
) -> list[int]:
    """Let the rows refer to the kept record, as a change of each; return their ids."""
    rows = reference.model._base_manager.filter(**{reference.name: duplicate}).exclude(pk__in=staying)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    columns = {field.name for field in reference.model._meta.concrete_fields}
    changes: dict[str, Any] = {reference.name: kept}
    if "version" in columns:
        changes["version"] = F("version") + 1
    if "updated_at" in columns:
        changes["updated_at"] = clock.now()
    if ids:
        with judged(VERDICTS):
            rows.update(**changes)
        trail.changed_alike(reference.model, ids, **{reference.name: (duplicate.pk, kept.pk)})
    return ids


def to_fill(kept: Patient, duplicate: Patient) -> dict[str, Any]:
    """What the kept record lacks and the other one has, by field."""
    filled = {name: getattr(duplicate, name) for name in FILLED if not getattr(kept, name) and getattr(duplicate, name)}
    notes = "\n".join(filter(None, (kept.desk_notes, duplicate.desk_notes)))
    if duplicate.desk_notes not in kept.desk_notes and len(notes) <= MOST_NOTES:
        filled["desk_notes"] = notes
    if duplicate.active and not kept.active:
        filled["active"] = True
    return filled


def _fill(kept: Patient, duplicate: Patient) -> list[str]:
    """Give the kept record what it lacks; return the names of the fields that changed."""
    filled = to_fill(kept, duplicate)
    for name, value in filled.items():
        setattr(kept, name, value)
    if "national_id" in filled:
        duplicate.national_id = None  # one record has it
    # Nobody signs in as a record that is no more.
    kept.user_id, duplicate.user_id = kept.user_id or duplicate.user_id, None
    return list(filled)
