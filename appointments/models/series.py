"""What is kept of a series: its terms. The visits are appointments."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from clinics.models import AppointmentType, Location, Room
from common.models import TimeStamped, matching
from doctors.models import Doctor
from patients.models import Patient
from scheduling.recurrence import MOST_CHARACTERS


class SeriesQuerySet(models.QuerySet["Series"]):
    def search(self, query: str) -> "SeriesQuerySet":
        """By the names of the patient and the doctor."""
        return self.filter(matching(query, "patient__name_key", "doctor__name_key"))

    def with_names(self) -> "SeriesQuerySet":
        return self.select_related("patient", "doctor", "location")


class Series(TimeStamped):
    """Visits of a patient that come again by a rule, from ``first_date`` on, at ``time`` in the location's zone.

    Doctor, time, length and notes are those last agreed for more than one visit; single visits may differ. The rule
    and the first date stay as the series was made. ``version`` grows with every change of the series as a whole.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="series")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    appointment_type = models.ForeignKey(
        AppointmentType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, blank=True, related_name="+", help_text="If one was named."
    )
    first_date = models.DateField()
    time = models.TimeField()
    duration_minutes = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=MOST_CHARACTERS, help_text="RFC 5545: FREQ=WEEKLY;COUNT=10")
    notes = models.TextField(blank=True, default="", max_length=2000)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.pk}: {self.rule} from {self.first_date} {self.time:%H:%M} {self.location.time_zone}"
