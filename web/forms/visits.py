"""What the desk writes about a visit that is there already: why, and where it moves to."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.lengths import may_vary
from appointments.models import Appointment
from clinics.instants import YEARS
from clinics.models import Location
from doctors.models import LONGEST_VISIT_MINUTES, Doctor
from scheduling.hours import AmbiguousLocalTime, NonExistentLocalTime, resolve
from web.forms.doctors import DoctorField
from web.forms.records import DayInput, TimeInput

MOST_REASON = 500
HAPPENS_TWICE = _("The clocks go back over this time: it happens twice. Choose an earlier or a later hour.")


class ReasonForm(forms.Form):
    """A step of the life cycle, and why. ``version`` is what the page showed: a change by somebody else is told of."""

    reason = forms.CharField(label=_("Reason"), max_length=MOST_REASON, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class WallTime(forms.CharField):
    """A naive time as the clock on the wall of ``place`` shows it, read as an instant: 2026-03-02T10:00.

    What shows as ``unmoved``, a visit's own edge, is left as it was, and perhaps not to be told by the clock alone.
    """

    place: Location
    unmoved: datetime

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text == f"{self.place.local(self.unmoved):%Y-%m-%dT%H:%M}":
            return self.unmoved
        return read_wall(text, self.place) if text else None


def read_wall(text: str, place: Location) -> datetime:
    """The instant at which the clock of ``place`` shows ``text``, which says its offset where that is twice.

    Raises ValidationError.
    """
    try:
        shown = datetime.fromisoformat(text)
    except ValueError:
        raise forms.ValidationError(_("Enter a date and a time.")) from None
    if shown.year not in YEARS:
        raise forms.ValidationError(_("Enter a date and a time."))
    return shown.astimezone(UTC) if shown.tzinfo else instant_of(shown, place)


def instant_of(wall: datetime, place: Location) -> datetime:
    """The instant at which the clock of ``place`` shows the naive ``wall``. Raises ValidationError unless it is one."""
    try:
        return resolve(wall, place.zone)
    except NonExistentLocalTime as error:
        raise forms.ValidationError(str(error)) from None
    except AmbiguousLocalTime:
        raise forms.ValidationError(HAPPENS_TWICE) from None


class MoveForm(forms.Form):
    """Another time, another doctor, or another length where the visit's may vary."""

    doctor = DoctorField(label=_("Doctor"), empty_label=None)
    date = forms.DateField(label=_("Day"), widget=DayInput())
    time = forms.TimeField(label=_("Time"), widget=TimeInput())
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=LONGEST_VISIT_MINUTES, required=False)
    override = forms.BooleanField(label=_("Set the rules about hours and notice aside"), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=MOST_REASON, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, visit: Appointment, doctors: Any, overrides: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit = visit
        choice = self.fields["doctor"]
        assert isinstance(choice, DoctorField)
        choice.offer(doctors)
        if not may_vary(visit):
            del self.fields["minutes"]
        if not overrides:
            del self.fields["override"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("date") and cleaned.get("time"):
            wall, place = datetime.combine(cleaned["date"], cleaned["time"]), self.visit.location
            if f"{wall:%Y-%m-%d %H:%M}" == f"{place.local(self.visit.start):%Y-%m-%d %H:%M}":
                cleaned["start"] = self.visit.start  # left as it was, and perhaps not to be told by the clock alone
                return cleaned
            try:
                cleaned["start"] = read_wall(wall.isoformat(), place)
            except forms.ValidationError as error:
                self.add_error("time", error)
        return cleaned


class DropForm(forms.Form):
    """Where a visit was dropped, or how far it was stretched."""

    doctor = forms.ModelChoiceField(Doctor.objects.none())
    start = WallTime()
    end = WallTime()
    version = forms.IntegerField()

    def __init__(self, *args: Any, visit: Appointment, place: Location, doctors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["doctor"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = doctors
        for name, edge in (("start", visit.start), ("end", visit.end)):
            field = self.fields[name]
            assert isinstance(field, WallTime)
            field.place, field.unmoved = place, edge
