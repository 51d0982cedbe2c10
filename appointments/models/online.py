"""Visits that were booked without an account."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models

from appointments.models.appointment import Appointment
from appointments.references import LENGTH, read_reference
from common.text import fingerprint


class OnlineBookingQuerySet(models.QuerySet["OnlineBooking"]):
    def of_link(self, token: str) -> "OnlineBookingQuerySet":
        """The one whose private link has this token, if any."""
        return self.filter(token_hash=fingerprint(token))

    def called(self, text: str) -> "OnlineBookingQuerySet":
        """The one with this reference, however it is spelled, if any."""
        reference = read_reference(text)
        return self.filter(reference=reference) if reference else self.none()


class OnlineBooking(models.Model):
    """That a visit was booked without an account: its reference, and the private link that manages it.

    The reference is for talking with the clinic and opens nothing. Of the link's token, 256 random bits, only the
    SHA-256 is stored. It is also what makes a booking that is sent twice one booking: there is one a token.
    """

    appointment = models.OneToOneField(Appointment, on_delete=models.PROTECT, related_name="online_booking")
    reference = models.CharField(max_length=LENGTH, editable=False)
    token_hash = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField()

    objects = OnlineBookingQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference"], name="online_booking_reference_unique"),
            models.UniqueConstraint(fields=["token_hash"], name="online_booking_once_a_token"),
        ]

    def __str__(self) -> str:
        return self.spoken_reference

    @property
    def spoken_reference(self) -> str:
        """The reference as people read it out: 7Q2M-9XKD."""
        return f"{self.reference[:4]}-{self.reference[4:]}"

    @property
    def link_ends_at(self) -> datetime:
        """From then on the private link shows nothing. It follows the visit where that is moved."""
        return self.appointment.end + timedelta(days=settings.ONLINE_LINK_DAYS)
