"""Series of appointments, as the API shows and reads them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.roles import Right
from api.fields import InstantField, ReferenceField, WallTimeField
from api.guarded import Guarded, nothing
from api.serializers.appointments import AppointmentSerializer, SlotSerializer
from api.serializers.times import PlacedStart
from appointments.models import Appointment, Series
from appointments.permissions import calendars_of
from appointments.series.planning import Verdict
from appointments.series.services import OnConflict, Scope
from clinics.models import AppointmentType, Room
from doctors.models import LONGEST_VISIT_MINUTES, Doctor
from patients.models import Patient
from scheduling.recurrence import MOST_CHARACTERS

ON_CONFLICT = "What becomes of the whole where a date cannot be: abort it, or skip the date."


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"})
class TimeOfDayField(WallTimeField):
    """A wall time at which something begins: 24:00 would be on the next day."""

    def to_internal_value(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("24"):
            self.fail("invalid", format="HH:MM")
        return super().to_internal_value(value)


class SeriesSerializer(Guarded, serializers.ModelSerializer[Series]):
    """A series' terms: those last agreed for more than one visit. `time` is wall time in `time_zone`."""

    masked: ClassVar = {"notes": (Right.READ_DESK_NOTES, nothing)}

    patient_name = serializers.CharField(source="patient.full_name", read_only=True)
    doctor_name = serializers.CharField(source="doctor.full_name", read_only=True)
    time_zone = serializers.CharField(source="location.time_zone", read_only=True)
    time = TimeOfDayField(read_only=True)

    class Meta:
        model = Series
        fields: tuple[str, ...] = (
            "id",
            "patient",
            "patient_name",
            "doctor",
            "doctor_name",
            "location",
            "time_zone",
            "appointment_type",
            "room",
            "first_date",
            "time",
            "duration_minutes",
            "rule",
            "notes",
            "version",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class SeriesDetailSerializer(SeriesSerializer):
    """A series with its visits, by the dates of the rule."""

    appointments = AppointmentSerializer(many=True, read_only=True)

    class Meta(SeriesSerializer.Meta):
        fields = (*SeriesSerializer.Meta.fields, "appointments")
        read_only_fields = fields


class OccurrenceSerializer(serializers.Serializer[Any]):
    """What is said of one local date."""

    date = serializers.DateField(source="day", help_text="By the clock of the series' location.")
    appointment_time = InstantField(source="start", allow_null=True, help_text="null: the clocks skip that time.")
    end = InstantField(allow_null=True)
    status = serializers.SerializerMethodField()
    code = serializers.CharField(source="problem.code", default=None, allow_null=True)
    reason = serializers.CharField(source="problem.message", default=None, allow_null=True)
    alternative = SlotSerializer(
        allow_null=True, help_text="Of a dry run: the nearest slot that is free within a week, if there is one."
    )

    @extend_schema_field({"type": "string", "enum": ["free", "refused"]})
    def get_status(self, verdict: Verdict) -> str:
        return "refused" if verdict.problem else "free"


class DryRunSerializer(serializers.Serializer[Any]):
    """What would become of each date. Nothing was written."""

    occurrences = OccurrenceSerializer(many=True)


class SeriesResultSerializer(SeriesDetailSerializer):
    """A series, and the dates that it was made or changed without."""

    skipped = OccurrenceSerializer(many=True, read_only=True)

    class Meta(SeriesDetailSerializer.Meta):
        fields = (*SeriesDetailSerializer.Meta.fields, "skipped")
        read_only_fields = fields


class NewSeriesSerializer(PlacedStart):
    """A series to make. `appointment_time` is the first visit's, on a day of the rule."""

    patient = ReferenceField(queryset=Patient.objects.all())
    doctor = ReferenceField(queryset=Doctor.objects.all(), among=calendars_of)
    appointment_time = InstantField(source="start")
    rule = serializers.CharField(
        max_length=MOST_CHARACTERS,
        help_text="RFC 5545: FREQ=WEEKLY, DAILY or MONTHLY, with INTERVAL, BYDAY, WKST, and COUNT or UNTIL.",
    )
    duration_minutes = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_VISIT_MINUTES,
        help_text="Default: the appointment type's, or the doctor's own.",
    )
    appointment_type = ReferenceField(queryset=AppointmentType.objects.all(), required=False, allow_null=True)
    room = ReferenceField(
        queryset=Room.objects.all(),
        required=False,
        allow_null=True,
        help_text="Default: on each date one that is free, of the kind that the type needs.",
    )
    notes = serializers.CharField(required=False, allow_blank=True, max_length=2000, help_text="Of each visit.")
    on_conflict = serializers.ChoiceField(OnConflict.choices, default=OnConflict.ABORT, help_text=ON_CONFLICT)
    dry_run = serializers.BooleanField(default=False, help_text="Only look: nothing is written.")


class VisitsSerializer(serializers.Serializer[Any]):
    """Which visits of a series are meant, and why. Only those still to come ever change."""

    scope = serializers.ChoiceField(Scope.choices, help_text="This visit, this and the following ones, or all.")
    appointment = ReferenceField(
        queryset=Appointment.objects.all(), required=False, help_text="This visit; needed unless the scope is all."
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, help_text="Why, for the history.")


class SeriesChangeSerializer(VisitsSerializer):
    """What to change. What is left out stays."""

    time = TimeOfDayField(required=False, help_text="Wall time at the series' location. Each visit keeps its day.")
    doctor = ReferenceField(queryset=Doctor.objects.all(), among=calendars_of, required=False)
    duration_minutes = serializers.IntegerField(required=False, min_value=1, max_value=LONGEST_VISIT_MINUTES)
    notes = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    on_conflict = serializers.ChoiceField(OnConflict.choices, default=OnConflict.ABORT, help_text=ON_CONFLICT)
