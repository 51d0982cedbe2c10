"""Fills a database with a clinic of any size: `python -m benchmarks.data PATIENTS DOCTORS VISITS`.

Every guard is on. Seeded: the same numbers give the same clinic, but that its calendar moves with today. Visits come by
COPY, day by day as a clinic would write them, over four years back and one ahead; each doctor works Monday to Friday,
08:00-18:00 UTC. Visits take every other half hour, so that there is room between them, and the first 200 doctors, of
one specialty, are booked out for the first days ahead. It prints, as JSON, what the measures need to know.
"""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import django
from tqdm import tqdm

GIVEN = "Mary John Jane Peter Grace Faith Amina Juma Wanjiru Otieno Zawadi Baraka Élodie José Anneliese Wei Priya Omar"
FAMILY = "Otieno Mwangi Kamau Wanjiku Achieng Njoroge Mutua Kiprono Hassan Smith Müller García Sharma Zhang Okafor Doe"
RARE = "Zebedee"  # one in so many
RARE_EACH = 50_000
SLOTS_A_DAY = 20
YEARS_BACK, YEARS_AHEAD = 4, 1
BUSY_DOCTORS, BUSY_DAYS = 200, 5
BUSY_SPECIALTY = "Cardiology"
SPECIALTIES = ("General practice", "Dermatology", "Paediatrics", "Orthopaedics", "Psychiatry")


def workdays(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5]


def slots(doctor: int, day: int, count: int) -> list[int]:
    """The places of ``count`` visits in the day's half hours: even ones first, none twice."""
    base = doctor * 7 + day * 3
    even = [2 * ((base + place) % 10) for place in range(min(count, 10))]
    return even + [2 * place + 1 for place in range(count - len(even))]


def visits(patients: int, doctors: int, total: int, today: date) -> Iterator[tuple[int, int, datetime]]:
    """Patient, doctor (both from 0) and start of each visit, in the order of days."""
    days = workdays(today - timedelta(days=365 * YEARS_BACK), today + timedelta(days=365 * YEARS_AHEAD))
    a_day = total / (doctors * len(days))
    patient = 0
    ahead = [number for number, day in enumerate(days) if day > today][:BUSY_DAYS]
    for number, day in enumerate(days):
        opening = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        taken = []
        for doctor in range(doctors):
            phase = doctor / doctors
            count = int(a_day * (number + 1) + phase) - int(a_day * number + phase)
            if doctor < BUSY_DOCTORS and number in ahead and total >= doctors * 100:
                count = SLOTS_A_DAY
            taken += [(slot, doctor) for slot in slots(doctor, number, min(count, SLOTS_A_DAY))]
        # Half hour by half hour, so that those of one half hour are different patients.
        for slot, doctor in sorted(taken):
            yield patient % patients, doctor, opening + timedelta(minutes=30 * slot)
            patient += 1


class Copy:
    """COPY into the table of a model: what a row does not say is the field's default."""

    def __init__(self, model: Any, names: Iterable[str]) -> None:
        from django.db import connection

        self.connection, self.names = connection, list(names)
        self.table = model._meta.db_table
        others = [field for field in model._meta.concrete_fields if field.attname not in self.names]
        others = [field for field in others if not field.primary_key]
        self.columns = self.names + [field.column for field in others]
        self.defaults = tuple(
            datetime.now(UTC) if field.name in ("created_at", "updated_at") else _stored(field) for field in others
        )

    def write(self, rows: Iterable[tuple[Any, ...]]) -> None:
        columns = ", ".join(f'"{column}"' for column in self.columns)
        with self.connection.cursor() as cursor, cursor.copy(f'COPY "{self.table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row((*row, *self.defaults))


def _stored(field: Any) -> Any:
    value = field.get_default()
    return json.dumps(value) if isinstance(value, list | dict) else value


def fill(patients: int, doctors: int, total: int, progress: Callable[..., Any]) -> dict[str, Any]:
    from django.db import connection

    from accounts.models import User
    from appointments.models import Appointment
    from clinics.models import Location, OpeningHours
    from common.text import folded
    from doctors.models import Doctor, WeeklyHours
    from patients.models import Patient
    from tests.tokens import token_of

    random = Random(1)
    given, family = GIVEN.split(), FAMILY.split()

    def people() -> Iterator[tuple[Any, ...]]:
        for number in progress(range(patients), desc="Patients", unit_scale=True):
            name = RARE if number % RARE_EACH == 7 else given[min(int(random.expovariate(0.4)), len(given) - 1)]
            full_name = f"{name} {random.choice(family)} {number:07}"[:200]
            phone = f"2547{number:08}"
            national_id, mail = f"N{number:08}", f"p{number}@example.com"
            search = "\n".join(folded(line) for line in (full_name, mail, phone, f"+{phone}", national_id))
            yield full_name, mail, f"+{phone}", national_id, folded(full_name), phone, search

    columns = ("full_name", "email", "phone_number", "national_id", "name_key", "phone_key", "search_text")
    Copy(Patient, columns).write(people())

    def staff() -> Iterator[tuple[Any, ...]]:
        for number in range(doctors):
            name = f"Dr {given[number % len(given)]} {family[number % len(family)]} {number:05}"
            specialty = BUSY_SPECIALTY if number < BUSY_DOCTORS else SPECIALTIES[number % len(SPECIALTIES)]
            mail = f"d{number}@clinic.example"
            yield (
                name,
                mail,
                specialty,
                folded(name),
                folded(specialty),
                "\n".join(map(folded, (name, specialty, mail))),
            )

    columns = ("full_name", "email", "specialization", "name_key", "specialization_key", "search_text")
    Copy(Doctor, columns).write(staff())
    here = Location.objects.default()
    first_doctor = Doctor.objects.earliest("id").pk
    first_patient = Patient.objects.earliest("id").pk
    open_hours = list(OpeningHours.objects.filter(location=here))
    week = ("doctor_id", "location_id", "weekday", "start", "end")
    Copy(WeeklyHours, week).write(
        (first_doctor + number, here.pk, hours.weekday, hours.start, hours.end)
        for number in range(doctors)
        for hours in open_hours
    )
    today = datetime.now(UTC).date()
    half_hour = timedelta(minutes=30)

    def calendar() -> Iterator[tuple[Any, ...]]:
        made = visits(patients, doctors, total, today)
        for patient, doctor, start in progress(made, desc="Visits", total=total, unit_scale=True):
            status = "completed" if start.date() < today else "scheduled"
            yield first_patient + patient, first_doctor + doctor, here.pk, start, start + half_hour, status

    Copy(Appointment, ("patient_id", "doctor_id", "location_id", "start", "end", "status")).write(calendar())
    user = User.objects.create_superuser("bench", password="only-for-benchmarks")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {
        "token": token_of(user),
        "patients": [first_patient, patients],
        "doctors": [first_doctor, doctors],
        "appointments": Appointment.objects.count(),
        "day": today.isoformat(),
    }


def main() -> None:
    patients, doctors, total = map(int, sys.argv[1:4])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    os.environ["DATABASE_SILENCE_SECONDS"] = "0"  # VACUUM says nothing for minutes
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    quiet = not sys.stderr.isatty()
    print(json.dumps(fill(patients, doctors, total, lambda rows, **more: tqdm(rows, disable=quiet, **more))))


if __name__ == "__main__":
    main()
