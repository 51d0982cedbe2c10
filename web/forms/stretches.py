"""A stretch of days or hours, by the clock of a place: a doctor's leave, a location's closure."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinics.models import Location
from scheduling.hours import start_of_day
from scheduling.intervals import DAY
from web.forms.records import DayField, PlainForm, TimeInput
from web.forms.visits import instant_of


class StretchForm(PlainForm):
    """Whole days, or from one time to another. ``begins`` and ``ends`` are instants, half-open."""

    first = DayField(label=_("First day"))
    start = forms.TimeField(label=_("From"), required=False, widget=TimeInput(), help_text=_("Empty: all day."))
    last = DayField(label=_("Last day"), required=False, help_text=_("Included. Empty: the first day."))
    end = forms.TimeField(label=_("To"), required=False, widget=TimeInput(), help_text=_("Empty: all day."))

    def place(self) -> Location | None:
        """Whose clock it is; none where that was not said."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        place = self.place()
        if self.errors or place is None:
            return cleaned
        first, last = cleaned["first"], cleaned["last"] or cleaned["first"]
        if last < first:
            self.add_error("last", gettext("The last day is before the first."))
            return cleaned
        begins = self._instant("start", place, first, cleaned["start"]) if cleaned["start"] else None
        ends = self._instant("end", place, last, cleaned["end"]) if cleaned["end"] else None
        if self.errors:
            return cleaned
        cleaned["begins"] = begins or start_of_day(first, place.zone)
        cleaned["ends"] = ends or start_of_day(last + DAY, place.zone)
        if cleaned["ends"] <= cleaned["begins"]:
            self.add_error("end", gettext("It ends before it begins."))
        return cleaned

    def _instant(self, name: str, place: Location, day: date, at: time) -> datetime | None:
        try:
            return instant_of(datetime.combine(day, at.replace(second=0, microsecond=0)), place)
        except forms.ValidationError as error:
            self.add_error(name, error)
            return None
