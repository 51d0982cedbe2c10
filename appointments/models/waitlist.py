"""Patients who wait for a time, and the times that are offered to them."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q

from appointments.models.appointment import Appointment
from appointments.models.hold import Hold
from clinics.models import AppointmentType, Location
from common import trail
from common.models import FoldedTextField, TidyCharField, TimeStamped, matching
from common.text import folded
from doctors.models import Doctor
from patients.models import Patient
from scheduling.intervals import Interval

MOST_URGENT = 9


class WaitlistQuerySet(models.QuerySet["WaitlistEntry"]):
    def waiting(self) -> "WaitlistQuerySet":
        return self.filter(status=WaitlistEntry.Status.WAITING)

    def locked(self) -> "WaitlistQuerySet":
        """Rows locked until the transaction ends; after the doctor whose time is on offer."""
        return self.select_for_update(no_key=True, of=("self",))

    def search(self, query: str) -> "WaitlistQuerySet":
        """By the patient's name."""
        return self.filter(matching(query, "patient__name_key"))

    def by_rank(self) -> "WaitlistQuerySet":
        """The most urgent first, then whoever has waited longest."""
        return self.order_by("-priority", "created_at", "id")

    def could_see(self, doctor: Doctor) -> "WaitlistQuerySet":
        """Those who wait for this doctor, or for anybody of the doctor's specialization."""
        return self.filter(Q(doctor=doctor) | Q(doctor=None)).filter(
            Q(specialization_key="") | Q(specialization_key=folded(doctor.specialization))
        )


class WaitlistEntry(TimeStamped):
    """A patient waits for a doctor, a specialization or an appointment type, or for several of these together.

    ``earliest`` and ``latest`` are inclusive local dates; ``weekdays`` (Monday is 0, empty is any) and ``part_of_day``
    are about the start of the visit, in the location's time.
    """

    class Status(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"
        BOOKED = "booked"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    class PartOfDay(models.TextChoices):
        ANY = ""
        MORNING = "morning"
        AFTERNOON = "afternoon"
        EVENING = "evening"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="waitlist_entries")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    specialization = TidyCharField(max_length=100, blank=True, default="")
    specialization_key = FoldedTextField(source="specialization_lines")
    appointment_type = models.ForeignKey(
        AppointmentType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    earliest = models.DateField()
    latest = models.DateField()
    weekdays = models.JSONField(default=list, blank=True)
    part_of_day = models.CharField(max_length=9, choices=PartOfDay.choices, blank=True, default="")
    priority = models.PositiveSmallIntegerField(
        default=0, validators=[MaxValueValidator(MOST_URGENT)], help_text="The higher, the sooner."
    )
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.WAITING, editable=False)
    appointment = models.ForeignKey(
        Appointment, on_delete=models.PROTECT, null=True, editable=False, related_name="+", help_text="Once booked."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = WaitlistQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-priority", "created_at", "id"]
        verbose_name_plural = "waitlist entries"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(latest__gte=F("earliest")), name="waitlist_not_upside_down"),
            models.CheckConstraint(
                condition=Q(doctor__isnull=False) | ~Q(specialization="") | Q(appointment_type__isnull=False),
                name="waitlist_for_something",
            ),
        ]
        indexes: ClassVar = [models.Index("status", "doctor", "latest", name="waitlist_by_doctor")]

    def __str__(self) -> str:
        return f"{self.pk}: {self.status}, {self.earliest} to {self.latest}"

    def specialization_lines(self) -> list[str]:
        return [self.specialization]

    def take(self, before: Status, after: Status, now: datetime) -> bool:
        """Compare and set the status: of two who want it at once, one gets True."""
        rows = WaitlistEntry.objects.filter(pk=self.pk, status=before)
        taken = rows.update(status=after, updated_at=now) == 1
        if taken:
            self.status, self.updated_at = after, now
            trail.changed(self, {"status": before})
        return taken


class OfferQuerySet(models.QuerySet["WaitlistOffer"]):
    def pending(self) -> "OfferQuerySet":
        return self.filter(status=WaitlistOffer.Status.PENDING)

    def due(self, now: datetime) -> "OfferQuerySet":
        """Pending ones whose time is over."""
        return self.pending().filter(expires_at__lte=now)


class WaitlistOffer(models.Model):
    """A free time, kept by a hold for a patient who waits, until ``expires_at``."""

    class Status(models.TextChoices):
        PENDING = "pending"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        LAPSED = "lapsed"

    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers")
    hold = models.ForeignKey(Hold, on_delete=models.SET_NULL, null=True, related_name="+")
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    offered_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.PENDING)

    objects = OfferQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry"], condition=Q(status="pending"), name="waitlist_one_pending_offer")
        ]
        indexes: ClassVar = [
            models.Index("expires_at", condition=Q(status="pending"), name="waitlist_offers_due"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.start:%Y-%m-%d %H:%M} UTC, {self.status}"

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)
