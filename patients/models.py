"""Who is cared for."""

import re
from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from clinics.models import Location
from common import clock
from common.functions import Closeness
from common.lines import validate_all_visible, validate_one_line
from common.models import FoldedTextField, RecordQuerySet, TidyCharField, TimeStamped, matching
from common.prepared import Prepared
from common.text import PHONE_TEXT, folded, phone_digits


def validate_phone_number(text: str) -> None:
    """Accept any usual spelling of a number of six to fifteen digits (fifteen is the most that E.164 allows)."""
    if not PHONE_TEXT.fullmatch(text) or not 6 <= len(re.sub(r"\D", "", text)) <= 15:
        raise ValidationError(_("Enter a phone number, such as 0712 345 678 or +254 712 345 678."), code="phone_number")


MOST_NOTES = 2000
FIRST_BIRTHDAY = date(1900, 1, 1)
# BCP 47 (RFC 5646, section 2.1): language, script, region, variants, extensions, private use.
LANGUAGE = (
    "^([A-Za-z]{2,3}(-[A-Za-z]{3}){0,3}|[A-Za-z]{4,8})(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?"
    "(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*(-[0-9A-WYZa-wyz](-[A-Za-z0-9]{2,8})+)*(-[Xx](-[A-Za-z0-9]{1,8})+)?$"
)
validate_language = RegexValidator(LANGUAGE, _("Enter a language tag (BCP 47), such as en, sw-KE or zh-Hant."))


def validate_date_of_birth(day: date) -> None:
    """Accept 1900-01-01 to today, by the clock of the clinic's first location."""
    if day < FIRST_BIRTHDAY:
        raise ValidationError(_("Enter a date from 1900-01-01 on."), code="date_of_birth")
    if day > Location.objects.default().local(clock.now()).date():
        raise ValidationError(_("A date of birth cannot be in the future."), code="date_of_birth")


class NationalIdField(TidyCharField):
    """An identity number: no spaces, upper case, and NULL where there is none, so that it can be unique."""

    default_validators = [validate_one_line, validate_all_visible]  # noqa: RUF012 - as Django

    def tidy(self, value: str) -> str | None:
        return re.sub(r"\s+", "", value).upper() or None


LOCKED = Prepared(lambda pk: Patient.objects.locked().filter(pk=pk))


class PatientQuerySet(RecordQuerySet["Patient"]):
    def unmerged(self) -> "PatientQuerySet":
        """Without the records that were merged into others."""
        return self.filter(merged_into=None)

    def search(self, query: str, *, identifiers: bool = True) -> "PatientQuerySet":
        """By name, e-mail, phone in any spelling and, for who may know them, national id or insurance number."""
        if identifiers:
            return self.filter(matching(query, "search_text"))
        return self.alias(email_key=Lower("email")).filter(matching(query, "name_key", "phone_key", "email_key"))

    def told_apart(self) -> "PatientQuerySet":
        """With what people are told apart by while somebody looks for one of them. The rest of a record is not read."""
        return self.only("full_name", "date_of_birth", "phone_number", "active")

    def by_relevance(self, query: str) -> "PatientQuerySet":
        """Those first whose name is, or begins with, what was searched for; then by name."""
        return self.order_by(Closeness("name_key", folded(query)), "full_name", "id")

    def locked_current(self, pk: int) -> "Patient":
        """The newest row of a record, or of the one that it was merged into, locked until the transaction ends."""
        patient: Patient = LOCKED.one(pk=pk)
        while patient.merged_into_id:
            patient = LOCKED.one(pk=patient.merged_into_id)
        return patient


class Patient(TimeStamped):
    """A person whose visits are booked. FHIR: Patient.

    A record that was merged into another one stays as it was, inactive, and leads to it: see `appointments.merging`.
    """

    class Sex(models.TextChoices):
        """FHIR: administrative-gender."""

        MALE = "male"
        FEMALE = "female"
        OTHER = "other"
        UNKNOWN = "unknown"

    class Contact(models.TextChoices):
        PHONE = "phone"
        SMS = "sms", "SMS"
        EMAIL = "email", "E-mail"
        NONE = "none", "None at all"

    full_name = TidyCharField(max_length=200)
    email = models.EmailField(max_length=254, blank=True, default="", help_text="Families may share one.")
    phone_number = TidyCharField(max_length=40, validators=[validate_phone_number])
    national_id = NationalIdField(max_length=40, null=True, blank=True)
    insurance_number = TidyCharField(max_length=40, blank=True, default="")
    date_of_birth = models.DateField(null=True, blank=True, validators=[validate_date_of_birth])
    sex = models.CharField(
        max_length=7, choices=Sex.choices, blank=True, default="", help_text="As the clinic needs it for its records."
    )
    preferred_language = TidyCharField(
        max_length=35, blank=True, default="", validators=[validate_language], help_text="BCP 47: en, sw-KE, zh-Hant."
    )
    contact_preference = models.CharField(
        max_length=5, choices=Contact.choices, blank=True, default="", help_text="How the clinic may get in touch."
    )
    desk_notes = models.TextField(
        blank=True, default="", max_length=MOST_NOTES, help_text="For the desk, not about health."
    )
    guardian = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dependents",
        help_text="Who books for this patient: a parent of a child.",
    )
    active = models.BooleanField(default=True, help_text="Only an active patient can be booked.")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="patient",
        help_text="Who signs in as this patient.",
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="merged_records", db_index=False
    )
    legal_hold = models.CharField(
        max_length=500, blank=True, default="", help_text="Why the data must not be erased; empty: it may be."
    )
    erased_at = models.DateTimeField(null=True, editable=False, help_text="When a pseudonym was made of the patient.")
    erasure_reason = models.CharField(max_length=500, blank=True, default="", editable=False)
    name_key = FoldedTextField(source="name_lines")
    phone_key = FoldedTextField(source="phone_lines")
    search_text = FoldedTextField(source="searchable_lines")

    objects = PatientQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["full_name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["national_id"], name="patient_national_id_unique"),
            models.CheckConstraint(condition=~Q(full_name=""), name="patient_has_a_name"),
            models.CheckConstraint(condition=Q(date_of_birth__gte=FIRST_BIRTHDAY), name="patient_born_after_1900"),
            models.CheckConstraint(condition=~Q(guardian=F("id")), name="patient_not_own_guardian"),
            models.CheckConstraint(condition=Q(merged_into=None) | Q(active=False), name="patient_merged_is_inactive"),
            models.CheckConstraint(condition=Q(erased_at=None) | Q(active=False), name="patient_erased_is_inactive"),
        ]
        indexes: ClassVar = [
            models.Index("phone_key", "id", name="patient_by_phone"),
            # Each order that lists are asked for in, and what narrows them, as the list goes on from there.
            models.Index("full_name", "id", name="patient_by_name"),
            models.Index("name_key", "id", name="patient_by_name_key"),
            models.Index("email", "id", name="patient_in_order_of_email"),
            models.Index("date_of_birth", "id", name="patient_by_birth"),
            models.Index("created_at", "id", name="patient_by_creation"),
            models.Index("updated_at", "id", name="patient_by_change"),
            models.Index("sex", "full_name", "id", name="patient_by_sex"),
            models.Index("contact_preference", "full_name", "id", name="patient_by_contact"),
            models.Index("full_name", "id", name="patient_out_of_use", condition=Q(active=False)),
            # Without the many that are merged into none: SQLite would bring all of those together by it.
            models.Index("merged_into", name="patient_merged", condition=Q(merged_into__isnull=False)),
            # As `iexact` compares.
            models.Index(Upper("preferred_language"), "full_name", "id", name="patient_by_language"),
            models.Index(Upper("email"), name="patient_by_email"),
            models.Index(Upper("phone_number"), name="patient_by_phone_as_typed"),
            models.Index(Upper("insurance_number"), name="patient_by_insurance"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def current(self) -> "Patient":
        """The record itself, or the one that it was merged into."""
        return self.merged_into or self

    def name_lines(self) -> list[str]:
        return [self.full_name]

    def phone_lines(self) -> list[str]:
        return [phone_digits(self.phone_number)]

    def searchable_lines(self) -> list[Any]:
        phone = phone_digits(self.phone_number)
        return [self.full_name, self.email, phone, self.phone_number, self.national_id, self.insurance_number]


class PatientMerge(models.Model):
    """One record was merged into another: who did it when, why, and what of it went over. Never altered."""

    kept = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")
    moved = models.JSONField(default=dict, help_text="The ids of what was moved, by its kind.")
    filled = models.JSONField(default=list, help_text="The fields that the kept record was given.")

    class Meta:
        ordering: ClassVar = ["id"]

    def __str__(self) -> str:
        return f"{self.merged_id} into {self.kept_id} {self.at:%Y-%m-%d %H:%M} UTC"
