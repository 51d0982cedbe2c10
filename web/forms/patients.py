"""What the desk writes about patients."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right, may
from patients.identifiers import IDENTIFIERS
from patients.models import Patient
from web.forms.records import DayInput, RecordForm
from web.tongues import TongueField

SEX = (
    ("", _("Not recorded")),
    ("female", _("Female")),
    ("male", _("Male")),
    ("other", _("Other")),
    ("unknown", _("Unknown")),
)
CONTACT = (
    ("", _("Not recorded")),
    ("phone", _("Phone")),
    ("sms", _("SMS")),
    ("email", _("E-mail")),
    ("none", _("None at all")),
)


class PatientForm(RecordForm):
    """A patient's details. What the writer may not read is not on it, and so not changed by it."""

    class Meta:
        model = Patient
        fields: ClassVar = [
            *("full_name", "date_of_birth", "sex", "phone_number", "email"),
            *("contact_preference", "preferred_language", "national_id", "insurance_number", "desk_notes"),
        ]
        labels: ClassVar = {
            "full_name": _("Full name"),
            "date_of_birth": _("Date of birth"),
            "sex": _("Sex"),
            "phone_number": _("Phone number"),
            "email": _("E-mail"),
            "contact_preference": _("How to get in touch"),
            "preferred_language": _("Language"),
            "national_id": _("National ID"),
            "insurance_number": _("Insurance number"),
            "desk_notes": _("Notes of the desk"),
        }
        help_texts: ClassVar = {
            "sex": _("As the clinic needs it for its records."),
            "phone_number": _("In any usual spelling."),
            "email": _("Families may share one."),
            "contact_preference": "",
            "preferred_language": _("Its name, such as French or Swahili."),
            "desk_notes": _("For the desk, not about health."),
        }
        field_classes: ClassVar = {"preferred_language": TongueField}
        widgets: ClassVar = {
            "date_of_birth": DayInput(),
            "phone_number": forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
            "full_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "desk_notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("sex", SEX), ("contact_preference", CONTACT)):
            choice: Any = self.fields[name]
            choice.choices = choices
        if not may(actor, Right.READ_IDENTIFIERS):
            for name in IDENTIFIERS:
                del self.fields[name]
        if not may(actor, Right.READ_DESK_NOTES):
            del self.fields["desk_notes"]
