"""What was done with an appointment."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from appointments.lifecycle import Status
from appointments.models.appointment import Appointment
from clinics.models import Location, Room
from doctors.models import Doctor


class AppointmentChange(models.Model):
    """One line of an appointment's history: who did what when, and why. Written with the change, never altered."""

    class Action(models.TextChoices):
        BOOKED = "booked"
        MOVED = "moved"
        STATUS = "status"
        UNDONE = "undone"

    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="history")
    action = models.CharField(max_length=6, choices=Action.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")
    from_status = models.CharField(max_length=11, choices=Status.choices, blank=True, default="")
    to_status = models.CharField(max_length=11, choices=Status.choices)
    from_start = models.DateTimeField(null=True)
    to_start = models.DateTimeField()
    from_end = models.DateTimeField(null=True)
    to_end = models.DateTimeField()
    from_doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    from_location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    from_room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    to_room = models.ForeignKey(Room, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    overrode = models.JSONField(default=list, help_text="Codes of the soft rules that staff set aside.")

    class Meta:
        ordering: ClassVar = ["id"]
        # A booking comes from nowhere, and mostly to no room: its line is in none of these.
        indexes: ClassVar = [
            models.Index(field, name=f"change_by_{field}", condition=Q((f"{field}__isnull", False)))
            for field in ("from_doctor", "from_location", "from_room", "to_room")
        ]

    def __str__(self) -> str:
        return f"{self.appointment_id} {self.action} {self.at:%Y-%m-%d %H:%M} UTC"
