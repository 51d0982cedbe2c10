"""Fields of the forms that read a query string. What they raise is a form's ValidationError, in words for people."""

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.utils.dateparse import parse_date

from api.fields import ISO_DATE, bounded_day, time_from
from clinics.instants import FIRST_YEAR, to_instant
from clinics.models import Location
from scheduling.hours import WEEKDAYS, start_of_day

# What the API's documentation says of a query's edge: an instant, or a local date.
EDGE = {
    "type": "string",
    "pattern": "^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    r"([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?(Z|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])?)?$",
}
# A plus sign that nobody encoded arrives in a query string as a space. Of long texts this takes long, and says nothing.
LOST_PLUS = re.compile(r"(:\S+) (\d\d:?\d\d)$")
LONGEST_INSTANT = 50


class SharedFields(dict[str, forms.Field]):
    """Of a form that changes none of them: Django copies them for every form, which takes longer than reading it."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, forms.Field]:
        return dict(self)


class EdgeFormField(forms.CharField):
    """Of a query: an instant; or what means one at a place only, a local date or a naive wall time: see `edge_at`."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        if len(text) <= LONGEST_INSTANT:
            text = LOST_PLUS.sub(r"\1+\2", text)
        try:
            day = parse_date(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
        except ValueError:
            raise FormError(f"{text} is not a day of the calendar.") from None
        if day is None:
            try:
                return time_from(FIRST_YEAR, text)
            except ValueError as error:
                raise FormError(str(error)) from None
        return bounded_day(day)


def edge_at(place: Location, edge: date | datetime) -> datetime:
    """The instant that an edge means at ``place``, a date its first one. Raises FormError."""
    if not isinstance(edge, datetime):
        return start_of_day(edge, place.zone)
    try:
        return to_instant(edge, place.zone)
    except ValueError as error:
        raise FormError(str(error)) from None


class LocalDateFormField(forms.CharField):
    """Of a query: a day of the calendar."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        if not ISO_DATE.fullmatch(text):
            raise FormError("Enter a date such as 2026-05-29.")
        try:
            return bounded_day(date.fromisoformat(text))
        except ValueError:
            raise FormError(f"{text} is not a day of the calendar.") from None


class ListFormField(forms.CharField):
    """Of a query: values separated by commas, each cleaned by the field ``of``, none twice; [] where there are none."""

    def __init__(self, of: forms.Field, *, most: int, **kwargs: Any) -> None:
        self.of, self.most = of, most
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> list[Any]:  # type: ignore[override]  # text outside, a list inside
        texts = [text.strip() for text in (super().to_python(value) or "").split(",") if text.strip()]
        if len(texts) > self.most:
            raise FormError(f"Name {self.most} at most.")
        return list(dict.fromkeys(self.of.clean(text) for text in texts))


class WeekdayFormField(forms.CharField):
    """Of a query: mon, tue, wed, thu, fri, sat or sun, as a number from Monday, 0."""

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").lower()
        if text not in WEEKDAYS:
            raise FormError(f"{text[:20]!r} is no weekday. Choose from: {', '.join(WEEKDAYS)}.")
        return WEEKDAYS.index(text)
