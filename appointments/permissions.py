"""Which rows are whose: what `accounts.roles` calls one's own, for every kind of private record.

Faces reach private rows through `visible_to` (what may be read) and `within_reach` (what a right reaches), and answer
404 for all others: whoever may not see a thing cannot learn that it exists.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from django.db.models import Model, Q, QuerySet

from accounts.roles import Reach, Right, Role, reach
from appointments.models import Appointment, AppointmentChange, Hold, Series, WaitlistEntry, WaitlistOffer
from clinics.models import AppointmentType, Holiday, Location, LocationException, OpeningHours, Room
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient, PatientMerge

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

Rows = TypeVar("Rows", bound=QuerySet[Any])


def own_patients(user: "User") -> QuerySet[Patient]:
    """Whom ``user`` acts for: oneself, the children whose guardian one is, and records merged into these.

    Each kind is found by an index of its own. As alternatives of one condition they would be looked for in all records.
    """
    oneself, *others = (
        Patient.objects.filter(**{path: user}).values("pk").order_by()
        for path in ("user", "guardian__user", "merged_into__user", "merged_into__guardian__user")
    )
    return Patient.objects.filter(pk__in=oneself.union(*others))


def _own_patients(user: "User") -> Q:
    if user.role == Role.DOCTOR:
        return Q(pk__in=Appointment.objects.filter(doctor__user=user).values("patient"))
    return Q(pk__in=own_patients(user).values("pk"))


def _of_calendar_or_patient(path: str = "") -> Callable[["User"], Q]:
    """Rows with a ``doctor`` and a ``patient``: the doctor's own calendar, or the patient's own visits."""

    def own(user: "User") -> Q:
        if user.role == Role.DOCTOR:
            return Q(**{f"{path}doctor__user": user})
        return Q(**{f"{path}patient__in": own_patients(user).values("pk")})

    return own


def _own_availability(user: "User") -> Q:
    return Q(doctor__user=user)


# Of each kind of private row: the right to read it, and which of them are one's own.
PRIVATE: dict[type[Model], tuple[Right, Callable[["User"], Q]]] = {
    Patient: (Right.READ_PATIENTS, _own_patients),
    Appointment: (Right.READ_APPOINTMENTS, _of_calendar_or_patient()),
    AppointmentChange: (Right.READ_APPOINTMENTS, _of_calendar_or_patient("appointment__")),
    Series: (Right.READ_APPOINTMENTS, _of_calendar_or_patient()),
    Hold: (Right.READ_APPOINTMENTS, lambda user: Q(created_by=user)),
    WaitlistEntry: (Right.READ_WAITLIST, _of_calendar_or_patient()),  # a doctor's: who waits for that doctor by name
    WaitlistOffer: (Right.READ_WAITLIST, _of_calendar_or_patient("entry__")),
    Doctor: (Right.READ_DOCTORS, lambda user: Q(user=user)),
    WeeklyHours: (Right.READ_AVAILABILITY, _own_availability),
    AvailabilityException: (Right.READ_AVAILABILITY, _own_availability),
    PatientMerge: (Right.MERGE_PATIENTS, lambda user: Q(pk__in=[])),
}
# The clinic itself is nobody's: who may read it may read it all.
SHARED = frozenset({Location, OpeningHours, LocationException, Holiday, Room, AppointmentType})


def within_reach(user: "User | AnonymousUser", right: Right, rows: Rows) -> Rows:
    """Those of ``rows`` that the right reaches: all, one's own, or none."""
    match reach(user, right):
        case Reach.ALL:
            return rows
        case Reach.OWN:
            return rows.filter(PRIVATE[rows.model][1](cast("User", user)))
        case _:
            return rows.none()


def visible_to(user: "User | AnonymousUser", rows: Rows) -> Rows:
    """Those of ``rows`` that ``user`` may read. Of a kind that is named nowhere here, a KeyError."""
    right = Right.READ_CLINIC if rows.model in SHARED else PRIVATE[rows.model][0]
    return within_reach(user, right, rows)


def covers(user: "User | AnonymousUser", right: Right, row: Any) -> bool:
    """Whether the right reaches this one row; one query where it depends on whose it is."""
    if reach(user, right) is not Reach.OWN:
        return reach(user, right) is Reach.ALL
    itself: QuerySet[Model] = type(row)._default_manager.filter(pk=row.pk)
    return within_reach(user, right, itself).exists()


def asks_as_patient(user: "User | AnonymousUser") -> bool:
    """Whether the rules for patients hold: cut-offs, types that are booked online, and what only the clinic sets."""
    return user.is_authenticated and user.role == Role.PATIENT and not user.is_superuser


def calendars_of(user: "User | AnonymousUser", doctors: Rows) -> Rows:
    """Those of ``doctors`` whom ``user`` may book: a doctor books into no other calendar than their own."""
    if user.is_authenticated and user.role == Role.DOCTOR:
        return within_reach(user, Right.BOOK, doctors)
    return visible_to(user, doctors)
