"""Reports, as the API shows them."""

from typing import Any

from rest_framework import serializers

from appointments.reports import Report
from appointments.reports.cancellations import BY, LEADS
from appointments.reports.lead_times import BUCKETS
from scheduling.hours import WEEKDAYS

Count = serializers.IntegerField


def count(help_text: str, **kwargs: Any) -> Count:
    return Count(min_value=0, help_text=help_text, **kwargs)


class DayOfBookingsSerializer(serializers.Serializer[Any]):
    """What begins on a local day."""

    date = serializers.DateField()
    booked = count("Visits that take the doctor's time: they stand, or took place.")
    cancelled = count("Cancelled visits.")
    no_shows = count("Visits to which nobody came.")


class UtilisationSerializer(serializers.Serializer[Any]):
    """Booked over open minutes."""

    open_minutes = count("By the hours as they stand, less closures and leave.", source="minutes.open_minutes")
    booked_minutes = count(
        "Of visits that take the doctor's time, without buffers; those outside the hours as well.",
        source="minutes.booked_minutes",
    )
    utilisation = serializers.FloatField(
        source="minutes.utilisation",
        allow_null=True,
        min_value=0,
        help_text="Booked over open, four decimals; can be more than 1. Null: nothing is open.",
    )


class UtilisationOfDoctorSerializer(UtilisationSerializer):
    """Of one doctor."""

    doctor = serializers.IntegerField(min_value=1)
    doctor_name = serializers.CharField()


class UtilisationOfWeekdaySerializer(UtilisationSerializer):
    """Of one local weekday."""

    weekday = serializers.ChoiceField([(name, name) for name in WEEKDAYS])


class AttendanceSerializer(serializers.Serializer[Any]):
    """Who came, of the visits that begin in the period."""

    attended = count("The patient came: checked in, in progress, completed.")
    no_shows = count("Marked as missed.")
    unrecorded = count("Over, and nobody has said which.")
    rate = serializers.FloatField(
        allow_null=True,
        min_value=0,
        max_value=1,
        help_text="No-shows over both that are known, four decimals. Null: nothing is known.",
    )


class AttendanceOfDoctorSerializer(serializers.Serializer[Any]):
    """Of one doctor."""

    doctor = serializers.IntegerField(min_value=1)
    doctor_name = serializers.CharField()
    attended = count("As in `total`.", source="attendance.attended")
    no_shows = count("As in `total`.", source="attendance.no_shows")
    unrecorded = count("As in `total`.", source="attendance.unrecorded")
    rate = serializers.FloatField(source="attendance.rate", allow_null=True, min_value=0, max_value=1)


class AttendancesSerializer(serializers.Serializer[Any]):
    """In all, and by doctor."""

    total = AttendanceSerializer()
    by_doctor = AttendanceOfDoctorSerializer(many=True)


class BucketSerializer(serializers.Serializer[Any]):
    """How many visits were booked so long ahead."""

    lead = serializers.ChoiceField([(name, name) for name, _ in BUCKETS])
    visits = count("How many.")


class LeadTimesSerializer(serializers.Serializer[Any]):
    """From the moment of booking to the start that was booked then, in elapsed time."""

    visits = count("All that begin in the period, whatever became of them.")
    mean_hours = serializers.FloatField(allow_null=True, help_text="One decimal. Null: no visit.")
    distribution = BucketSerializer(many=True)


class CancelledByLeadSerializer(serializers.Serializer[Any]):
    """How many were cancelled so long before they would have begun."""

    lead = serializers.ChoiceField([(name, name) for name in LEADS], source="name")
    visits = count("How many.")


class CancelledByWhomSerializer(serializers.Serializer[Any]):
    """How many were cancelled by whom: a user with the role of patient, another one, or no user at all."""

    by = serializers.ChoiceField([(name, name) for name in BY], source="name")
    visits = count("How many.")


class CancelledByReasonSerializer(serializers.Serializer[Any]):
    """How many were cancelled for a reason."""

    reason = serializers.CharField(
        source="name",
        allow_blank=True,
        help_text="As it was written. Blank: none was. other: those written once, or rarer.",
    )
    visits = count("How many.")


class CancellationsSerializer(serializers.Serializer[Any]):
    """Visits that would begin in the period and are cancelled; each by its last cancellation."""

    total = count("How many.")
    by_lead = CancelledByLeadSerializer(many=True)
    by_whom = CancelledByWhomSerializer(many=True)
    by_reason = CancelledByReasonSerializer(many=True)


class UtilisationsSerializer(serializers.Serializer[Any]):
    """By doctor and by local weekday."""

    by_doctor = UtilisationOfDoctorSerializer(many=True)
    by_weekday = UtilisationOfWeekdaySerializer(many=True)


class WaitSerializer(serializers.Serializer[Any]):
    """From the minute of check-in to the minute of start."""

    visits = count("That were checked in and then started.")
    median_minutes = count("Half waited so long at most. Null: no visit.", allow_null=True)
    p90_minutes = count("Nine of ten waited so long at most. Null: no visit.", allow_null=True)


class WaitOfSomeSerializer(serializers.Serializer[Any]):
    """Of some of the visits."""

    visits = count("As in `total`.", source="wait.visits")
    median_minutes = count("As in `total`.", source="wait.median_minutes", allow_null=True)
    p90_minutes = count("As in `total`.", source="wait.p90_minutes", allow_null=True)


class WaitOfDaySerializer(WaitOfSomeSerializer):
    """Of the visits that begin on a local day."""

    date = serializers.DateField()


class WaitOfDoctorSerializer(WaitOfSomeSerializer):
    """Of one doctor."""

    doctor = serializers.IntegerField(min_value=1)
    doctor_name = serializers.CharField()


class WaitsSerializer(serializers.Serializer[Any]):
    """In all, by local day, and by doctor."""

    total = WaitSerializer()
    by_day = WaitOfDaySerializer(many=True)
    by_doctor = WaitOfDoctorSerializer(many=True)


class ReportSerializer(serializers.Serializer[Report]):
    """Everything that is counted, for one period."""

    first = serializers.DateField(source="scope.first", help_text="The first local day.")
    last = serializers.DateField(source="scope.last", help_text="The last local day, included.")
    bookings = DayOfBookingsSerializer(many=True)
    utilisation = UtilisationsSerializer()
    attendance = AttendancesSerializer()
    lead_times = LeadTimesSerializer()
    cancellations = CancellationsSerializer()
    waits = WaitsSerializer()
