"""What is offered: appointment types."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from common.models import RecordQuerySet, TidyCharField, TimeStamped

MOST_BUFFER_MINUTES = 240
LONGEST_TYPE_MINUTES = 24 * 60
YEAR_OF_MINUTES = 366 * 24 * 60


class AppointmentTypeQuerySet(RecordQuerySet["AppointmentType"]):
    """See `RecordQuerySet`."""


def _minutes(default: int, most: int, help_text: str) -> "models.PositiveIntegerField[Any, Any]":
    return models.PositiveIntegerField(default=default, validators=[MaxValueValidator(most)], help_text=help_text)


class AppointmentType(TimeStamped):
    """A kind of visit, with its length and its rules. FHIR: HealthcareService, serviceType.

    It is offered by the doctors who practise one of ``specializations`` and by those who name it themselves
    (`Doctor.offers`); where it names neither, by everybody.
    """

    name = TidyCharField(max_length=100)
    duration_minutes = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_TYPE_MINUTES)]
    )
    buffer_before_minutes = _minutes(0, MOST_BUFFER_MINUTES, "Time that the doctor needs before it.")
    buffer_after_minutes = _minutes(0, MOST_BUFFER_MINUTES, "Time that the doctor needs after it.")
    minimum_notice_minutes = _minutes(0, YEAR_OF_MINUTES, "How long ahead it must be booked at least.")
    booking_horizon_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(3660)],
        help_text="How many local days ahead it can be booked, the last included. Empty: without end.",
    )
    bookable_online = models.BooleanField(default=True)
    specializations = models.JSONField(default=list, blank=True, help_text='For example ["Cardiology"].')
    room_kind = TidyCharField(max_length=50, blank=True, default="", help_text="The kind of room it needs, if any.")
    colour = models.CharField(
        max_length=7, default="#3b6ea5", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Enter a colour as #rrggbb.")]
    )
    active = models.BooleanField(default=True)

    objects = AppointmentTypeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="appointment_type_name_unique"),
            models.CheckConstraint(
                condition=Q(duration_minutes__range=(1, LONGEST_TYPE_MINUTES)), name="appointment_type_duration_sane"
            ),
        ]

    def __str__(self) -> str:
        return self.name
