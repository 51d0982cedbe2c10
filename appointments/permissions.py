"""Which rows are whose: what `accounts.roles` calls one's own, for every kind of private record.

Faces reach private rows through `visible_to` (what may be read) and `within_reach` (what a right reaches), and answer
404 for all others: whoever may not see a thing cannot learn that it exists.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.roles import Reach, Right, Role, reach
from appointments.models import Appointment, AppointmentChange, Hold, Series, WaitlistEntry, WaitlistOffer
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient

if TYPE_CHECKING:
    from accounts.models import User

M = TypeVar("M", bound=Model)


def _persons(user: "User", path: str = "") -> Q:
    """The patient who signs in as ``user``, the children whose guardian they are, and records merged into these."""
    return (
        Q(**{f"{path}user": user})
        | Q(**{f"{path}guardian__user": user})
        | Q(**{f"{path}merged_into__user": user})
        | Q(**{f"{path}merged_into__guardian__user": user})
    )


def own_patients(user: "User") -> QuerySet[Patient]:
    """Whom ``user`` acts for: oneself and one's dependents."""
    return Patient.objects.filter(_persons(user))


def _own_patients(user: "User") -> Q:
    if user.role == Role.DOCTOR:
        return Q(pk__in=Appointment.objects.filter(doctor__user=user).values("patient"))
    return _persons(user)


def _of_calendar_or_patient(path: str = "") -> Callable[["User"], Q]:
    """Rows with a ``doctor`` and a ``patient``: the doctor's own calendar, or the patient's own visits."""

    def own(user: "User") -> Q:
        if user.role == Role.DOCTOR:
            return Q(**{f"{path}doctor__user": user})
        return Q(**{f"{path}patient__in": own_patients(user).values("pk")})

    return own


def _own_wait(user: "User") -> Q:
    """A doctor's are those who wait for that doctor by name."""
    return _of_calendar_or_patient()(user)


def _own_availability(user: "User") -> Q:
    return Q(doctor__user=user)


# Of each kind of private row: the right to read it, and which of them are one's own.
PRIVATE: dict[type[Model], tuple[Right, Callable[["User"], Q]]] = {
    Patient: (Right.READ_PATIENTS, _own_patients),
    Appointment: (Right.READ_APPOINTMENTS, _of_calendar_or_patient()),
    AppointmentChange: (Right.READ_APPOINTMENTS, _of_calendar_or_patient("appointment__")),
    Series: (Right.READ_APPOINTMENTS, _of_calendar_or_patient()),
    Hold: (Right.BOOK, lambda user: Q(created_by=user)),
    WaitlistEntry: (Right.READ_WAITLIST, _own_wait),
    WaitlistOffer: (Right.READ_WAITLIST, _of_calendar_or_patient("entry__")),
    Doctor: (Right.READ_DOCTORS, lambda user: Q(user=user)),
    WeeklyHours: (Right.READ_AVAILABILITY, _own_availability),
    AvailabilityException: (Right.READ_AVAILABILITY, _own_availability),
}


def within_reach(user: "User", right: Right, rows: QuerySet[M]) -> QuerySet[M]:
    """Those of ``rows`` that the right reaches: all, one's own, or none."""
    match reach(user, right):
        case Reach.ALL:
            return rows
        case Reach.OWN:
            return rows.filter(PRIVATE[rows.model][1](user))
        case _:
            return rows.none()


def visible_to(user: "User", rows: QuerySet[M]) -> QuerySet[M]:
    """Those of ``rows`` that ``user`` may read."""
    return within_reach(user, PRIVATE[rows.model][0], rows)


def covers(user: "User", right: Right, row: Any) -> bool:
    """Whether the right reaches this one row; one query where it depends on whose it is."""
    if reach(user, right) is not Reach.OWN:
        return reach(user, right) is Reach.ALL
    return within_reach(user, right, type(row)._default_manager.filter(pk=row.pk)).exists()
