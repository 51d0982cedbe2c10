"""May this be booked? One small function a rule, in the order in which people hear of them.

`problems` lists every reason, for the desk; `check` raises the first. Both judge a `Proposal` whose doctor and patient
the caller has locked: what they say holds until the transaction ends. The database's constraint has the last word.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from appointments import availability
from appointments.errors import DoctorInactive, InThePast, OutsideHours, PatientBusy, PatientInactive, SlotTaken
from appointments.models import Appointment, AppointmentQuerySet
from clinics.models import Location
from common.errors import Refused
from doctors.models import Doctor
from patients.models import Patient
from scheduling.intervals import Interval


@dataclass
class Proposal:
    """A visit that somebody would like to have. ``moving`` is the appointment that it replaces, if it is a move.

    ``starts_anew`` is False where the start neither is new nor changes, so that yesterday's visit can be corrected.
    """

    doctor: Doctor
    patient: Patient
    interval: Interval
    now: datetime
    moving: Appointment | None = None
    starts_anew: bool = True

    @cached_property
    def location(self) -> Location | None:
        """Where the doctor is through the whole visit; None: not available."""
        return availability.location_of(self.doctor, self.interval)

    def others(self) -> AppointmentQuerySet:
        """The visits that take time during this one, other than the one it replaces."""
        others = Appointment.objects.blocking().overlapping(self.interval)
        return others.exclude(pk=self.moving.pk) if self.moving else others


def starts_in_the_future(visit: Proposal) -> Refused | None:
    return InThePast() if visit.starts_anew and visit.interval.start <= visit.now else None


def doctor_is_active(visit: Proposal) -> Refused | None:
    return None if visit.doctor.active else DoctorInactive()


def patient_is_active(visit: Proposal) -> Refused | None:
    return None if visit.patient.active else PatientInactive()


def within_hours(visit: Proposal) -> Refused | None:
    return OutsideHours() if visit.location is None else None


def doctor_is_free(visit: Proposal) -> Refused | None:
    return SlotTaken() if visit.others().filter(doctor=visit.doctor).exists() else None


def patient_is_free(visit: Proposal) -> Refused | None:
    return PatientBusy() if visit.others().filter(patient=visit.patient).exists() else None


RULES: tuple[Callable[[Proposal], Refused | None], ...] = (
    starts_in_the_future,
    doctor_is_active,
    patient_is_active,
    within_hours,
    doctor_is_free,
    patient_is_free,
)


def problems(visit: Proposal) -> Iterator[Refused]:
    """Every reason why the visit may not be booked, in order."""
    return (problem for rule in RULES if (problem := rule(visit)))


def check(visit: Proposal) -> None:
    """Raise the first reason why the visit may not be booked, if there is one."""
    for problem in problems(visit):
        raise problem
