"""All that the clinic knows of one patient, as JSON for the patient: article 15 and 20 of the GDPR.

With the records that were merged into theirs. Of staff it says the doctor's name only. What the desk has written for
itself is left out where the reader may not read it; the audit trail says who has read what as a role, not as a name.
"""

from collections.abc import Iterable
from datetime import date, datetime, time
from operator import attrgetter
from typing import Any

from django.db.models import Model, Q

from accounts.models import User
from accounts.roles import Right, may
from appointments.models import Appointment, Hold, Series, WaitlistEntry
from audit.models import AuditEvent
from clinics.instants import show_instant
from common import clock
from patients.models import Patient, PatientMerge

# Copies of other fields for search, what links rows, and what the clinic notes about erasing.
NOT_DATA = frozenset(
    {"name_key", "phone_key", "search_text", "specialization_key", "token_hash", "visitor", "legal_hold"}
)
NOTES = frozenset({"desk_notes", "notes", "reason"})
MOST_EVENTS = 10_000


def export(patient: Patient, *, reader: User | None = None) -> dict[str, Any]:
    """The data, by kind, the oldest first. ``reader`` None: the clinic itself. Queries do not grow with the visits."""
    left_out = NOT_DATA if reader is None or may(reader, Right.READ_DESK_NOTES) else NOT_DATA | NOTES
    records = [patient, *Patient.objects.filter(merged_into=patient).order_by("id")]
    ids = [record.pk for record in records]
    visits = Appointment.objects.filter(patient__in=ids).order_by("id")
    visits = visits.select_related("doctor", "location", "online_booking").prefetch_related("history__by")
    entries = WaitlistEntry.objects.filter(patient__in=ids).order_by("id").prefetch_related("offers")
    user = patient.user
    return {
        "exported_at": told(clock.now()),
        "patient": row(patient, left_out),
        "legal_hold": bool(patient.legal_hold),
        "user": row(user, only=("username", "email", "date_joined", "last_login")) if user else None,
        "merged_records": [row(record, left_out) for record in records[1:]],
        "merges": rows(PatientMerge.objects.filter(Q(kept__in=ids) | Q(merged__in=ids)).order_by("id"), left_out),
        "guardian": named(patient.guardian) if patient.guardian else None,
        "dependents": [named(child) for child in Patient.objects.filter(guardian__in=ids).order_by("id")],
        "appointments": [_visit(visit, left_out) for visit in visits],
        "holds": rows(Hold.objects.filter(patient__in=ids).order_by("id"), left_out),
        "series": rows(Series.objects.filter(patient__in=ids).order_by("id"), left_out),
        "waitlist": [row(entry, left_out) | {"offers": rows(entry.offers.all(), left_out)} for entry in entries],
        "audit": _events(ids),
    }


def named(patient: Patient) -> dict[str, Any]:
    return {"id": patient.pk, "full_name": patient.full_name}


def rows(records: Iterable[Model], left_out: frozenset[str] = NOT_DATA) -> list[dict[str, Any]]:
    return [row(record, left_out) for record in records]


def row(record: Model, left_out: frozenset[str] = NOT_DATA, only: Iterable[str] = ()) -> dict[str, Any]:
    """A row's columns, as JSON."""
    names = [name for name in only or map(attrgetter("name"), record._meta.concrete_fields) if name not in left_out]
    columns = {field.name: field.attname for field in record._meta.concrete_fields}
    return {name: told(getattr(record, columns[name])) for name in names}


def told(value: Any) -> Any:
    """Times in UTC, as the API writes them."""
    if isinstance(value, datetime):
        return show_instant(value)
    return value.isoformat() if isinstance(value, date | time) else value


def _visit(visit: Appointment, left_out: frozenset[str]) -> dict[str, Any]:
    history = [
        row(change, left_out, only=("action", "at", "reason", "from_status", "to_status", "from_start", "to_start"))
        | {"by": change.by.role if change.by else "system"}
        for change in visit.history.all()
    ]
    online = getattr(visit, "online_booking", None)
    names = {"doctor_name": visit.doctor.full_name, "location_name": visit.location.name}
    names["online_reference"] = online.spoken_reference if online else ""
    return row(visit, left_out | {"created_by"}) | names | {"history": history}


def _events(ids: list[int]) -> list[dict[str, Any]]:
    """What was done with the data; the newest, if there are very many."""
    about = Q()
    for pk in ids:
        about |= Q(patient_ids__has=pk)
    found = AuditEvent.objects.filter(about).order_by("-id")[:MOST_EVENTS]
    return [row(event, only=("at", "role", "action", "outcome")) for event in reversed(found)]
