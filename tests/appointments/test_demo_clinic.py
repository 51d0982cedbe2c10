"""What is in the clinic of `manage.py demo`, whatever the day and the hour, and what becomes of it when run again."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from io import StringIO
from itertools import pairwise
from json import loads
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction
from rest_framework.test import APIClient

from accounts.models import User
from appointments.availability import OpenHours
from appointments.demo.clinic import INTERLUDES
from appointments.finding import Search, find_slots
from appointments.lifecycle import TRANSITIONS, Status, blocks
from appointments.models import Appointment, AppointmentChange, Series, WaitlistEntry
from clinics.models import AppointmentType, Holiday, Location, LocationException, OpeningHours, Room
from common import clock as common_clock
from doctors import services as doctor_services
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from patients.models import Patient
from scheduling.intervals import Interval
from tests.conftest import client_of
from tests.factories import at, book, make_patient

pytestmark = pytest.mark.xdist_group("demo")  # one process loads each of them once

MONDAY_MORNING = "2026-03-02 10:10"
ADDRESS = "https://clinic.example/"
MODELS = (
    User,
    Location,
    OpeningHours,
    LocationException,
    Holiday,
    Room,
    AppointmentType,
    Doctor,
    WeeklyHours,
    AvailabilityException,
    Patient,
    Appointment,
    AppointmentChange,
    Series,
)

# (time zone, instant in UTC): worked out in Python, so one of them is enough for a second database.
MOMENTS = [
    pytest.param(("UTC", "2028-02-29 11:00"), id="leap-day"),
    pytest.param(("Africa/Nairobi", "2026-03-01 09:00"), id="sunday", marks=pytest.mark.once),
    pytest.param(("Europe/London", "2026-03-29 01:00"), id="the-hour-that-is-skipped", marks=pytest.mark.once),
    pytest.param(("America/New_York", "2026-11-01 06:30"), id="the-hour-that-happens-twice", marks=pytest.mark.once),
    pytest.param(("Pacific/Auckland", "2026-12-31 23:59"), id="the-turn-of-the-year", marks=pytest.mark.once),
]


@pytest.fixture(scope="module")
def loaded(request: pytest.FixtureRequest, kept_rows: None) -> Iterator[tuple[datetime, str]]:
    """A demo clinic of a Monday morning, or of where and when the test says: the instant, and what was printed."""
    zone, moment = getattr(request, "param", ("UTC", MONDAY_MORNING))
    with transaction.atomic():
        Location.objects.update(time_zone=zone)
        with time_machine.travel(at(moment), tick=False):
            printed = run(address=ADDRESS)
        yield at(moment), printed
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def printed(loaded: tuple[datetime, str], clock: time_machine.Traveller, db: None) -> str:
    """It has just been loaded, and this was printed."""
    instant, output = loaded
    clock.move_to(instant)
    return output


def run(**options: Any) -> str:
    output = StringIO()
    call_command("demo", force=True, stdout=output, **options)
    return output.getvalue()


def everything() -> dict[str, list[dict[str, Any]]]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in MODELS}


def test_it_loads_a_whole_clinic() -> None:
    assert list(Location.objects.values_list("name", flat=True)) == ["Test Clinic", "Riverside Branch"]
    assert Doctor.objects.count() == 12
    assert set(Doctor.objects.values_list("specialization", flat=True)) == {
        "General Practice",
        "Paediatrics",
        "Cardiology",
        "Dermatology",
        "Obstetrics and Gynaecology",
        "Orthopaedics",
    }
    assert Patient.objects.count() == 350
    assert Patient.objects.filter(active=False).count() == 7
    assert set(AvailabilityException.objects.values_list("kind", flat=True)) == {"closed", "open"}
    assert Appointment.objects.count() > 1000
    assert set(Appointment.objects.values_list("status", flat=True)) == set(Status.values)
    days = {start.date() for start in Appointment.objects.filter(series=None).values_list("start", flat=True)}
    assert (min(days), max(days)) == (at("2026-02-16").date(), at("2026-03-16").date())


@pytest.mark.once
def test_visits_have_types_rooms_and_places() -> None:
    used = (
        Appointment.objects.order_by().values_list("appointment_type__name", "room__name", "location__name").distinct()
    )
    main, branch = "Test Clinic", "Riverside Branch"
    assert set(used) == {
        (None, None, main),
        (None, None, branch),
        ("Consultation", None, main),
        ("Consultation", None, branch),
        ("Child health check", None, main),
        ("Child health check", None, branch),
        ("Skin check", None, main),
        ("Pregnancy scan", "Scan room", main),
        ("Pregnancy scan", "Riverside scan room", branch),
        ("Minor procedure", "Treatment room", main),
    }
    visits = Appointment.objects.exclude(appointment_type=None).select_related("appointment_type", "doctor", "room")
    for visit in visits:
        kind = visit.appointment_type
        assert visit.duration_minutes == kind.duration_minutes
        assert (visit.buffer_before_minutes, visit.buffer_after_minutes) == (
            kind.buffer_before_minutes,
            kind.buffer_after_minutes,
        )
        assert kind.specializations in ([], [visit.doctor.specialization]) or visit.doctor.full_name == "Wanjiru Kamau"
        assert visit.history.last().to_room == visit.room
        assert visit.room is None or visit.room.location_id == visit.location_id


@pytest.mark.once
def test_the_clinic_keeps_this_years_and_next_years_holidays_and_a_closure() -> None:
    assert Holiday.objects.filter(location=None, date__year=2026).count() == 11
    assert Holiday.objects.filter(location=None, date__year=2027).count() == 14
    assert Holiday.objects.count() == 25
    closure = LocationException.objects.get()
    assert (closure.location.name, closure.kind) == ("Riverside Branch", "closed")
    assert (closure.start, closure.end) == (at("2026-03-17 12:00"), at("2026-03-17 18:00"))


@pytest.mark.once
def test_two_patients_come_again() -> None:
    weekly, monthly = Series.objects.order_by("id")
    assert (weekly.doctor.full_name, weekly.rule) == ("Kwame Mensah", "FREQ=WEEKLY;COUNT=10")
    assert (monthly.doctor.full_name, monthly.rule) == ("Jean-Baptiste N'Diaye", "FREQ=MONTHLY;BYDAY=1TU;COUNT=6")
    for series, most in ((weekly, 10), (monthly, 6)):
        times = series.appointments.values_list("start__time", flat=True)
        assert set(times) == {series.time}
        assert most - 3 <= len(times) <= most  # some dates are taken
    assert weekly.patient != monthly.patient


def test_running_it_again_on_the_same_day_changes_nothing(clock: time_machine.Traveller) -> None:
    before = everything()
    run()
    clock.move_to(at("2026-03-02 23:59"))
    run()
    assert everything() == before


def test_on_a_later_day_it_fills_the_days_that_have_none_and_leaves_the_rest(clock: time_machine.Traveller) -> None:
    before = everything()
    clock.move_to(at("2026-03-05 12:00"))
    run()
    after = everything()
    for name, rows in before.items():
        assert after[name][: len(rows)] == rows
    new = Appointment.objects.filter(pk__gt=before["Appointment"][-1]["id"])
    assert {visit.start.date().isoformat() for visit in new} == {"2026-03-17", "2026-03-18", "2026-03-19"}


@pytest.mark.parametrize("loaded", MOMENTS, indirect=True)
def test_every_visit_makes_sense() -> None:
    now = common_clock.now()
    visits = list(Appointment.objects.select_related("doctor", "patient", "location").prefetch_related("history"))
    hours = OpenHours(Doctor.objects.all(), Interval(now - timedelta(days=16), now + timedelta(days=16)))
    for visit in visits:
        assert visit.status in statuses_at(visit, now), visit
        assert hours.location_of(visit.doctor, visit.interval) == visit.location, visit
        assert visit.patient.active or visit.start <= now
        assert_history_leads_to(visit, now)
    for person in ("doctor_id", "patient_id"):
        taken = sorted((getattr(v, person), v.start, v.end) for v in visits if blocks(v.status))
        assert all(one[0] != other[0] or one[2] <= other[1] for one, other in pairwise(taken))


def statuses_at(visit: Appointment, now: Any) -> set[Status]:
    if visit.end <= now:
        return {Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}
    if visit.start <= now:
        return {Status.IN_PROGRESS}
    if visit.start <= now + timedelta(minutes=30):
        return {Status.CHECKED_IN, Status.CONFIRMED}
    return {Status.SCHEDULED, Status.CONFIRMED, Status.CANCELLED}


def assert_history_leads_to(visit: Appointment, now: Any) -> None:
    lines = list(visit.history.all())
    assert [line.action for line in lines] == ["booked"] + ["status"] * (len(lines) - 1)
    assert (lines[0].from_status, lines[0].from_start, lines[0].to_status) == ("", None, "scheduled")
    for line, following in pairwise(lines):
        assert following.from_status == line.to_status
        assert following.to_status in TRANSITIONS[line.to_status]
        assert line.at <= following.at
    assert lines[0].at < visit.start
    assert lines[-1].at <= now
    assert lines[-1].to_status == visit.status
    assert visit.version == len(lines)


@pytest.mark.parametrize("loaded", MOMENTS, indirect=True)
def test_the_second_doctor_is_smith_and_has_free_slots() -> None:
    doctor = Doctor.objects.order_by("id")[1]
    assert doctor.full_name == "Margaret Smith"
    now = common_clock.now()
    assert len(find_slots(Search([doctor], since=now, until=now + timedelta(days=7), now=now, limit=20))) == 20


def test_leave_is_never_put_on_top_of_somebodys_visit(clock: time_machine.Traveller) -> None:
    start = at("2026-03-24 10:00")
    on_leave = Doctor.objects.get(email=INTERLUDES[0].post(at("2026-03-23").date()).email)
    doctor_services.set_weekly_hours(
        on_leave, [WeeklyHours(location=Location.objects.default(), weekday=1, start=time(8), end=time(18))]
    )
    visit = book("2026-03-24 10:00", doctor=on_leave)
    clock.move_to(at("2026-03-16 12:00"))
    run(verbosity=0)
    assert AvailabilityException.objects.filter(start__gte=at("2026-03-23")).exists()
    assert OpenHours([on_leave], visit.interval).location_of(on_leave, visit.interval) == visit.location
    assert not AvailabilityException.objects.filter(doctor=on_leave, start__lte=start, end__gt=start).exists()


def test_smith_is_found_by_the_documented_search() -> None:
    found = (
        client_of(User.objects.get(username="kimutai"))
        .get("/api/doctors/?search=Smith&ordering=full_name")
        .json()["results"]
    )
    assert [doctor["full_name"] for doctor in found] == ["Adrian Smith-Okafor", "Margaret Smith"]


@pytest.mark.parametrize("loaded", MOMENTS, indirect=True)
def test_the_printed_commands_book(printed: str) -> None:
    client = APIClient()
    for number in range(2):  # a second run offers something else
        output = run(address=ADDRESS) if number else printed
        token, booking = re.findall(r"curl -s (\S+) .*?-d '([^']+)'", output)
        assert (token[0], booking[0]) == (
            "https://clinic.example/api-token-auth/",
            "https://clinic.example/api/appointments/",
        )
        key = client.post("/api-token-auth/", loads(token[1])).json()["token"]
        client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
        answer = client.post("/api/appointments/", loads(booking[1]))
        assert (number, answer.status_code) == (number, 201), answer.json()
        client.credentials()


@pytest.mark.once
def test_it_prints_where_to_look_and_as_whom(printed: str) -> None:
    for expected in (
        "https://clinic.example/book/",
        "https://clinic.example/swagger/",
        "https://clinic.example/redoc/",
        "https://clinic.example/admin/",
        "admin      demo-clinic-2026",
        "reception  demo-clinic-2026",
        "doctor     demo-clinic-2026  doctor",
        "patient    demo-clinic-2026  patient",
        "auditor    demo-clinic-2026  auditor",
        "kimutai    cosmas@44         superuser",
    ):
        assert expected in printed
    assert User.objects.get(username="kimutai").is_superuser
    roles = User.objects.filter(is_superuser=False).values_list("username", "role", "is_staff")
    assert set(roles) == {
        ("admin", "admin", True),
        ("reception", "receptionist", True),
        ("doctor", "doctor", False),
        ("patient", "patient", False),
        ("auditor", "auditor", True),
    }
    assert User.objects.get(username="doctor").doctor.appointments.exists()
    assert User.objects.get(username="patient").patient.dependents.exists()


@pytest.mark.once
def test_every_patient_is_valid_and_none_takes_what_the_documentation_uses() -> None:
    patients = list(Patient.objects.all())
    for patient in patients:
        patient.full_clean()
    assert not Patient.objects.filter(national_id="123456789").exists()


@pytest.mark.once
def test_names_ids_and_mails_are_as_different_as_people_s() -> None:
    patients = list(Patient.objects.all())
    names = [patient.full_name for patient in patients]
    for kind, pattern in {
        "one word": r"^\S+$",
        "apostrophe": r"['’ʻ]",
        "hyphen": r"-",
        "accent": r"[éíóúñöø]",
        "Han": r"[\u4e00-\u9fff]",
        "Arabic": r"[\u0600-\u06ff]",
        "Cyrillic": r"[\u0400-\u04ff]",
        "long": r"^.{60,}$",
    }.items():
        assert any(re.search(pattern, name) for name in names), kind
    mails = [patient.email for patient in patients if patient.email]
    assert len(set(mails)) < len(mails) < len(patients)
    assert {bool(patient.national_id) for patient in patients} == {True, False}
    assert {bool(patient.insurance_number) for patient in patients} == {True, False}


def test_a_national_id_that_is_taken_does_not_stop_it() -> None:
    taken = Patient.objects.exclude(national_id=None).order_by("id").values_list("national_id", flat=True)[0]
    AppointmentChange.objects.all().delete()
    Appointment.objects.all().delete()
    Patient.objects.update(guardian=None)
    for model in (Series, WaitlistEntry, Patient, WeeklyHours, AvailabilityException, Doctor):
        model.objects.all().delete()
    mine = make_patient(full_name="Somebody Real", national_id=taken)
    run(verbosity=0)
    assert Patient.objects.count() == 350
    assert Patient.objects.get(national_id=taken) == mine
    assert not Appointment.objects.filter(patient=mine).exists()


def test_a_demo_patient_who_was_renamed_is_the_clinic_s_own_from_then_on(clock: time_machine.Traveller) -> None:
    patient = Patient.objects.active().order_by("id")[0]
    patient.full_name = "Somebody Real"
    patient.save()
    visits = patient.appointments.count()
    clock.move_to(at("2026-04-20 12:00"))
    run(verbosity=0)
    assert Patient.objects.count() == 350
    assert patient.appointments.count() == visits


def test_three_patients_wait_and_no_more_join_the_next_time() -> None:
    first = list(WaitlistEntry.objects.order_by("id").values_list("priority", "specialization", "status"))
    assert first == [(5, "", "waiting"), (0, "", "waiting"), (1, "Cardiology", "waiting")]
    run(verbosity=0)
    assert WaitlistEntry.objects.count() == 3
