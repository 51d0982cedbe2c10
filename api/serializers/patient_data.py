"""What is sent to erase a patient's data, or to keep it from that."""

from typing import Any

from rest_framework import serializers


class EraseSerializer(serializers.Serializer[Any]):
    """Why; without saying who the patient was."""

    reason = serializers.CharField(max_length=500)


class LegalHoldSerializer(serializers.Serializer[Any]):
    """Why the data must not be erased; empty: it may be."""

    reason = serializers.CharField(max_length=500, allow_blank=True)
