"""What can be done with the clinic's places."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from clinics.errors import LastLocation, UnknownTimeZone
from clinics.models import DEFAULT_OPENING, Location, OpeningHours, validate_time_zone
from common.transactions import atomic


@atomic
def open_location(*, name: str, time_zone: str) -> Location:
    """Add a location with the usual opening hours. ``time_zone`` is an IANA name. Raises UnknownTimeZone."""
    location = _save(Location(name=name, time_zone=time_zone))
    OpeningHours.objects.bulk_create(
        OpeningHours(location=location, weekday=weekday, start=start, end=end)
        for weekday, start, end in DEFAULT_OPENING
    )
    return location


@atomic
def amend(location: Location, **changes: Any) -> Location:
    """Change the given fields, on the newest state of the location.

    A new time zone moves all hours held there to its wall time; appointments keep their instants. Raises
    UnknownTimeZone, and LastLocation where no active one would be left.
    """
    rows = {row.pk: row for row in Location.objects.order_by("id").select_for_update(no_key=True)}
    location = rows[location.pk]
    for name, value in changes.items():
        setattr(location, name, value)
    if not any(row.active for row in rows.values()):
        raise LastLocation
    return _save(location)


@atomic
def set_opening_hours(location: Location, week: Sequence[OpeningHours]) -> None:
    """Replace the location's whole week. Doctors who are there already keep the hours they have."""
    location = Location.objects.select_for_update(no_key=True).get(pk=location.pk)
    for window in week:
        window.location = location
    OpeningHours.objects.filter(location=location).delete()
    OpeningHours.objects.bulk_create(week)


def ensure_first_location() -> None:
    """A clinic has a place from its first migration on: CLINIC_NAME in CLINIC_TIME_ZONE."""
    if not Location.objects.exists():
        open_location(name=settings.CLINIC_NAME, time_zone=settings.CLINIC_TIME_ZONE)


def _save(location: Location) -> Location:
    try:
        validate_time_zone(location.time_zone)
    except ValidationError as error:
        raise UnknownTimeZone(error.messages[0]) from None
    location.save()
    return location
