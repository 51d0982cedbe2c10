"""Rooms, booked together with a doctor."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from clinics.models.locations import Location
from common.models import RecordQuerySet, TidyCharField, TimeStamped, alike


class RoomQuerySet(RecordQuerySet["Room"]):
    def of_kind(self, kind: str) -> "RoomQuerySet":
        return self.filter(alike("kind", kind))


class Room(TimeStamped):
    """A room at a location. ``kind`` is what appointment types ask for: "consulting", "ultrasound"."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="rooms")
    name = TidyCharField(max_length=100)
    kind = TidyCharField(max_length=50)
    active = models.BooleanField(default=True, help_text="Only an active room can be booked.")

    objects = RoomQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["location", "name", "id"]
        constraints: ClassVar = [models.UniqueConstraint("location", Lower("name"), name="room_name_unique")]

    def __str__(self) -> str:
        return self.name
