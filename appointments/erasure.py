"""A patient's wish to be forgotten, and the end of the time that records are kept: pseudonyms instead of people.

What says who somebody is, is taken out of the record, of those merged into it, and of what was written about their
visits. What stays is the skeleton: that a doctor had a visit then and there, and what became of it. There is no way
back. The audit trail keeps that it was done, by whom and why, and what it had recorded before: it is kept by law, and
only auditors and administrators read it.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import IdempotencyKey, Token, User
from appointments import waitlist
from appointments.models import Appointment, AppointmentChange, Hold, OnlineBooking, Series, WaitlistEntry
from appointments.permissions import asks_as_patient
from common import clock, trail
from common.text import folded
from common.transactions import atomic
from patients import guardians
from patients.errors import AlreadyErased, LegalHold, RecordMerged, VisitsToCome
from patients.models import Patient, PatientMerge, PatientQuerySet

ADULT_YEARS = 18
# Instead of what patients have written that they wait for: an entry is for something, and anything goes.
ERASED = "Erased"
# What of a record says who somebody is, and what it says afterwards; the name becomes a pseudonym.
FORGOTTEN: dict[str, Any] = {
    "email": "",
    "phone_number": "000000",  # a record has one; nobody has this
    "national_id": None,
    "insurance_number": "",
    "date_of_birth": None,
    "sex": "",
    "preferred_language": "",
    "contact_preference": "",
    "desk_notes": "",
    "guardian": None,
    "user": None,
    "active": False,
}


@atomic
def erase(patient: Patient, *, reason: str) -> Patient:
    """Make a pseudonym of the patient, for good.

    Raises RecordMerged, AlreadyErased, LegalHold, or VisitsToCome: those are cancelled first, by whoever tells the
    patient and the doctor of it. Their place on the waiting list and their holds are given up. ``reason`` is kept, and
    names nobody.
    """
    records = _locked(patient)
    patient = records[patient.pk]
    if patient.merged_into_id:
        raise RecordMerged(patient.merged_into_id)
    if patient.erased_at:
        raise AlreadyErased
    if any(record.legal_hold for record in records.values()):
        raise LegalHold
    visits = Appointment.objects.filter(patient__in=records)
    now = clock.now()
    if coming := list(visits.blocking().upcoming(now).order_by("id").values_list("pk", flat=True)[:100]):
        raise VisitsToCome(coming)
    for entry in WaitlistEntry.objects.filter(patient__in=records, status__in=waitlist.STANDING).order_by("id"):
        waitlist.withdraw(entry)
    Hold.objects.filter(patient__in=records).delete()
    _forget_texts(records, visits, now)
    _forget_answers(record.full_name for record in records.values())
    # Who has become one of the clinic's own signs in on, and as this patient no more.
    users = [record.user for record in records.values() if record.user and asks_as_patient(record.user)]
    for record in records.values():
        _forget(record, now, reason)
    for user in users:
        _close(user)
    trail.saw(records.values())
    trail.tell(reason=reason)
    return patient


def expired(now: datetime) -> PatientQuerySet:
    """Records whose time is over: no visit for `RETENTION_YEARS`, nor registered since, nor younger than that as an
    adult; without those that are held, merged into others, or the guardian of somebody who is not erased.
    """
    since = _years_before(now, settings.RETENTION_YEARS)
    recent = Appointment.objects.filter(end__gte=since)
    merged = Patient.objects.filter(merged_into=OuterRef("pk"))
    waits = WaitlistEntry.objects.filter(patient=OuterRef("pk"), status__in=waitlist.STANDING)
    adult_since = _years_before(now, settings.RETENTION_YEARS + ADULT_YEARS).date()
    return (
        Patient.objects.unmerged()
        .filter(erased_at=None, legal_hold="", created_at__lt=since)
        .exclude(date_of_birth__gt=adult_since)
        .exclude(Exists(recent.filter(patient=OuterRef("pk"))))
        .exclude(Exists(recent.filter(patient__merged_into=OuterRef("pk"))))
        .exclude(Exists(merged.exclude(legal_hold="")))
        .exclude(Exists(waits))
        .exclude(dependents__in=Patient.objects.filter(erased_at=None))
        .order_by("id")
    )


@atomic
def hold(patient: Patient, *, reason: str) -> Patient:
    """Keep the record from being erased, for a ``reason``; an empty one ends that. Raises AlreadyErased."""
    patient = guardians.lock([patient.pk])[patient.pk]
    if patient.erased_at:
        raise AlreadyErased
    before = trail.state(patient, ["legal_hold"])
    patient.legal_hold = reason
    patient.save(update_fields=["legal_hold", "updated_at"])
    trail.changed(patient, before)
    return patient


def _locked(patient: Patient) -> dict[int, Patient]:
    """The record, those that were merged into it, and its dependents' rows stay as they are until the end."""
    ids = {patient.pk}
    while found := set(Patient.objects.filter(merged_into__in=ids).values_list("pk", flat=True)) - ids:
        ids |= found
    dependents = Patient.objects.filter(guardian__in=ids).values_list("pk", flat=True)
    rows = guardians.lock([*ids, *dependents])
    return {pk: rows[pk] for pk in sorted(ids)}


def _forget_texts(records: Iterable[int], visits: Any, now: datetime) -> None:
    """What people have written about the visits, and what pages and answers have kept of the records.

    Each is changed like any other: whoever keeps a copy is told to forget as well.
    """
    changed: dict[str, Any] = {"notes": "", "version": F("version") + 1, "updated_at": now}
    AppointmentChange.objects.filter(appointment__in=visits).update(reason="")
    OnlineBooking.objects.filter(appointment__in=visits).delete()  # with the private link
    visits.update(**changed)
    Series.objects.filter(patient__in=records).update(**changed)
    wished = WaitlistEntry.objects.filter(patient__in=records).exclude(specialization="")
    wished.update(specialization=ERASED, specialization_key=folded(ERASED))
    PatientMerge.objects.filter(Q(kept__in=records) | Q(merged__in=records)).update(reason="")
    kind = ContentType.objects.get_for_model(Patient)
    entries = LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in records])
    entries.update(object_repr="Erased patient", change_message="")


def _forget_answers(names: Iterable[str]) -> None:
    """Answers are kept for a day in case their request comes again: those that name the patient are kept no longer."""
    told = [json.dumps(name, ensure_ascii=False)[1:-1].encode() for name in names]
    kept = IdempotencyKey.objects.exclude(status=None).values_list("pk", "body")
    found = [pk for pk, body in kept.iterator() if any(name in bytes(body) for name in told)]
    IdempotencyKey.objects.filter(pk__in=found).delete()


def _forget(record: Patient, now: datetime, reason: str) -> None:
    Patient.objects.filter(guardian=record).update(guardian=None, updated_at=now)
    for name, value in FORGOTTEN.items():
        setattr(record, name, value)
    record.full_name, record.erased_at, record.erasure_reason = f"Erased patient {record.pk}", now, reason
    record.save()


def _close(user: User) -> None:
    """Nobody signs in as them any more, and nothing says who they were."""
    user.username = f"erased-{user.pk}"
    user.first_name = user.last_name = user.email = ""
    user.is_active = False
    user.set_unusable_password()
    user.save()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    IdempotencyKey.objects.filter(user=user).delete()
    Token.objects.filter(user=user).delete()
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=kind, object_id=str(user.pk)).update(
        object_repr=user.username, change_message=""
    )


def _years_before(now: datetime, years: int) -> datetime:
    """The same day so many years ago; of 29 February the 28th."""
    try:
        return now.replace(year=now.year - years)
    except ValueError:
        return now.replace(year=now.year - years, day=28)
