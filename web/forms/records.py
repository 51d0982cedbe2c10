"""Forms that a service stores: they read and tidy entries, and judge nothing that the service judges."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinics.instants import validate_year

# As `appointments.finding` divides a local day.
PARTS_OF_DAY = (
    ("", _("Any time")),
    ("morning", _("Morning (until 12:00)")),
    ("afternoon", _("Afternoon (12:00 to 17:00)")),
    ("evening", _("Evening (from 17:00)")),
)


class PlainForm(forms.Form):
    """A form whose labels end without a colon."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


class RecordForm(forms.ModelForm):
    """A form of one record. Uniqueness and constraints are the service's to judge, in its own words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.instance.validate_constraints = lambda exclude=None: None

    def validate_unique(self) -> None:
        """Left to the service."""


def say_of_none(form: forms.BaseForm, name: str, words: Any) -> None:
    """What stands in the list of a field while nothing is chosen, instead of a row of hyphens."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.empty_label = words


class DayInput(forms.DateInput):
    """The browser's own picker of dates, which shows a date as its reader writes it and sends it as ISO 8601."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day on which something is, or is looked for."""

    widget = DayInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"validators": [validate_year], **kwargs})


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")
