"""What the desk says to book a visit: for whom, with whom, what, and when."""

from datetime import datetime
from typing import Any, NamedTuple, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from clinics.models import AppointmentType, Location
from common.ids import read_id
from common.lines import validate_one_line
from common.text import LONGEST_SEARCH
from doctors.models import Doctor, DoctorQuerySet
from patients.models import Patient
from web.forms.doctors import MOST_FOUND, MOST_LISTED, Typed, found_by_name, unclear
from web.forms.records import PARTS_OF_DAY, DayField, DayInput
from web.forms.visits import MOST_REASON, read_wall

DOCTOR, SPECIALTY = "doctor:", "specialty:"


class Place(NamedTuple):
    """A time of somebody at a place, as a form sends it: 3@2026-03-02T10:00@1."""

    doctor: Doctor
    start: datetime
    location: Location


class SlotInput(forms.TextInput):
    """A button of another time stands above the list of times, which sends what is chosen in it as well: the first
    counts.
    """

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        sent = data.getlist(name) if isinstance(data, QueryDict) else []
        return sent[0] if sent else super().value_from_datadict(data, files, name)


class SlotField(forms.CharField):
    """A `Place`. Whose times may be taken, the form says."""

    widget = SlotInput
    doctors: DoctorQuerySet

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        doctor_id, _at, rest = text.partition("@")
        wall, _at, location_id = rest.partition("@")
        doctor = self.doctors.filter(pk=read_id(doctor_id) or 0).first()
        location = Location.objects.filter(pk=read_id(location_id) or 0).first()
        if doctor is None or location is None:
            raise forms.ValidationError(_("Choose a time."))
        return Place(doctor, read_wall(wall, location), location)


class BookingForm(forms.Form):
    """``doctors`` are those whose time may be given away, ``patients`` those who may be booked."""

    patient = forms.ModelChoiceField(
        Patient.objects.none(), label=_("Patient"), error_messages={"required": _("Choose the patient.")}
    )
    query = forms.CharField(label=_("Patient"), max_length=200, required=False)
    whom = forms.ChoiceField(label=_("Doctor or specialty"), required=False)
    whom_name = forms.CharField(label=_("Or a doctor's name"), max_length=LONGEST_SEARCH, required=False)
    appointment_type = forms.ModelChoiceField(
        AppointmentType.objects.active(), label=_("Type of visit"), required=False, empty_label=_("Usual length")
    )
    day = DayField(label=_("From"), required=False)
    part_of_day = forms.ChoiceField(choices=PARTS_OF_DAY, label=_("Time of day"), required=False)
    slot = SlotField(label=_("Time"), error_messages={"required": _("Choose a time.")})
    notes = forms.CharField(label=_("Note"), max_length=2000, required=False)
    override = forms.BooleanField(label=_("Set the rules about hours and notice aside"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=MOST_REASON, required=False)

    def __init__(self, *args: Any, doctors: DoctorQuerySet, patients: Any, overrides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = list(doctors[: MOST_LISTED + 1])
        self.many = len(listed) > MOST_LISTED
        self.unclear: Any = ""  # what is said of a name that is typed and does not mean one doctor
        names = doctors.specializations() if self.many else {doctor.specialization for doctor in listed}
        specialties = sorted(names, key=str.casefold)
        if self.many:
            listed = self._meant(doctors)
        choice = self.fields["whom"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [
            ("", _("Whoever is free first")),
            (_("Specialties"), [(f"{SPECIALTY}{name}", name) for name in specialties]),
            (_("Doctors"), [(f"{DOCTOR}{doctor.pk}", doctor.full_name) for doctor in listed]),
        ]
        whose, slot = self.fields["patient"], self.fields["slot"]
        assert isinstance(whose, forms.ModelChoiceField)
        assert isinstance(slot, SlotField)
        whose.queryset = patients
        slot.doctors = doctors
        if not overrides:
            del self.fields["override"]
        if not self.many:
            del self.fields["whom_name"]

    def _meant(self, doctors: DoctorQuerySet) -> list[Doctor]:
        """Of more doctors than a list holds: who is chosen, or whom the name that is typed may mean."""
        told = self.data if self.is_bound else self.initial
        whom = told.get("whom") or ""
        pk = whom.removeprefix(DOCTOR) if whom.startswith(DOCTOR) else ""
        meant = Typed.of(told.get("whom_name") or "", pk)
        if not meant.name or whom.startswith(SPECIALTY):
            return list(doctors.filter(pk=read_id(pk) or 0))
        found = found_by_name(doctors, meant)
        if len(found) == 1:
            told = cast(Any, told).copy()
            told["whom"] = f"{DOCTOR}{found[0].pk}"
            if self.is_bound:
                self.data = told
            else:
                self.initial = told
        self.unclear = unclear(found)
        return found[:MOST_FOUND]

    def clean(self) -> dict[str, Any]:
        if self.unclear:
            self.add_error("whom_name", self.unclear)
        whom, slot = self.cleaned_data.get("whom", ""), self.cleaned_data.get("slot")
        # Without scripts the times of before stay, whoever is named. The button of another time says itself with whom.
        if slot and whom.startswith(DOCTOR) and whom != f"{DOCTOR}{slot.doctor.pk}" and self.data.get("do") == "book":
            told = _("This time is with %(doctor)s, and not with whom you have named. Choose a time.")
            self.add_error("slot", forms.ValidationError(told, params={"doctor": slot.doctor}))
        return self.cleaned_data

    def read(self, name: str) -> Any:
        """What one field says by itself, None where it says nothing that makes sense: for the steps before the last."""
        try:
            return self.fields[name].clean(self.data.get(name) or self.initial.get(name))
        except forms.ValidationError:
            return None


class NewPatientForm(forms.Form):
    """The least that a record needs; the rest can follow."""

    full_name = forms.CharField(label=_("Full name"), max_length=200, validators=[validate_one_line])
    phone_number = forms.CharField(label=_("Phone number"), max_length=40)
    date_of_birth = forms.DateField(label=_("Date of birth"), required=False, widget=DayInput())
