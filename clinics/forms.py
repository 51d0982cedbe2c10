"""Wall time on the admin's forms: times by a location's clock, and whole weeks of windows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.fields import BaseTemporalField
from django.forms.models import BaseInlineFormSet

from clinics.instants import NO_SUCH_YEAR, YEARS, validate_year
from clinics.models import Location
from common.admin import ServiceForm
from scheduling.hours import AmbiguousLocalTime, NonExistentLocalTime, resolve

# The browser's own pickers: Django's offer "now" by the server's clock, which is nobody's.
PICKERS: Mapping[Any, Mapping[str, Any]] = {
    models.TimeField: {"widget": forms.TimeInput(format="%H:%M", attrs={"type": "time"})},
    models.DateField: {"widget": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})},
}

# Of days on which something is or is looked for, which have others beside them.
PICKERS_OF_DAYS = {**PICKERS, models.DateField: {**PICKERS[models.DateField], "validators": [validate_year]}}


def by_the_clock(location: Location, instant: datetime | None) -> str:
    """The instant as people at the location read it: "2026-03-02 13:00 EAT"."""
    return f"{location.local(instant):%Y-%m-%d %H:%M %Z}" if instant else ""


class WallTimeField(BaseTemporalField):
    """A date and time by the clock on a location's wall, which the help text names; cleaned to the instant in UTC.

    A time that this clock skips or shows twice is refused. `WallTimeForm` says whose clock it is.
    """

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    input_formats = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")
    default_error_messages = {"invalid": "Enter a date and time such as 2026-05-29 13:00."}  # noqa: RUF012 - as Django

    location: Location
    shown: datetime | None = None

    def by_the_clock_of(self, location: Location, shown: datetime | None = None) -> None:
        """Read and show times at ``location``. ``shown`` is the instant that the form starts with."""
        self.location, self.shown = location, shown
        self.help_text = f"By the clock at {location} ({location.time_zone})."

    def strptime(self, value: str, format: str) -> datetime:
        return datetime.strptime(value, format)  # noqa: DTZ007 - wall time has no zone until it is resolved

    def prepare_value(self, value: Any) -> Any:
        return self._wall(value) if isinstance(value, datetime) else value

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        wall = cast(datetime, super().to_python(value))
        if self.shown and wall == self._wall(self.shown):
            return self.shown  # left as it was, and perhaps not to be told by this clock alone
        if wall.year not in YEARS:
            raise ValidationError(NO_SUCH_YEAR, code="year")
        try:
            return resolve(wall, self.location.zone)
        except NonExistentLocalTime as error:
            raise ValidationError(str(error), code="nonexistent") from None
        except AmbiguousLocalTime:
            raise ValidationError(
                f"{wall:%Y-%m-%d %H:%M} happens twice in {self.location.time_zone}: the clocks go back over it. "
                "Choose an earlier or a later hour.",
                code="ambiguous",
            ) from None

    def _wall(self, instant: datetime) -> datetime:
        return self.location.local(instant).replace(second=0, microsecond=0, tzinfo=None, fold=0)


class WallTimeForm(ServiceForm):
    """Times are by the clock of the row's location; for a new row, of the clinic's first."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stored = self.instance if self.instance.pk else None
        location = stored.location if stored else Location.objects.default()
        for name, field in self.fields.items():
            if isinstance(field, WallTimeField):
                field.by_the_clock_of(location, shown=getattr(stored, name, None))


class WeekFormSet(BaseInlineFormSet):
    """The windows of a week, stored at once by a service."""

    def store(self, week: list[Any]) -> None:
        raise NotImplementedError

    def save(self, commit: bool = True) -> Any:
        entered = super().save(commit=False)  # only notes what has changed, for the log
        if self.has_changed():
            kept = [form for form in self.forms if form not in self.deleted_forms]
            self.store([form.instance for form in kept if form.instance.pk or form.has_changed()])
        return entered
