"""Where the journeys begin: a small clinic on the Friday before the clocks go forward in London."""

from datetime import date, timedelta

from appointments import hours, services, waitlist
from clinics import services as clinic_services
from clinics.models import AppointmentType, Location, Room
from doctors.models import WeeklyHours
from scheduling.hours import WEEKDAYS
from tests.factories import at, make_doctor, make_patient, make_room, make_type, weekly_hours

# The Friday before the clocks go forward in London.
START = at("2026-03-27 06:00")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS = [date(2026, 3, 27), date(2026, 3, 29), date(2026, 3, 30)]


class World:
    """Two places, three doctors, five patients, two kinds of visit, and one room of the kind that one of them needs."""

    def __init__(self) -> None:
        self.home = Location.objects.default()
        self.london = clinic_services.open_location(name="London", time_zone="Europe/London")
        self.doctors = [make_doctor(specialization=name) for name in ("Cardiology", "Cardiology", "Dermatology")]
        self.patients = [make_patient() for _ in range(5)]
        check = make_type(duration_minutes=20, buffer_before_minutes=5, buffer_after_minutes=10)
        echo = make_type(
            duration_minutes=45,
            room_kind="echo",
            minimum_notice_minutes=120,
            booking_horizon_days=3,
            specializations=["Cardiology"],
        )
        self.types: list[AppointmentType | None] = [None, check, echo]
        self.rooms: list[Room | None] = [None, make_room("echo"), make_room("consulting")]
        for doctor, place, windows in (
            (self.doctors[0], self.home, ["08:00-12:00"]),
            (self.doctors[1], self.home, ["08:00-10:00", "10:30-18:00"]),
            (self.doctors[2], self.london, ["08:00-12:00"]),
        ):
            hours.set_weekly_hours(doctor, every_day(windows, place))
        for count in range(8):  # the first doctor's first morning is full
            start = at("2026-03-27 08:00") + count * 30 * MINUTE
            services.book(doctor=self.doctors[0], patient=self.patients[count % 4], start=start)
        anything = {"specialization": "Cardiology", "earliest": DAYS[0], "latest": DAYS[-1]}
        for patient in self.patients[3:]:
            waitlist.join(patient=patient, **anything)


def every_day(windows: list[str], place: Location) -> list[WeeklyHours]:
    return [weekly_hours(f"{day} {window}", place) for day in WEEKDAYS for window in windows]
