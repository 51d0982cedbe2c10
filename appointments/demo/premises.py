"""Where the demo clinic is, which rooms it has, what it offers, and when it is closed."""

from datetime import date, datetime, time

from django.conf import settings

from appointments.demo.clinic import MAIL_HOST
from clinics import services
from clinics.errors import UnknownCountry, UnknownYear
from clinics.models import AppointmentType, Location, LocationException, Room
from doctors import offering, places
from doctors.models import Doctor
from scheduling.hours import resolve
from scheduling.intervals import DAY

BRANCH = "Riverside Branch"
COUNTRY = "KE"
PROCEDURE = "Minor procedure"

# (at the branch, name, kind)
ROOMS = (
    (False, "Consulting room 1", "consulting"),
    (False, "Consulting room 2", "consulting"),
    (False, "Treatment room", "procedure"),
    (False, "Scan room", "ultrasound"),
    (True, "Riverside scan room", "ultrasound"),
)
TYPES = (
    {"name": "Consultation", "colour": "#3b6ea5"},
    {
        "name": "Child health check",
        "duration_minutes": 20,
        "specializations": ["Paediatrics"],
        "booking_horizon_days": 60,
        "colour": "#2f855a",
    },
    {"name": "Skin check", "duration_minutes": 15, "specializations": ["Dermatology"], "colour": "#b7791f"},
    {
        "name": "Pregnancy scan",
        "minimum_notice_minutes": 2 * 60,
        "specializations": ["Obstetrics and Gynaecology"],
        "room_kind": "ultrasound",
        "colour": "#97266d",
    },
    {
        "name": PROCEDURE,
        "duration_minutes": 60,
        "buffer_before_minutes": 10,
        "buffer_after_minutes": 15,
        "minimum_notice_minutes": 24 * 60,
        "bookable_online": False,
        "specializations": ["Orthopaedics"],
        "room_kind": "procedure",
        "colour": "#9b2c2c",
    },
)


def branch(main: Location, today: date) -> Location:
    """The second location, by the first one's clock; opened with an afternoon's closure in the week after next."""
    there = Location.objects.filter(name__iexact=BRANCH).first()
    if there:
        return there
    there = services.open_location(name=BRANCH, time_zone=main.time_zone)
    day = today + (14 - today.weekday() + 1) * DAY  # a Tuesday
    start, end = (resolve(datetime.combine(day, edge), there.zone) for edge in (time(12), time(18)))
    places.add_location_exception(
        there, kind=LocationException.Kind.CLOSED, start=start, end=end, reason="Fire drill and stocktaking"
    )
    return there


def furnish(main: Location, there: Location) -> None:
    """Add the rooms and the types that are missing, by their names."""
    rooms = {name.casefold() for name in Room.objects.values_list("name", flat=True)}
    for at_branch, name, kind in ROOMS:
        if name.casefold() not in rooms:
            services.add_room(location=there if at_branch else main, name=name, kind=kind)
    types = {name.casefold() for name in AppointmentType.objects.values_list("name", flat=True)}
    for offer in TYPES:
        if str(offer["name"]).casefold() not in types:
            # One general practitioner is trained for it as well.
            named = Doctor.objects.filter(email=f"kamau@{MAIL_HOST}") if offer["name"] == PROCEDURE else ()
            offering.add_type(**offer, doctors=named)


def keep_holidays(years: set[int]) -> None:
    """The public holidays of CLINIC_COUNTRY, or Kenya's, where they are known."""
    for year in sorted(years):
        try:
            places.import_holidays(country=settings.CLINIC_COUNTRY or COUNTRY, year=year)
        except (UnknownCountry, UnknownYear):
            continue
