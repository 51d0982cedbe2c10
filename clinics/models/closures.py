"""Days and stretches in which a place does not keep its usual hours."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from clinics.errors import UpsideDown
from clinics.models.locations import Location
from common.models import TidyCharField, TimeStamped
from scheduling.intervals import Interval


class Holiday(TimeStamped):
    """A local day on which nobody works: at one location, or everywhere. Imported, or the clinic's own."""

    location = models.ForeignKey(
        Location,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="holidays",
        help_text="Empty: everywhere.",
    )
    date = models.DateField()
    name = TidyCharField(max_length=200)

    class Meta:
        ordering: ClassVar = ["date", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["date", "location"], condition=Q(location__isnull=False), name="holiday_once_a_day_and_place"
            ),
            models.UniqueConstraint(
                fields=["date"], condition=Q(location__isnull=True), name="holiday_once_a_day_everywhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class ExceptionToHours(TimeStamped):
    """A stretch of instants (UTC, half-open) in which usual hours do not hold: closed, or open all the same."""

    class Kind(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    start = models.DateTimeField()
    end = models.DateTimeField()
    reason = TidyCharField(max_length=200, blank=True)

    class Meta:
        abstract = True

    def clean(self) -> None:
        if self.start and self.end and self.end <= self.start:
            raise ValidationError({"end": UpsideDown.message})

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)


class LocationException(ExceptionToHours):
    """A stretch in which a location is closed, or open in spite of a holiday. It beats holidays and weekly hours.

    Open brings back the weekly hours that a holiday took away; it gives nobody hours of their own. Where a location's
    exceptions contradict each other, closed wins.
    """

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="exceptions")

    class Meta:
        ordering: ClassVar = ["start", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="location_exception_not_upside_down")
        ]
        indexes: ClassVar = [models.Index("location", "end", name="closure_by_location_end")]

    def __str__(self) -> str:
        return f"{self.location} {self.kind} {self.start:%Y-%m-%d %H:%M}"
