"""Who may be registered twice: the same phone number or the same birth date, and a similar name.

It is a warning for people, never a refusal. Candidates come from two indexes and are bounded, so that looking for them
costs the same however many patients there are; their names are compared here.
"""

import re
from collections import Counter
from typing import Any

from django.db.models import QuerySet
from rapidfuzz.distance import JaroWinkler

from common.models import FoldedTextField
from patients.models import Patient

# What decides whether two records may be one person's.
TELLING = ("full_name", "phone_number", "date_of_birth")
# The newest ones with the same phone number or birth date: registers are full of 1 January.
MOST_COMPARED = 300
MOST_LISTED = 10
# How alike two parts of names are: "steven" and "stephen" (0.89), not "mary" and "mercy" (0.81).
ALIKE = 0.84
MOST_PARTS = 8


def candidates(patient: Patient, *, among: QuerySet[Patient] | None = None) -> list[Patient]:
    """Records that may be the same person's, the likeliest first; two queries, ten records at most, of ``among``.

    Deactivated ones are among them: the person may be back. Merged and erased ones are not.
    """
    everybody = Patient.objects.all() if among is None else among
    others = everybody.filter(merged_into=None, erased_at=None).exclude(pk=patient.pk).order_by("-id")
    found = list(others.filter(phone_key=patient.phone_key)[:MOST_COMPARED])
    if patient.date_of_birth:
        found += others.filter(date_of_birth=patient.date_of_birth)[:MOST_COMPARED]
    agreeing = Counter(found)  # in one of the two, or in both
    likeness = {other: similarity(patient.name_key, other.name_key) for other in agreeing}
    similar = [other for other, score in likeness.items() if score >= ALIKE]
    return sorted(similar, key=lambda other: (-agreeing[other], -likeness[other], other.pk))[:MOST_LISTED]


def candidates_of(**fields: Any) -> list[Patient]:
    """Who may be the person that somebody is about to register with ``fields``."""
    patient = Patient(**fields)
    for column in Patient._meta.concrete_fields:
        if isinstance(column, FoldedTextField):
            column.pre_save(patient, add=True)
    return candidates(patient)


def candidates_after(before: Patient, patient: Patient, *, among: QuerySet[Patient] | None = None) -> list[Patient]:
    """The candidates, if a change has touched what decides; else none: people have been warned already."""
    touched = any(getattr(before, name) != getattr(patient, name) for name in TELLING)
    return candidates(patient, among=among) if touched else []


def similarity(one: str, other: str) -> float:
    """How alike two folded names are, from 0 to 1: every part of the shorter one is paired with one of the longer.

    The worst pair counts, whatever the order; an initial pairs with what it may stand for.
    """
    shorter, longer = sorted((_parts(one), _parts(other)), key=len)
    if not shorter:
        return 0.0
    pairs = sorted(
        ((_alike(a, b), i, j) for i, a in enumerate(shorter) for j, b in enumerate(longer)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    worst = 1.0
    left, right = set(range(len(shorter))), set(range(len(longer)))
    for score, i, j in pairs:
        if i in left and j in right:
            left.remove(i)
            right.remove(j)
            worst = min(worst, score)
    return worst


def _alike(one: str, other: str) -> float:
    initial, name = sorted((one, other), key=len)
    if len(initial) == 1 and name.startswith(initial):
        return 0.9
    return JaroWinkler.similarity(one, other)


def _parts(name: str) -> list[str]:
    """The parts of a folded name: "ng'ang'a smith-okafor j." -> nganga, smith, okafor, j."""
    return re.split(r"[\s,\-־]+", re.sub(r"['.]", "", name).strip())[:MOST_PARTS] if name else []
