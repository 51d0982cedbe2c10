"""What a visitor enters on the way to a booking."""

from collections.abc import Mapping
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments import online
from appointments.online import Visitor
from clinics.models import AppointmentType, Location
from common.lines import validate_one_line
from doctors.models import Doctor
from patients.models import Patient, validate_date_of_birth, validate_phone_number
from web.forms.records import DayInput


class WhoForm(forms.Form):
    """Where and with whom. An empty doctor is the first who is free."""

    def __init__(self, kind: AppointmentType, places: list[Location], data: Mapping[str, Any] | None = None) -> None:
        """The places where the type is given, and the doctors who give it there, or anywhere if none is named."""
        super().__init__(data, initial={"location": places[0].pk})
        named = next((place for place in places if data and str(place.pk) == str(data.get("location"))), None)
        there = Location.objects.filter(pk__in=[place.pk for place in places]).order_by("id")
        cast(forms.ModelChoiceField, self.fields["location"]).queryset = there
        cast(forms.ModelChoiceField, self.fields["doctor"]).queryset = online.doctors_for(kind, named)

    location = forms.ModelChoiceField(queryset=Location.objects.none(), label=_("Location"), empty_label=None)
    doctor = forms.ModelChoiceField(
        queryset=Doctor.objects.none(), label=_("Doctor"), required=False, empty_label=_("The first who is free")
    )


class DetailsForm(forms.Form):
    """Who comes, and how to reach them."""

    full_name = forms.CharField(
        max_length=200,
        label=_("Full name"),
        validators=[validate_one_line],
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "words"}),
    )
    phone_number = forms.CharField(
        max_length=40,
        label=_("Phone number"),
        help_text=_("The clinic calls it if something changes."),
        validators=[validate_phone_number],
        widget=forms.TextInput({"autocomplete": "tel", "type": "tel"}),
    )
    email = forms.EmailField(
        max_length=254, label=_("E-mail"), required=False, widget=forms.EmailInput({"autocomplete": "email"})
    )
    date_of_birth = forms.DateField(
        label=_("Date of birth"),
        required=False,
        help_text=_("It helps the clinic to find your record."),
        validators=[validate_date_of_birth],
        widget=DayInput({"autocomplete": "bday", "min": "1900-01-01"}),
    )
    agreed = forms.BooleanField(
        label=_("The clinic may keep these details to arrange this visit."),
        error_messages={"required": _("Without this the clinic cannot keep the visit for you.")},
    )

    def clean_full_name(self) -> str:
        """Without doubled spaces, as it is stored: what is checked is what is booked."""
        return " ".join(self.cleaned_data["full_name"].split())

    def as_details(self) -> dict[str, str]:
        """The entries as a session keeps them."""
        return {name: str(self.cleaned_data[name] or "") for name in ("full_name", "phone_number", "email")} | {
            "date_of_birth": born.isoformat() if (born := self.cleaned_data["date_of_birth"]) else ""
        }


def visitor_of(details: dict[str, str]) -> Visitor:
    born = details.get("date_of_birth", "")
    return Visitor(
        full_name=details["full_name"],
        phone_number=details["phone_number"],
        email=details.get("email", ""),
        date_of_birth=date.fromisoformat(born) if born else None,
    )


class PersonForm(forms.Form):
    """For whom somebody signed in books: themselves, or a child."""

    patient = forms.ModelChoiceField(
        queryset=Patient.objects.none(), label=_("Who is the visit for?"), empty_label=None, widget=forms.RadioSelect
    )


class CancelForm(forms.Form):
    """Giving a visit back; nobody has to say why."""

    reason = forms.CharField(
        max_length=200,
        required=False,
        label=pgettext_lazy("of a cancellation", "Reason"),
        help_text=_("Only if you like. Please write nothing about your health."),
    )
