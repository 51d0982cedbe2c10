"""Locations and their opening hours. What changes when people can be booked there is in `doctors.places`."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.core.exceptions import ValidationError

from clinics.errors import LocationNameTaken, UnknownTimeZone
from clinics.models import DEFAULT_OPENING, Location, OpeningHours, validate_time_zone
from common import trail
from common.integrity import judged, refuse_twin
from common.transactions import atomic

VERDICTS = {"location_name_unique": LocationNameTaken}


@atomic
def open_location(*, name: str, time_zone: str, **fields: object) -> Location:
    """Add a location with the usual opening hours. ``time_zone`` is an IANA name.

    Raises UnknownTimeZone and LocationNameTaken.
    """
    list(Location.objects.locked().values_list("pk"))  # not while something changes everywhere
    location = save_location(Location(name=name, time_zone=time_zone, **fields))
    OpeningHours.objects.bulk_create(
        OpeningHours(location=location, weekday=weekday, start=start, end=end)
        for weekday, start, end in DEFAULT_OPENING
    )
    trail.created(location)
    return location


@atomic
def set_opening_hours(location: Location, week: Sequence[OpeningHours]) -> list[OpeningHours]:
    """Replace the location's whole week. Doctors who are there already keep the hours they have."""
    location = lock_locations([location])[location.pk]
    for window in week:
        window.location = location
    before = [str(window) for window in OpeningHours.objects.filter(location=location)]
    OpeningHours.objects.filter(location=location).delete()
    OpeningHours.objects.bulk_create(week)
    after = list(OpeningHours.objects.filter(location=location))
    trail.changed_to(location, opening_hours=(before, [str(window) for window in after]))
    return after


def lock_locations(locations: Iterable[Location]) -> dict[int, Location]:
    """The newest rows by id, locked until the transaction ends. They come before any doctor's: see `doctors.places`."""
    rows = Location.objects.locked().filter(pk__in={location.pk for location in locations})
    return {row.pk: row for row in rows}


def save_location(location: Location) -> Location:
    """Store a row, in the caller's transaction. Raises UnknownTimeZone and LocationNameTaken."""
    try:
        validate_time_zone(location.time_zone)
    except ValidationError as error:
        raise UnknownTimeZone(error.messages[0]) from None
    refuse_twin(location, "name", LocationNameTaken, among=Location.objects.all())
    with judged(VERDICTS):
        location.save()
    return location


def ensure_first_location() -> None:
    """A clinic has a place from its first migration on: CLINIC_NAME in CLINIC_TIME_ZONE."""
    if not Location.objects.exists():
        open_location(name=settings.CLINIC_NAME, time_zone=settings.CLINIC_TIME_ZONE)
