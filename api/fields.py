"""Input and output of single values, stricter than the defaults where the defaults guess."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError as FormError
from django.db import models
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from appointments.permissions import visible_to
from clinics.instants import FIRST_YEAR, UNREADABLE, YEARS, read_time, show_instant
from common.ids import is_id
from common.lines import validate_one_line
from common.models import TidyCharField
from common.prepared import Prepared, Question
from common.together import ask
from scheduling.hours import WEEKDAYS

ISO_DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
TOO_EARLY = f"Enter a date and time from the year {FIRST_YEAR} on."
# What the API's documentation says of an id.
ID = {"type": "integer", "format": "int64", "minimum": 1}


def reader_of(field: serializers.Field[Any, Any, Any, Any]) -> User | AnonymousUser:
    """Who reads or writes. A serializer that was not told shows and takes what a stranger may see: next to nothing."""
    request = field.context.get("request")
    return AnonymousUser() if request is None else request.user


def time_from(first_year: int, text: str) -> datetime:
    """`read_time` of a year from ``first_year`` on. Raises ValueError, in words for people."""
    named = read_time(text)
    if named.year < first_year:
        raise ValueError(TOO_EARLY)
    return named


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field[datetime, str, str, Any]):
    """An instant: ISO 8601 with an offset, or wall time of the place that it is about. Given back in UTC.

    Wall time stays naive: the serializer, which knows the place, has it read with `placed`. ``first_year`` is for times
    that may be past, and yet have to be meant.
    """

    def __init__(self, *, first_year: int = 1, **kwargs: Any) -> None:
        self.first_year = first_year
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str):
            raise serializers.ValidationError(UNREADABLE)
        try:
            return time_from(self.first_year, data.strip())
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: datetime) -> str:
        return show_instant(value)


def placed(times: dict[str, Any], name: str, read: Callable[[datetime], datetime], *, called: str = "") -> None:
    """Put the instant in the place of a wall time, if ``times`` has one; ``read`` raises ValueError, in words."""
    wall = times.get(name)
    if wall is not None and wall.tzinfo is None:
        try:
            times[name] = read(wall)
        except ValueError as error:
            raise serializers.ValidationError({called or name: [str(error)]}) from None


@extend_schema_field(ID)
class ReferenceField(serializers.PrimaryKeyRelatedField[Any]):
    """The id of another object: a whole number, never a fraction, truth value or infinity that looks like one.

    An object that the user may not see does not exist. ``among`` narrows down further what the user may name here.
    """

    default_error_messages = {"out_of_reach": "This is not yours to name here."}  # noqa: RUF012 - as DRF

    def __init__(self, *, among: Callable[[Any, Any], Any] = visible_to, **kwargs: Any) -> None:
        self.among = among
        super().__init__(**kwargs)
        self._by_id = Prepared(lambda pk: self._all.filter(pk=pk))
        self._looked_up: dict[int, list[Any]] = {}

    @property
    def _all(self) -> Any:
        return super().get_queryset()

    def get_queryset(self) -> Any:
        return self.among(reader_of(self), self._all)

    def question(self, data: Any) -> Question | None:
        """What tells whether ``data`` names an object, where its id alone decides; `answered` is told the answer."""
        everything = self._all
        if not is_id(data) or self.among(reader_of(self), everything) is not everything:
            return None
        return self._by_id.of(pk=int(data))

    def answered(self, data: Any, found: list[Any]) -> None:
        self._looked_up = {int(data): found}

    def to_internal_value(self, data: Any) -> Any:
        if not is_whole(data):
            self.fail("incorrect_type", data_type=type(data).__name__)
        if (found := self._looked_up.get(int(data))) is not None:
            return found[0] if found else self.fail("does_not_exist", pk_value=data)
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError:
            visible = visible_to(reader_of(self), self._all)
            if self.among is not visible_to and visible.filter(pk=data).exists():
                self.fail("out_of_reach")
            raise


def look_up(fields: Mapping[str, Any], data: Mapping[str, Any]) -> None:
    """Find the objects that ``data`` names for those of the ``fields`` that are references, together: one query."""
    asked = [
        (field, data[name], question)
        for name, field in fields.items()
        if isinstance(field, ReferenceField) and name in data and (question := field.question(data[name]))
    ]
    if asked:
        for (field, named, _), found in zip(asked, ask(*(question for *_, question in asked)), strict=True):
            field.answered(named, found)


def is_whole(data: Any) -> bool:
    """A whole number, or the digits of one. It need not be one that an id can be: then there is no such object."""
    if isinstance(data, bool):
        return False
    return isinstance(data, int) or (isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 20)


class OneLineField(serializers.CharField):
    """A name, a number of a card: text of one line, of characters that can be seen."""

    default_error_messages = {  # noqa: RUF012 - as DRF
        "inexact": "Send this as text, in quotation marks: a number with a fraction or an exponent changes on the way."
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if validate_one_line not in self.validators:
            self.validators.append(validate_one_line)

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, float):  # 1e9 would be kept as 1000000000.0
            self.fail("inexact")
        return super().to_internal_value(data)


class TruthField(serializers.BooleanField):
    """true or false. A form that leaves it out says nothing: DRF takes that for an unticked box, for false."""

    default_empty_html = serializers.empty


class WeekdayField(serializers.ChoiceField):
    """mon, tue, wed, thu, fri, sat or sun."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=WEEKDAYS, **kwargs)

    def to_internal_value(self, data: Any) -> int:  # type: ignore[override]  # text outside, a number inside
        return WEEKDAYS.index(super().to_internal_value(data))

    def to_representation(self, value: int) -> str:  # type: ignore[override]  # as above
        return WEEKDAYS[value]


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$"})
class WallTimeField(serializers.TimeField):
    """A time on the location's wall clock, in whole minutes: 08:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M", "%H:%M:%S"], **kwargs)
        self.error_messages["invalid"] = "Enter a time in whole minutes, such as 08:00."

    def to_internal_value(self, value: Any) -> time:
        if not isinstance(value, str):
            self.fail("invalid", format="HH:MM")
        parsed = super().to_internal_value(value)
        if parsed.second:
            self.fail("invalid", format="HH:MM")
        return parsed


@extend_schema_field({"type": "string", "pattern": "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)(:00)?$"})
class ClosingTimeField(WallTimeField):
    """The end of a window. 24:00 is the midnight that ends its day, shown as 00:00."""

    def to_internal_value(self, value: Any) -> time:
        return time(0) if value in ("24:00", "24:00:00") else super().to_internal_value(value)


class ListOf(serializers.ListField):
    """A list whose errors are a list too: of which item, counted from 1, and why. One too long is not read."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, list) and self.max_length is not None and len(data) > self.max_length:
            self.fail("max_length", max_length=self.max_length)
        return super().to_internal_value(data)

    def run_child_validation(self, data: Any) -> Any:
        try:
            return super().run_child_validation(data)
        except serializers.ValidationError as error:
            wrong: dict[int, list[str]] = error.detail  # type: ignore[assignment]  # a ListField's, by number
            messages = [f"Item {number + 1}: {text}" for number, texts in wrong.items() for text in texts]
            raise serializers.ValidationError(messages) from None


def bounded_day(day: date) -> date:
    """A day of which the neighbours can be told too. Raises a form's ValidationError."""
    if day.year not in YEARS:
        raise FormError(f"Enter a date from {YEARS[0]} to {YEARS[-1]}.")
    return day


class DateField(serializers.DateField):
    """2026-05-29, and no other spelling of ISO 8601: DRF takes 20260529 and 2026-W22-5 as well."""

    def to_internal_value(self, value: Any) -> date:
        if isinstance(value, str) and not ISO_DATE.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


@extend_schema_field(OpenApiTypes.DATE)
class LocalDateField(DateField):
    """A day of the calendar, whatever the time zone: 2026-05-29."""

    def to_internal_value(self, value: Any) -> date:
        try:
            return bounded_day(super().to_internal_value(value))
        except FormError as error:
            raise serializers.ValidationError(error.messages) from None


# Of a serializer that is made from a model.
BY_MODEL = serializers.ModelSerializer.serializer_field_mapping | {
    TidyCharField: OneLineField,
    models.DateField: DateField,
}
