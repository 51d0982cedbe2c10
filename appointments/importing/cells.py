"""From the cells of a row to values, by the rules of the model's own fields. No refusal repeats what a cell says."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

from appointments.importing.outcomes import BLANK, BadCells, Problem
from common.csv import Row

TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TIME = re.compile(r"(\d{1,2}):(\d\d)(:00)?", re.ASCII)


def read(model: type[models.Model], row: Row, names: Iterable[str], *, new: bool) -> dict[str, Any]:
    """The values of the fields ``names`` that the row has, judged as the model judges them.

    A blank cell gives no value: what is stored stays. Where the row is to become a ``new`` record, it must have those
    that a record cannot do without. Raises BadCells with everything that is wrong.
    """
    values, problems = {}, []
    for name in names:
        field: Any = model._meta.get_field(name)
        text = row.cells.get(name, "")
        if not text:
            if new and not (field.blank or field.has_default()):
                problems.append(Problem(row.number, name, BLANK))
            continue
        try:
            values[name] = value_of(field, text)
        except ValidationError as error:
            problems += [Problem(row.number, name, message) for message in error.messages]
    if problems:
        raise BadCells(problems)
    return values


def value_of(field: Any, text: str) -> Any:
    """The value of a model's field that ``text`` stands for. Raises ValidationError."""
    value = field.clean(_converted(field, text), None)
    if isinstance(field, models.TextField) and field.max_length:  # which Django holds to its length in forms only
        MaxLengthValidator(field.max_length)(value)
    return value


def _converted(field: Any, text: str) -> Any:
    """As the field's own reading, whose words would repeat the text."""
    if field.choices:
        by_name: Mapping[str, Any] = {str(value).casefold(): value for value, _ in field.choices}
        if text.casefold() not in by_name:
            raise ValidationError(f"Choose from: {', '.join(filter(None, by_name))}.")
        return by_name[text.casefold()]
    if isinstance(field, models.BooleanField):
        return truth(text)
    if isinstance(field, models.IntegerField):
        return whole_number(text)
    if isinstance(field, models.DateField):
        return day(text)
    return text


def truth(text: str) -> bool:
    """Raises ValidationError."""
    try:
        return TRUTH[text.lower()]
    except KeyError:
        raise ValidationError("Enter true or false.") from None


def whole_number(text: str) -> int:
    """A number from 0 on, short enough for any database. Raises ValidationError."""
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValidationError("Enter a whole number.")
    return int(text)


def day(text: str) -> date:
    """Raises ValidationError."""
    if not DATE.fullmatch(text):
        raise ValidationError("Enter a date such as 2026-05-29.")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError("This is not a day of the calendar.") from None


def wall_time(text: str) -> time:
    """A time in whole minutes; 24:00 is the midnight that ends a day. Raises ValidationError."""
    match = TIME.fullmatch(text)
    if match and (match[1], match[2]) == ("24", "00"):
        return time(0)
    try:
        if match:
            return time(int(match[1]), int(match[2]))
    except ValueError:
        pass
    raise ValidationError("Enter a time in whole minutes, such as 08:00.")
