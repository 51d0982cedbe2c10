"""Times in bodies that say no offset: wall time of the place that the rest of the body, or the record, tells."""

from typing import Any

from rest_framework import serializers

from api.fields import placed
from appointments.wall_time import instant_where
from doctors.models import Doctor


class PlacedStart(serializers.Serializer[Any]):
    """`appointment_time` without an offset is read on the clock where the doctor sees patients then."""

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        placed(asked, "start", lambda wall: instant_where(self._doctor(asked), wall), called="appointment_time")
        return asked

    def _doctor(self, asked: dict[str, Any]) -> Doctor:
        doctor: Doctor = asked.get("doctor") or self.instance.doctor  # type: ignore[union-attr]  # what is left out stays
        return doctor
