"""Where care is given: locations with their time zone and opening hours."""

from datetime import datetime, time, timedelta
from functools import cached_property
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models.functions import Lower

from common.models import RecordQuerySet, TidyCharField, TimeStamped
from common.prepared import Prepared
from scheduling.hours import WEEKDAYS, WeeklyWindow

# Files beside those of the zones: a placeholder, and whatever the server's own clock shows.
NO_ZONES = {"Factory", "localtime"}


def validate_time_zone(name: str) -> None:
    if name not in available_timezones() - NO_ZONES:
        raise ValidationError(
            f"{name!r} is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London.", code="time_zone"
        )


DEFAULT = Prepared(lambda: Location.objects.active().order_by("id")[:1])


class LocationQuerySet(RecordQuerySet["Location"]):
    def default(self) -> "Location":
        """The location meant where none is named: the clinic's first."""
        location: Location = DEFAULT.one()
        return location


class Location(TimeStamped):
    """A place with a wall clock: everything local is in its IANA time zone."""

    name = TidyCharField(max_length=200)
    time_zone = models.CharField(max_length=64, validators=[validate_time_zone], help_text="IANA name: Africa/Nairobi")
    active = models.BooleanField(default=True)
    patient_cutoff_minutes = models.PositiveIntegerField(
        default=24 * 60, help_text="How long before a visit patients may still move or cancel it themselves."
    )
    marks_no_shows = models.BooleanField(
        default=False, help_text="Let the nightly job mark yesterday's visits that nobody checked in as no-shows."
    )

    objects = LocationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("name"), name="location_name_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def cut_off(self) -> timedelta:
        """How long before a visit patients may still move or cancel it themselves."""
        return timedelta(minutes=self.patient_cutoff_minutes)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, instant: datetime) -> datetime:
        """The instant as the clock on this location's wall shows it."""
        return instant.astimezone(self.zone)


class AbstractWeeklyHours(models.Model):
    """One weekly window in wall time. ``end`` at or before ``start`` is on the next day."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0
        TUESDAY = 1
        WEDNESDAY = 2
        THURSDAY = 3
        FRIDAY = 4
        SATURDAY = 5
        SUNDAY = 6

    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, validators=[MaxValueValidator(6)])
    start = models.TimeField()
    end = models.TimeField(help_text="At or before the start: on the next day.")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {self.start:%H:%M}-{self.end:%H:%M}"

    def clean(self) -> None:
        for edge in (self.start, self.end):
            if edge and (edge.second or edge.microsecond):
                raise ValidationError("Hours are in whole minutes.", code="whole_minutes")

    @property
    def window(self) -> WeeklyWindow:
        return WeeklyWindow(self.weekday, self.start, self.end)


class OpeningHours(AbstractWeeklyHours):
    """When a location is open. A new doctor starts with these hours as rows of their own."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="opening_hours")

    class Meta:
        ordering: ClassVar = ["location", "weekday", "start", "id"]
        verbose_name_plural = "opening hours"


# What a new location opens with: Monday to Friday, 08:00-18:00.
DEFAULT_OPENING = [(weekday, time(8), time(18)) for weekday in range(5)]
