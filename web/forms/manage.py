"""What administrators write about the clinic and its users."""

from typing import Any, ClassVar, cast

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from clinics.instants import YEARS
from clinics.models import AppointmentType, Holiday, Location, OpeningHours, Room
from common.lines import validate_one_line
from doctors.models import Doctor
from patients.models import Patient
from web.forms.doctors import MOST_LISTED, DoctorField
from web.forms.hours import WEEKDAYS
from web.forms.records import DayField, PlainForm, RecordForm, TimeInput, say_of_none
from web.forms.stretches import StretchForm

ROLES = (
    ("", _("None: they see nothing")),
    (Role.ADMIN, _("Administrator")),
    (Role.RECEPTIONIST, _("Receptionist")),
    (Role.DOCTOR, _("Doctor")),
    (Role.PATIENT, _("Patient")),
    (Role.AUDITOR, _("Auditor")),
)


class UserForm(PlainForm):
    """Who signs in, as what, and as whose record. Superusers are made by ``manage.py createsuperuser`` only."""

    username = forms.CharField(label=_("Name to sign in with"), max_length=150)
    first_name = forms.CharField(label=_("First name"), max_length=150, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=150, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, required=False)
    doctor = DoctorField(
        label=_("Signs in as the doctor"),
        required=False,
        empty_label=_("Nobody"),
        help_text=_("For the role of doctor."),
    )
    patient = forms.IntegerField(
        label=_("Signs in as the patient"),
        required=False,
        min_value=1,
        max_value=2**53,
        help_text=_("The number of the record, for the role of patient."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        doctor: Any = self.fields["doctor"]
        doctor.offer(Doctor.objects.order_by("name_key", "id"), everybody=True)

    def clean(self) -> dict[str, Any]:
        entered: dict[str, Any] = super().clean() or {}
        role, doctor, number = entered.get("role", ""), entered.get("doctor"), entered.get("patient")
        if doctor and role != Role.DOCTOR:
            self.add_error("doctor", gettext("Only somebody with the role of doctor signs in as one."))
        if number and role != Role.PATIENT:
            self.add_error("patient", gettext("Only somebody with the role of patient signs in as one."))
        patient = Patient.objects.unmerged().filter(pk=number).first() if number else None
        if number and patient is None:
            self.add_error("patient", gettext("There is no patient with this number."))
        entered["record"] = doctor or patient
        return entered

    @staticmethod
    def said_of(user: User) -> dict[str, Any]:
        """What the form starts with."""
        names = ("username", "first_name", "last_name", "email", "role")
        doctor, patient = Doctor.objects.filter(user=user).first(), Patient.objects.filter(user=user).first()
        said = {name: getattr(user, name) for name in names}
        return said | {"doctor": doctor, "patient": patient.pk if patient else None}


class LocationForm(RecordForm):
    class Meta:
        model = Location
        fields: ClassVar = ["name", "time_zone", "patient_cutoff_minutes", "marks_no_shows", "active"]
        labels: ClassVar = {
            "name": _("Name"),
            "time_zone": _("Time zone"),
            "patient_cutoff_minutes": _("Patients change visits until (minutes before)"),
            "marks_no_shows": _("Mark missed visits at night"),
            "active": _("In use"),
        }
        help_texts: ClassVar = {
            "time_zone": _("Its region and a large city, such as Africa/Nairobi."),
            "patient_cutoff_minutes": "",
            "marks_no_shows": _("Yesterday's visits that nobody checked in."),
        }


class NewLocationForm(LocationForm):
    class Meta(LocationForm.Meta):
        fields: ClassVar = ["name", "time_zone"]


class RoomForm(RecordForm):
    class Meta:
        model = Room
        fields: ClassVar = ["name", "kind", "active"]
        labels: ClassVar = {
            "location": _("Location"),
            "name": _("Name"),
            "kind": _("Kind"),
            "active": _("In use"),
        }
        help_texts: ClassVar = {"kind": _("What types of visit ask for: consulting, ultrasound."), "active": ""}


class NewRoomForm(RoomForm):
    class Meta(RoomForm.Meta):
        fields: ClassVar = ["location", "name", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_of_none(self, "location", _("Please choose"))


class TypeForm(RecordForm):
    """``specializations`` are typed with commas between them."""

    specializations = forms.CharField(
        label=_("Specialties that offer it"),
        required=False,
        max_length=1000,
        help_text=_("Separated by commas. If neither these nor doctors are named, everybody offers it."),
    )
    doctors = forms.ModelMultipleChoiceField(
        Doctor.objects.order_by("name_key", "id"),
        label=_("Doctors who offer it besides"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    another_doctor = DoctorField(label=_("Another doctor who offers it"), required=False, empty_label=_("nobody else"))

    class Meta:
        model = AppointmentType
        fields: ClassVar = [
            *("name", "duration_minutes", "buffer_before_minutes", "buffer_after_minutes", "minimum_notice_minutes"),
            *("booking_horizon_days", "bookable_online", "room_kind", "colour", "active"),
        ]
        labels: ClassVar = {
            "name": _("Name"),
            "duration_minutes": _("Minutes"),
            "buffer_before_minutes": _("Minutes the doctor needs before"),
            "buffer_after_minutes": _("Minutes the doctor needs after"),
            "minimum_notice_minutes": _("Booked at least so many minutes ahead"),
            "booking_horizon_days": _("Booked at most so many days ahead"),
            "bookable_online": _("Patients book it themselves"),
            "room_kind": _("Kind of room it needs"),
            "colour": _("Colour"),
            "active": _("In use"),
        }
        help_texts: ClassVar = {
            "buffer_before_minutes": "",
            "buffer_after_minutes": "",
            "minimum_notice_minutes": "",
            "booking_horizon_days": _("Empty: without end."),
            "room_kind": _("Empty: none."),
        }
        widgets: ClassVar = {"colour": forms.TextInput(attrs={"type": "color"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["specializations"] = ", ".join(self.instance.specializations)
            self.initial["doctors"] = self.instance.doctors.all()
        else:
            del self.fields["active"]
        doctors, another = cast(Any, self.fields["doctors"]), cast(Any, self.fields["another_doctor"])
        if Doctor.objects.order_by()[MOST_LISTED : MOST_LISTED + 1].exists():
            named = list(self._named()[:MOST_LISTED]) if self.instance.pk else []
            doctors.widget.choices = [(doctor.pk, str(doctor)) for doctor in named]
            doctors.help_text = self._told_of_others() if len(named) == MOST_LISTED else ""
            self.initial["doctors"] = named
            another.offer(doctors.queryset, everybody=True)
        else:
            del self.fields["another_doctor"]
        self.order_fields([*self.Meta.fields[:-1], "specializations", "doctors", "another_doctor", "active"])

    def _named(self) -> Any:
        return self.instance.doctors.order_by("name_key", "id")

    def _told_of_others(self) -> str:
        others = self._named().count() - MOST_LISTED
        told = ngettext("%(n)d other doctor offers it, too.", "%(n)d other doctors offer it, too.", others)
        return told % {"n": others} if others else ""

    def clean(self) -> dict[str, Any]:
        """Who is not shown stays, and who is named besides comes to them."""
        entered: dict[str, Any] = super().clean() or {}
        if "another_doctor" in self.fields:
            another = entered.pop("another_doctor", None)
            unseen = self._named()[MOST_LISTED:] if self.instance.pk else []
            entered["doctors"] = {*entered.get("doctors", ()), *unseen, *([another] if another else [])}
        return entered

    def clean_specializations(self) -> list[str]:
        texts = (" ".join(name.split()) for name in self.cleaned_data["specializations"].split(","))
        names = [name for name in texts if name]
        for name in names:
            validate_one_line(name)
        return names


class HolidayForm(RecordForm):
    class Meta:
        model = Holiday
        fields: ClassVar = ["date", "name", "location"]
        labels: ClassVar = {"date": _("Day"), "name": _("Name"), "location": _("Location")}
        help_texts: ClassVar = {"location": ""}
        field_classes: ClassVar = {"date": DayField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        say_of_none(self, "location", _("All locations"))


class ImportForm(PlainForm):
    country = forms.CharField(label=_("Country"), max_length=2, help_text=_("Two letters, such as KE or FR."))
    year = forms.IntegerField(label=_("Year"), min_value=YEARS[0], max_value=YEARS[-1])
    subdivision = forms.CharField(label=_("Part of the country"), required=False, max_length=50)
    location = forms.ModelChoiceField(
        Location.objects.order_by("id"), label=_("Location"), required=False, empty_label=_("All locations")
    )


class OpeningForm(RecordForm):
    """A row of a location's opening hours."""

    class Meta:
        model = OpeningHours
        fields: ClassVar = ["weekday", "start", "end"]
        labels: ClassVar = {"weekday": _("Day"), "start": _("From"), "end": _("To")}
        help_texts: ClassVar = {"end": ""}
        widgets: ClassVar = {"start": TimeInput(), "end": TimeInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weekday: Any = self.fields["weekday"]
        weekday.choices = WEEKDAYS


OpeningFormSet = forms.formset_factory(OpeningForm, extra=2, can_delete=True, max_num=60, absolute_max=62)


class ClosureForm(StretchForm):
    """A stretch by the clock of the location that it closes, or opens in spite of a holiday."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[("closed", _("Closed")), ("open", _("Open in spite of a holiday"))]
    )
    reason = forms.CharField(label=_("Reason"), required=False, max_length=200, validators=[validate_one_line])
    field_order = ("kind", "first", "start", "last", "end", "reason")

    def __init__(self, *args: Any, location: Location, **kwargs: Any) -> None:
        super().__init__(*args, **{"prefix": "closure", **kwargs})
        self.location = location

    def place(self) -> Location:
        return self.location
