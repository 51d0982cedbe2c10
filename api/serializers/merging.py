"""Merging two records of one person, as the API shows and reads it."""

from typing import Any

from rest_framework import serializers

from api.fields import ReferenceField
from api.serializers.appointments import AppointmentSerializer
from api.serializers.patients import PatientSerializer
from appointments.merging import Merged, Overlap
from patients.models import Patient


class MergeSerializer(serializers.Serializer[Any]):
    """Which record to merge into the one of the address, and why, for the record of merges."""

    duplicate = ReferenceField(queryset=Patient.objects.all())
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500)


class OverlapSerializer(serializers.Serializer[Overlap]):
    """A visit that stayed with the merged record, and the visits that are in its way."""

    visit = AppointmentSerializer()
    others = AppointmentSerializer(many=True)


class MergedSerializer(serializers.Serializer[Merged]):
    """What a merge has done."""

    patient = PatientSerializer(help_text="The record that was kept, as it stands.")
    merged = serializers.IntegerField(source="duplicate.pk", help_text="The id that leads to it from now on.")
    moved = serializers.DictField(
        child=serializers.IntegerField(min_value=0), help_text="How many of each kind went over."
    )
    filled = serializers.ListField(
        child=serializers.CharField(), help_text="The fields that the kept record was given from the other one."
    )
    overlapping = OverlapSerializer(many=True)
