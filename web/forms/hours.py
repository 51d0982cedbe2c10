"""A week of windows as table rows, and leave: wall time of the location that each names."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from clinics.models import Location
from common.lines import validate_one_line
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from web.forms.records import DayInput, RecordForm, TimeInput
from web.forms.stretches import StretchForm

MOST_ROWS = 60
BLANK_ROWS = 2
WEEKDAYS = (
    ("", _("Choose a day")),
    (0, _("Monday")),
    (1, _("Tuesday")),
    (2, _("Wednesday")),
    (3, _("Thursday")),
    (4, _("Friday")),
    (5, _("Saturday")),
    (6, _("Sunday")),
)


class WindowForm(RecordForm):
    """One row. Its labels are the heads of the columns, repeated for those who hear the page."""

    class Meta:
        model = WeeklyHours
        fields: ClassVar = ["weekday", "start", "end", "location", "valid_from", "valid_until"]
        labels: ClassVar = {
            "weekday": _("Day"),
            "start": _("From"),
            "end": _("To"),
            "location": _("Where"),
            "valid_from": _("First day"),
            "valid_until": _("Last day"),
        }
        help_texts: ClassVar = {"end": ""}
        widgets: ClassVar = {
            "start": TimeInput(),
            "end": TimeInput(),
            "valid_from": DayInput(),
            "valid_until": DayInput(),
        }

    def __init__(self, *args: Any, locations: Sequence[Location], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        weekday: Any = self.fields["weekday"]
        weekday.choices = WEEKDAYS
        where: Any = self.fields["location"]
        where.queryset = Location.objects.filter(pk__in=[place.pk for place in locations])
        where.widget.choices = [(place.pk, place.name) for place in locations]  # one query for all rows
        where.initial = locations[0].pk  # a row in which only this is chosen is blank


WeekFormSet = forms.formset_factory(
    WindowForm, extra=BLANK_ROWS, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS + BLANK_ROWS
)


def week_of(formset: Any, doctor: Doctor) -> list[WeeklyHours]:
    """The windows that the rows say, unsaved; rows that were left blank or are to be removed are none."""
    kept = [form for form in formset.forms if form.has_changed() or form not in formset.extra_forms]
    return [
        WeeklyHours(doctor=doctor, **{name: form.cleaned_data[name] for name in WindowForm.Meta.fields})
        for form in kept
        if form not in formset.deleted_forms
    ]


class LeaveForm(StretchForm):
    """Leave, or an extra clinic."""

    kind = forms.ChoiceField(
        label=_("What"), choices=[("closed", _("Leave: no visits")), ("open", _("Extra clinic: open besides"))]
    )
    location = forms.ModelChoiceField(Location.objects.none(), label=_("Where"), empty_label=None)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        validators=[validate_one_line],
        help_text=_("For the clinic only."),
    )
    field_order = ("kind", "first", "start", "last", "end", "location", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        where: Any = self.fields["location"]
        where.queryset = Location.objects.active().order_by("id")

    def place(self) -> Location | None:
        return self.cleaned_data.get("location")

    def exception(self, doctor: Doctor) -> AvailabilityException:
        """What the form says, unsaved."""
        return AvailabilityException(
            doctor=doctor,
            kind=self.cleaned_data["kind"],
            start=self.cleaned_data["begins"],
            end=self.cleaned_data["ends"],
            location=self.cleaned_data["location"],
            reason=self.cleaned_data["reason"],
        )
