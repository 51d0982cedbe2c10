"""The appointment, and the constraints that make a double booking impossible."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from appointments.errors import PatientBusy, RoomTaken, SlotTaken
from appointments.lifecycle import BLOCKS, Status, blocks
from appointments.models.overlap import edges, overlapping
from appointments.models.series import Series
from appointments.references import read_reference
from clinics.models import AppointmentType, Location, Room
from common.constraints import NoOverlap
from common.models import TimeStamped, belonging
from common.text import search_terms
from doctors.models import LONGEST_VISIT, Doctor
from patients.models import Patient
from scheduling.intervals import Interval


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def blocking(self) -> "AppointmentQuerySet":
        """Those that take time: neither cancelled nor missed."""
        return self.filter(BLOCKS)

    def overlapping(self, interval: Interval) -> "AppointmentQuerySet":
        """Those that share an instant with ``interval``. Said for an index of starts, too: see `upcoming`."""
        return self.filter(overlapping(**edges(interval)), start__gt=interval.start - LONGEST_VISIT)

    def of_person(self, patient: Any) -> "AppointmentQuerySet":
        """A patient's, by id, and those that stayed with a record that was merged into theirs: it is one person."""
        records = Patient.objects.filter(Q(pk=patient) | Q(merged_into__pk=patient))
        return self.filter(patient__in=records.values("pk"))

    def of_people(self, patients: Collection[int]) -> "AppointmentQuerySet":
        """As `of_person`, of several."""
        records = Patient.objects.filter(Q(pk__in=patients) | Q(merged_into__in=patients))
        return self.filter(patient__in=records.values("pk"))

    def upcoming(self, now: datetime) -> "AppointmentQuerySet":
        """Those that are not over. Where none can have begun is said for an index of starts to be entered there."""
        return self.filter(end__gt=now, start__gt=now - LONGEST_VISIT)

    def search(self, query: str) -> "AppointmentQuerySet":
        """By the names of the patient and the doctor: every term in one of them. Two queries a term.

        Or by the reference that whoever booked online was given.
        """
        rows = self
        for spellings in search_terms(query):
            of_patients = belonging("patient", Patient.objects.all(), "name_key", spellings)
            rows = rows.filter(of_patients | belonging("doctor", Doctor.objects.all(), "name_key", spellings))
        if reference := read_reference(query):
            return self.filter(Q(pk__in=rows.values("pk")) | Q(online_booking__reference=reference))
        return rows

    def with_names(self) -> "AppointmentQuerySet":
        return self.select_related("patient", "doctor", "room", "appointment_type")

    def with_names_only(self) -> "AppointmentQuerySet":
        """To be shown: of the patient, the doctor, the room and the type nothing but the name is read."""
        own = [field.name for field in Appointment._meta.concrete_fields]
        names = ("patient__full_name", "doctor__full_name", "room__name", "appointment_type__name")
        return self.with_names().only(*own, *names)


class Appointment(TimeStamped):
    """A visit of a patient to a doctor at a location, from ``start`` to ``end`` (UTC, half-open).

    Made and changed only by `appointments.services`. ``version`` grows with every change.
    """

    # Where the index of a foreign key is left out, one of those below begins with its column.
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="appointments", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    room = models.ForeignKey(
        Room, on_delete=models.PROTECT, null=True, blank=True, related_name="appointments", db_index=False
    )
    appointment_type = models.ForeignKey(
        AppointmentType, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # As the type's were when it was booked: a later change of the type moves nobody's visit.
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0, editable=False)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0, editable=False)
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.SCHEDULED)
    notes = models.TextField(blank=True, default="", max_length=2000)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    series = models.ForeignKey(
        Series,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="appointments",
        db_index=False,
    )
    # The local date that the series' rule gave it: it stays when the visit is moved.
    series_date = models.DateField(null=True, blank=True, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["start", "id"]
        constraints: ClassVar = [
            NoOverlap(
                name="doctor_not_double_booked",
                key="doctor",
                condition=BLOCKS,
                violation_error_message=SlotTaken.message,
            ),
            NoOverlap(
                name="patient_not_double_booked",
                key="patient",
                condition=BLOCKS,
                violation_error_message=PatientBusy.message,
            ),
            NoOverlap(
                name="room_not_double_booked",
                key="room",
                condition=BLOCKS & Q(room__isnull=False),  # most visits have none: those cost its index nothing
                violation_error_message=RoomTaken.message,
            ),
            models.UniqueConstraint(
                fields=["series", "series_date"], condition=Q(series__isnull=False), name="series_once_a_date"
            ),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="appointment_not_upside_down"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="appointment_status_known"),
        ]
        indexes: ClassVar = [
            # Each order that lists are asked for in, and what narrows them most often, as the list goes on from there.
            models.Index("start", "id", name="appointment_by_start"),
            models.Index("status", "start", "id", name="appointment_by_status"),
            models.Index("created_at", "id", name="appointment_by_creation"),
            models.Index("updated_at", "id", name="appointment_by_change"),
            models.Index("doctor", "start", name="appointment_by_doctor_start"),
            # Of a doctor's visits most are over: those to come are found without reading them.
            models.Index("doctor", "status", "start", name="appointment_by_doctor_status"),
            # Overlap looks for visits that end later: few, however long the history is. Of those, the index itself says
            # which have not begun by then.
            models.Index("doctor", "end", "start", name="appointment_by_doctor_times"),
            models.Index("patient", "end", name="appointment_by_patient_end"),
            models.Index("room", "end", name="appointment_by_room_end", condition=Q(room__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.start:%Y-%m-%d %H:%M} UTC"

    @property
    def interval(self) -> Interval:
        return Interval(self.start, self.end)

    @property
    def duration_minutes(self) -> int:
        return self.interval.minutes

    @property
    def blocks(self) -> bool:
        """Whether it takes the time of its doctor and patient."""
        return blocks(self.status)
