"""What can be done with the clinic's places."""

from django.conf import settings
from django.db import transaction

from clinics.models import DEFAULT_OPENING, Location, OpeningHours


@transaction.atomic
def open_location(*, name: str, time_zone: str) -> Location:
    """Add a location with the usual opening hours. ``time_zone`` is an IANA name."""
    location = Location.objects.create(name=name, time_zone=time_zone)
    OpeningHours.objects.bulk_create(
        OpeningHours(location=location, weekday=weekday, start=start, end=end)
        for weekday, start, end in DEFAULT_OPENING
    )
    return location


def ensure_first_location() -> None:
    """A clinic has a place from its first migration on: CLINIC_NAME in CLINIC_TIME_ZONE."""
    if not Location.objects.exists():
        open_location(name=settings.CLINIC_NAME, time_zone=settings.CLINIC_TIME_ZONE)
