"""More doctors than a list can hold."""

from datetime import time

from clinics.models import Location
from doctors.models import Doctor, WeeklyHours

MANY = 101


def more_doctors(number: int, specialization: str = "General") -> None:
    """Doctors with hours, called Doctor 0001 and so on."""
    first = Doctor.objects.count() + 1
    made = Doctor.objects.bulk_create(
        Doctor(full_name=f"Doctor {one:04}", email=f"many{one}@clinic.test", specialization=specialization)
        for one in range(first, first + number)
    )
    place = Location.objects.default()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(doctor=doctor, location=place, weekday=day, start=time(8), end=time(18))
        for doctor in made
        for day in range(5)
    )
