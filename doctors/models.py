"""Who gives care, and when: doctors, their weekly hours, and the exceptions to them."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, Q
from django.db.models.functions import Lower

from clinics.models import AbstractWeeklyHours, AppointmentType, ExceptionToHours, Location
from common.functions import Closeness
from common.models import FoldedTextField, RecordQuerySet, TidyCharField, TimeStamped, matching
from common.prepared import Prepared
from common.text import folded
from scheduling.hours import WeeklyWindow

LONGEST_VISIT_MINUTES = 24 * 60
LONGEST_VISIT = timedelta(minutes=LONGEST_VISIT_MINUTES)
DEFAULT_DURATION_MINUTES = 30


LOCKED = Prepared(lambda ids: Doctor.objects.locked().filter(pk__among=ids))


class DoctorQuerySet(RecordQuerySet["Doctor"]):
    def search(self, query: str) -> "DoctorQuerySet":
        """By name, specialization or e-mail."""
        return self.filter(matching(query, "search_text"))

    def known_as(self, query: str) -> "DoctorQuerySet":
        """By what everybody may know of a doctor: name and specialization."""
        return self.filter(matching(query, "name_key", "specialization_key"))

    def by_relevance(self, query: str) -> "DoctorQuerySet":
        """Those first whose name is, or begins with, what was searched for; then by name."""
        return self.order_by(Closeness("name_key", folded(query)), "full_name", "id")

    def practising(self, specialization: str) -> "DoctorQuerySet":
        """Those of this specialization, whatever its case and accents."""
        return self.filter(specialization_key=folded(specialization))

    def specializations(self) -> set[str]:
        """Which there are among them, as they are written."""
        return set(self.order_by().values_list("specialization", flat=True).distinct())

    def offering(self, appointment_type: AppointmentType) -> "DoctorQuerySet":
        """Those who give this type of visit: by specialization or by name; everybody, where it names neither."""
        named = Doctor.offers.through.objects.filter(appointmenttype=appointment_type)
        able = Q(pk__in=named.values("doctor"))
        if appointment_type.specializations:
            able |= Q(specialization_key__in=[folded(name) for name in appointment_type.specializations])
        return self.filter(able if appointment_type.specializations else able | ~Exists(named))

    def seeing_patients_at(self, *locations: Location) -> "DoctorQuerySet":
        """Those who have weekly hours or an extra clinic there, now or at another time."""
        # Looked up once and not for each doctor: SQLite would read the whole location's hours for every one.
        weekly = WeeklyHours.objects.filter(location__in=locations).order_by()
        extra = AvailabilityException.objects.filter(location__in=locations, kind=AvailabilityException.Kind.OPEN)
        return self.filter(Q(pk__in=weekly.values("doctor")) | Q(pk__in=extra.order_by().values("doctor")))

    def locked_by_id(self, ids: Collection[int]) -> "dict[int, Doctor]":
        """The newest rows of those with the ids, locked as in `locked`."""
        return {doctor.pk: doctor for doctor in LOCKED(ids=list(ids))}


class Doctor(TimeStamped):
    """A practitioner whose calendar is booked. FHIR: Practitioner, with PractitionerRole.specialty."""

    full_name = TidyCharField(max_length=200)
    email = models.EmailField(max_length=254)
    specialization = TidyCharField(max_length=100)
    default_duration_minutes = models.PositiveSmallIntegerField(
        default=DEFAULT_DURATION_MINUTES,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_VISIT_MINUTES)],
        help_text="How long a visit takes when nothing else is said.",
    )
    offers = models.ManyToManyField(
        AppointmentType,
        blank=True,
        related_name="doctors",
        help_text="Appointment types beyond those that the specialization brings.",
    )
    active = models.BooleanField(default=True, help_text="Only an active doctor can be booked.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="doctor",
        help_text="Who signs in as this doctor.",
    )
    name_key = FoldedTextField(source="name_lines")
    specialization_key = FoldedTextField(source="specialization_lines")
    search_text = FoldedTextField(source="searchable_lines")

    objects = DoctorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["full_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="doctor_email_unique"),
            models.CheckConstraint(
                condition=Q(default_duration_minutes__range=(1, LONGEST_VISIT_MINUTES)), name="doctor_duration_sane"
            ),
        ]
        indexes: ClassVar = [
            models.Index("specialization_key", "id", name="doctor_by_specialization"),
            models.Index("full_name", "id", name="doctor_by_name"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def name_lines(self) -> list[str]:
        return [self.full_name]

    def specialization_lines(self) -> list[str]:
        return [self.specialization]

    def searchable_lines(self) -> list[str]:
        return [self.full_name, self.specialization, self.email]


class WeeklyHours(AbstractWeeklyHours):
    """A weekly window in which a doctor sees patients at a location, in that location's wall time.

    It holds between two local dates of its start, both inclusive; None is unbounded.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="weekly_hours")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["doctor", "weekday", "start", "id"]
        verbose_name_plural = "weekly hours"

    def clean(self) -> None:
        super().clean()
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValidationError({"valid_until": "This is before valid_from."})

    @property
    def window(self) -> WeeklyWindow:
        return WeeklyWindow(self.weekday, self.start, self.end, self.valid_from, self.valid_until)


class WrittenWeek(models.Model):
    """All weekly hours of a doctor as one text: the database writes it, see `doctors.weeks`. Nobody else does."""

    doctor = models.OneToOneField(Doctor, on_delete=models.CASCADE, primary_key=True, related_name="written_week")
    windows = models.TextField()

    def __str__(self) -> str:
        return f"week of {self.doctor_id}"


class Practitioner(NamedTuple):
    """What a search for a free time and its answer need of a doctor: hundreds of records take longer to make than to
    search.

    ``week`` is what `WrittenWeek` says, None where there are no weekly hours.
    """

    id: int
    full_name: str
    default_duration_minutes: int
    active: bool
    week: str | None

    @classmethod
    def of(cls, doctors: DoctorQuerySet) -> models.QuerySet[Doctor, tuple[Any, ...]]:
        """Their rows, with the fields of a practitioner."""
        return doctors.values_list("id", "full_name", "default_duration_minutes", "active", "written_week__windows")


Bookable = Doctor | Practitioner


class AvailabilityException(ExceptionToHours):
    """A stretch in which a doctor's weekly hours do not hold: leave, or an extra clinic.

    It beats the weekly hours; where a doctor's exceptions contradict each other, closed wins.
    """

    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="exceptions")
    location = models.ForeignKey(
        Location, on_delete=models.PROTECT, related_name="+", help_text="Where an extra clinic is held."
    )

    class Meta:
        ordering: ClassVar = ["start", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="exception_not_upside_down")
        ]
        indexes: ClassVar = [models.Index("doctor", "end", name="exception_by_doctor_end")]

    def __str__(self) -> str:
        return f"{self.doctor} {self.kind} {self.start:%Y-%m-%d %H:%M} UTC"


class CalendarFeed(TimeStamped):
    """A doctor's private address for calendar programs: whoever has it reads when the doctor is booked, not for whom.

    Only the token's hash is kept. There is one at a time: a new one ends the old one.
    """

    doctor = models.OneToOneField(Doctor, on_delete=models.CASCADE, related_name="calendar_feed")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)

    def __str__(self) -> str:
        return f"calendar of {self.doctor_id}"
