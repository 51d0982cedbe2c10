"""What patients enter on their own pages."""

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from appointments import online
from appointments.models import WaitlistEntry
from clinics.models import AppointmentType
from doctors.models import Doctor
from patients.models import Patient
from web.forms.doctors import DoctorField
from web.forms.records import PARTS_OF_DAY, DayField
from web.tongues import tongue


class ContactForm(forms.ModelForm):
    """How a patient is reached. Who they are, and who books for them, the clinic has checked."""

    class Meta:
        model = Patient
        fields = ("phone_number", "email", "contact_preference", "preferred_language")
        labels: ClassVar = {
            "phone_number": _("Phone number"),
            "email": _("E-mail"),
            "contact_preference": _("How may the clinic get in touch?"),
            "preferred_language": _("Language"),
        }
        help_texts: ClassVar = {"email": "", "contact_preference": "", "preferred_language": ""}
        widgets: ClassVar = {
            "phone_number": forms.TextInput({"autocomplete": "tel", "type": "tel"}),
            "email": forms.EmailInput({"autocomplete": "email"}),
        }

    CONTACTS: ClassVar = (
        ("", _("As the clinic thinks best")),
        ("phone", _("By telephone")),
        ("sms", _("By SMS")),
        ("email", _("By e-mail")),
        ("none", _("Not at all")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["contact_preference"] = forms.ChoiceField(
            choices=self.CONTACTS, required=False, label=self.fields["contact_preference"].label
        )
        own = self.instance.preferred_language
        known = dict(settings.LANGUAGES)
        choices = [
            ("", _("No preference")),
            *settings.LANGUAGES,
            *([(own, tongue(own))] if own and own not in known else []),
        ]
        self.fields["preferred_language"] = forms.ChoiceField(
            choices=choices, required=False, label=self.fields["preferred_language"].label
        )


class WaitForm(forms.Form):
    """What somebody waits for: a doctor, a type of visit, or both, in a stretch of days."""

    # The service's own sentence names a specialization, too, which this form does not ask for.
    NOTHING = _("Name a doctor, what the visit is for, or both.")

    patient = forms.ModelChoiceField(queryset=Patient.objects.none(), label=_("For whom"), empty_label=None)
    appointment_type = forms.ModelChoiceField(
        queryset=AppointmentType.objects.none(), label=_("What for"), required=False, empty_label=_("Anything")
    )
    doctor = DoctorField(label=_("Doctor"), required=False, empty_label=_("Any doctor"))
    earliest = DayField(label=_("From"))
    latest = DayField(label=_("Until"))
    part_of_day = forms.ChoiceField(choices=PARTS_OF_DAY, label=_("Time of day"), required=False)

    def __init__(self, people: Sequence[Patient], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Patient.objects.filter(pk__in=[one.pk for one in people]).order_by("full_name", "id")
        self._choose_from("patient", rows)
        self._choose_from("appointment_type", online.types_bookable())
        cast(DoctorField, self.fields["doctor"]).offer(Doctor.objects.active())

    def _choose_from(self, name: str, rows: Any) -> None:
        cast(forms.ModelChoiceField, self.fields[name]).queryset = rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = ("doctor", "appointment_type")
        if not any(cleaned.get(name) or name in self.errors for name in named):
            raise forms.ValidationError(self.NOTHING)
        return cleaned

    def wishes(self) -> dict[str, Any]:
        return {**self.cleaned_data, "part_of_day": self.cleaned_data["part_of_day"] or WaitlistEntry.PartOfDay.ANY}
