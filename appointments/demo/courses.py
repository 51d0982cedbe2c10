"""Two courses of treatment at the demo clinic: series, booked as the desk would book them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from appointments.demo.clinic import MAIL_HOST
from appointments.finding import Search, find_slots
from appointments.models import Appointment, Series
from appointments.series import services
from appointments.series.services import OnConflict
from doctors.models import Doctor
from patients.models import Patient
from scheduling.recurrence import WEEKDAYS

# The first visit is the first that is free from tomorrow on.
LOOK_AHEAD = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Course:
    """``rule`` may name the weekday of the first visit, as the n-th of its month, as ``{nth}``: 2TU."""

    mail: str
    rule: str
    notes: str

    def rule_from(self, first: date) -> str:
        number = (first.day - 1) // 7 + 1
        return self.rule.format(nth=f"{number if number < 5 else -1}{WEEKDAYS[first.weekday()]}")


COURSES = (
    Course("mensah", "FREQ=WEEKLY;COUNT=10", "After the hip replacement."),
    Course("ndiaye", "FREQ=MONTHLY;BYDAY={nth};COUNT=6", "Blood pressure."),
)


def begin_courses(doctors: Sequence[Doctor], patients: Sequence[Patient], now: datetime, desk: User) -> int:
    """Book the courses, but for dates that cannot be, unless there are series already; return how many visits."""
    if Series.objects.filter(doctor__in=doctors).exists():
        return 0
    awaited = set(Appointment.objects.upcoming(now).filter(patient__in=patients).values_list("patient", flat=True))
    unseen = (patient for patient in patients if patient.active and patient.pk not in awaited)
    booked = 0
    for course in COURSES:
        doctor = next(doctor for doctor in doctors if doctor.email == f"{course.mail}@{MAIL_HOST}")
        since = now + timedelta(days=1)
        slots = find_slots(Search([doctor], since=since, until=since + LOOK_AHEAD, now=now, limit=1))
        patient = next(unseen, None)
        if slots and patient:
            made = services.create(
                patient=patient,
                doctor=doctor,
                start=slots[0].start,
                rule=course.rule_from(slots[0].location.local(slots[0].start).date()),
                notes=course.notes,
                on_conflict=OnConflict.SKIP,
                actor=desk,
            )
            booked += made.series.appointments.count()
    return booked
