"""What a query string says: each of its parameters read by a form field, and everything that is wrong told at once.

What takes one value is given once: whoever asks for two things must not be given one of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from api.query_fields import ListFormField

TWICE = "%r is given twice; give it once."


def once(query: QueryDict, name: str) -> str | None:
    """The one value of a parameter; None where it is not given. Raises ValidationError where it is given twice."""
    if len(query.getlist(name)) > 1:
        raise ValidationError({name: [TWICE % name]})
    return query.get(name)


@dataclass(frozen=True, slots=True)
class Answers:
    """What was read of each parameter, by the field's name, and what is wrong with others."""

    values: dict[str, Any]
    errors: dict[str, list[str]]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def find(self, name: str, looked_up: Callable[[Any], Any]) -> None:
        """What ``looked_up`` finds in place of the value, or the FormError that it raises; nothing for a wrong one."""
        if name in self.values:
            try:
                self.values[name] = looked_up(self.values[name])
            except FormError as error:
                self.errors[name] = error.messages
                del self.values[name]


class Parameters:
    """The parameters that a query may have.

    Those that nobody gives, most of them, cost nothing: a form makes several objects of every field for every request,
    which takes longer than to find a free time. ``written`` has the names that are not names in Python.
    """

    def __init__(self, fields: Mapping[str, forms.Field], written: Mapping[str, str]) -> None:
        self._fields = {written.get(name, name): (name, field) for name, field in fields.items()}
        self._written = written
        self._absent = {name: field.clean(None) for name, field in fields.items()}

    def read(self, query: QueryDict) -> Answers:
        """What takes several values may be given again; anything else, once. What is unknown is ignored."""
        answers = Answers(dict(self._absent), {})
        for written in query:
            if written in self._fields:
                name, field = self._fields[written]
                given = query.getlist(written)
                if len(given) == 1 or isinstance(field, ListFormField):
                    answers.values[name] = ",".join(given)
                    answers.find(name, field.clean)
                else:
                    answers.errors[name] = [TWICE % written]
        return answers

    def check(self, answers: Answers) -> None:
        """Raises ValidationError with everything that is wrong, by the names that callers write."""
        if answers.errors:
            raise ValidationError({self._written.get(name, name): texts for name, texts in answers.errors.items()})
