"""A slot that is kept for a few minutes."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clinics.models import AppointmentType, Location, Room
from doctors.models import Doctor
from patients.models import Patient
from scheduling.intervals import Interval


class HoldQuerySet(models.QuerySet["Hold"]):
    def standing(self, now: datetime) -> "HoldQuerySet":
        """Those whose time is not over: a hold frees itself, with no job running."""
        return self.filter(expires_at__gt=now)


class Hold(models.Model):
    """A slot kept for a few minutes for whoever has the token. It blocks its doctor and room as a visit would.

    Made and read under the lock of the doctor's row; of the token only the SHA-256 is stored.
    """

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="holds")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="holds")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True, related_name="+")
    appointment_type = models.ForeignKey(AppointmentType, on_delete=models.PROTECT, null=True, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # Who holds it where nobody is signed in: a keyed hash of the network address.
    visitor = models.CharField(max_length=64, blank=True, default="", editable=False)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["start", "id"]
        constraints: ClassVar = [models.CheckConstraint(condition=Q(end__gt=F("start")), name="hold_not_upside_down")]
        indexes: ClassVar = [
            models.Index("doctor", "expires_at", name="hold_by_doctor"),
            models.Index("room", "expires_at", name="hold_by_room"),
            models.Index("created_by", "expires_at", name="hold_by_user"),
            models.Index("visitor", "expires_at", name="hold_by_visitor", condition=~Q(visitor="")),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.start:%Y-%m-%d %H:%M} UTC until {self.expires_at:%H:%M:%S}"

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)
