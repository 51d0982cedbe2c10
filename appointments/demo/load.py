"""Brings the demo clinic into the database, all or nothing. What is there already is left as it is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from tqdm import tqdm

from accounts import services as accounts
from accounts.models import User
from accounts.roles import Role
from appointments import linking
from appointments.demo import premises
from appointments.demo.clinic import INTERLUDES, POSTS
from appointments.demo.courses import begin_courses
from appointments.demo.households import appoint_guardians
from appointments.demo.offer import Offer, book_procedures
from appointments.demo.people import people
from appointments.demo.visits import Diary, days_around
from appointments.demo.waiting import let_wait
from appointments.finding import Search, Slot, find_slots
from appointments.models import Appointment, AppointmentChange
from clinics.models import Location
from clinics.services import ensure_first_location
from common.transactions import atomic
from doctors import services as doctor_services
from doctors.models import AvailabilityException, Doctor, DoctorQuerySet, WeeklyHours
from patients.models import Patient
from scheduling.hours import start_of_day
from scheduling.intervals import DAY, Interval

MOST_SLOTS = 1_000_000


@dataclass(frozen=True, slots=True)
class Login:
    """A demo user. The baseline's own name and password are among them."""

    username: str
    role: str = ""
    password: str = "demo-clinic-2026"  # noqa: S105 - everybody shall know it
    superuser: bool = False


LOGINS = (
    Login("admin", Role.ADMIN),
    Login("reception", Role.RECEPTIONIST),
    Login("doctor", Role.DOCTOR),
    Login("patient", Role.PATIENT),
    Login("auditor", Role.AUDITOR),
    Login("kimutai", password="cosmas@44", superuser=True),  # noqa: S106 - the baseline tells it to everybody
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much was new."""

    doctors: int
    patients: int
    visits: int


@atomic
def load(*, now: datetime, quiet: bool = False) -> Loaded:
    """Load the clinic and fill the days around ``now`` that have no visits yet.

    ``quiet`` hides the progress bar, which shows after a second, on standard error.
    """
    now = now.replace(microsecond=0)
    ensure_first_location()
    place = Location.objects.default()
    today = place.local(now).date()
    days = days_around(today)
    users = {login.username: _user(login) for login in LOGINS}
    branch = premises.branch(place, today)
    premises.keep_holidays({days[0].year, today.year, today.year + 1})
    new = not _doctors().exists()
    if new:
        _hire(place, branch, today)
        Patient.objects.bulk_create(people(), ignore_conflicts=True)  # a national id that somebody has already
        appoint_guardians(_patients())
    premises.furnish(place, branch)
    doctors = list(_doctors().locked())
    patients = _patients()
    _interlude(doctors, place, days)
    desk = users["reception"]
    _link(users["doctor"], next((doctor for doctor in doctors if doctor.active), None))
    _link(users["patient"], next((one for one in patients if one.active and one.dependents.exists()), None))
    visits = _fill(days, doctors, place, Diary(patients, now, desk), quiet=quiet)
    visits += begin_courses(doctors, patients, now, desk)
    let_wait(doctors, patients, now, desk)
    return Loaded(len(doctors) if new else 0, len(patients) if new else 0, visits)


def _user(login: Login) -> User:
    """The demo's user; one who has the name already keeps the password and the rights they have."""
    user = User.objects.filter(username=login.username).first()
    if user:
        return user
    if login.superuser:
        return User.objects.create_superuser(login.username, password=login.password)
    return accounts.create(username=login.username, password=login.password, role=login.role)


def _link(user: User, record: Doctor | Patient | None) -> None:
    """Let the user sign in as the person of the record, unless either is linked already."""
    if record and not record.user_id and linking.lacks_record(user):
        linking.link(user, record)


def _doctors() -> DoctorQuerySet:
    return Doctor.objects.filter(email__in=[post.email for post in POSTS])


def _hire(place: Location, branch: Location, today: date) -> None:
    for post in POSTS:
        doctor = doctor_services.add(
            location=place,
            full_name=post.full_name,
            email=post.email,
            specialization=post.specialization,
            default_duration_minutes=post.minutes,
        )
        if post.week is not None:
            doctor_services.set_weekly_hours(
                doctor,
                [
                    WeeklyHours(
                        location=location,
                        weekday=window.weekday,
                        start=window.start,
                        end=window.end,
                        valid_from=window.valid_from,
                        valid_until=window.valid_until,
                    )
                    for location, week in ((place, post.week or ""), (branch, post.branch))
                    for window in post.windows(week, today)
                ],
            )


def _patients() -> list[Patient]:
    """The demo's patients whom nobody has renamed, deactivated ones too."""
    known = {(person.full_name, person.phone_number) for person in people()}
    found = Patient.objects.filter(full_name__in={name for name, _ in known}).locked()
    return [patient for patient in found if (patient.full_name, patient.phone_number) in known]


def _interlude(doctors: Iterable[Doctor], place: Location, days: list[date]) -> None:
    """Leave and extra clinics, in the weeks that have none yet; never on top of somebody's visit."""
    by_email = {doctor.email: doctor for doctor in doctors}
    for monday in sorted({day - day.weekday() * DAY for day in days}):
        week = Interval(start_of_day(monday, place.zone), start_of_day(monday + 7 * DAY, place.zone))
        if AvailabilityException.objects.filter(
            doctor__in=by_email.values(), start__gte=week.start, start__lt=week.end
        ).exists():
            continue
        for interlude in INTERLUDES:
            doctor = by_email.get(interlude.post(monday).email)
            when = interlude.interval(monday, place.zone)
            if doctor and not Appointment.objects.filter(doctor=doctor).blocking().overlapping(when).exists():
                doctor_services.add_exception(
                    doctor,
                    kind=interlude.kind,
                    start=when.start,
                    end=when.end,
                    reason=interlude.reason,
                    location=place,
                )


def _fill(days: list[date], doctors: list[Doctor], place: Location, diary: Diary, *, quiet: bool) -> int:
    """Make the visits of the days on which the demo's doctors have none; return how many."""
    around = Interval(start_of_day(days[0], place.zone), start_of_day(days[-1] + DAY, place.zone))
    busy_days, ours = set(), {doctor.pk for doctor in doctors}
    visits = Appointment.objects.overlapping(around).order_by()
    columns = ("doctor_id", "patient_id", "start", "end", "series_id")
    for doctor, patient, start, end, series in visits.values_list(*columns):
        first, last = place.local(start).date(), place.local(end).date()
        diary.note(patient, (first, last))
        if doctor in ours and series is None:  # a series reaches into days that are still to be filled
            busy_days.add(first)
    diary.days = [day for day in days if day not in busy_days]
    procedures = book_procedures(diary, doctors)
    free = _free_slots(days, doctors, around.start - timedelta(minutes=1))
    offer = Offer(doctors, around)
    filled = [
        visit
        for day in tqdm(diary.days, desc="Filling the days", unit="day", delay=1, disable=quiet)
        for slots in free[day]
        for visit in diary.fill(day, slots, offer.settle)
    ]
    Appointment.objects.bulk_create([visit for visit, _ in filled], batch_size=500)
    AppointmentChange.objects.bulk_create([line for _, history in filled for line in history], batch_size=500)
    return len(filled) + procedures


def _free_slots(days: list[date], doctors: list[Doctor], before: datetime) -> dict[date, list[list[Slot]]]:
    """The free slots of each local day, by doctor, in order: past ones too, as if it were still ``before``."""
    active = [doctor for doctor in doctors if doctor.active]
    slots = find_slots(Search(active, since=days[0], until=days[-1], now=before, limit=MOST_SLOTS))
    found: dict[date, list[list[Slot]]] = defaultdict(list)
    for _, group in groupby(sorted(slots, key=lambda slot: (slot.doctor.pk, slot.start)), key=lambda slot: slot.doctor):
        for day, of_day in groupby(group, key=lambda slot: slot.location.local(slot.start).date()):
            found[day].append(list(of_day))
    return found
