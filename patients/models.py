"""Who is cared for."""

import re
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from common.models import FoldedTextField, TidyCharField, TimeStamped, matching
from common.text import PHONE_TEXT, phone_digits


def validate_phone_number(text: str) -> None:
    """Accept any usual spelling of a number of six to fifteen digits (fifteen is the most that E.164 allows)."""
    if not PHONE_TEXT.fullmatch(text) or not 6 <= len(re.sub(r"\D", "", text)) <= 15:
        raise ValidationError("Enter a phone number, such as 0712 345 678 or +254 712 345 678.", code="phone_number")


class NationalIdField(TidyCharField):
    """An identity number: no spaces, upper case, and NULL where there is none, so that it can be unique."""

    def tidy(self, value: str) -> str | None:
        return re.sub(r"\s+", "", value).upper() or None


class PatientQuerySet(models.QuerySet["Patient"]):
    def active(self) -> "PatientQuerySet":
        return self.filter(active=True)

    def search(self, query: str) -> "PatientQuerySet":
        """By name, e-mail, phone in any spelling, national id or insurance number."""
        return self.filter(matching(query, "search_text"))

    def locked(self) -> "PatientQuerySet":
        return self.order_by("id").select_for_update(no_key=True)


class Patient(TimeStamped):
    """A person whose visits are booked. FHIR: Patient."""

    full_name = TidyCharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True, default="", help_text="Families may share one.")
    phone_number = TidyCharField(max_length=40, validators=[validate_phone_number])
    national_id = NationalIdField(max_length=40, null=True, blank=True)
    insurance_number = TidyCharField(max_length=40, blank=True, default="")
    active = models.BooleanField(default=True, help_text="Only an active patient can be booked.")
    name_key = FoldedTextField(source="name_lines")
    search_text = FoldedTextField(source="searchable_lines")

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["full_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["national_id"], name="patient_national_id_unique"),
            models.CheckConstraint(condition=~Q(full_name=""), name="patient_has_a_name"),
        ]
        indexes: ClassVar = [models.Index("full_name", "id", name="patient_by_name")]

    def __str__(self) -> str:
        return self.full_name

    def name_lines(self) -> list[str]:
        return [self.full_name]

    def searchable_lines(self) -> list[Any]:
        phone = phone_digits(self.phone_number)
        return [self.full_name, self.email, phone, self.phone_number, self.national_id, self.insurance_number]
