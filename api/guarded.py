"""What of a record is shown to whom, and who sets what: field by field, beside its serializer."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from rest_framework import serializers

from accounts.models import User
from accounts.roles import Right, may
from api.fields import look_up, reader_of
from api.prebuilt import Prebuilt
from appointments.errors import ForTheClinic
from appointments.permissions import asks_as_patient

Mask = Callable[[Any], Any]


def nothing(value: Any) -> str:
    return ""


def no_one(value: Any) -> None:
    return None


class Guarded(Prebuilt):
    """A serializer whose fields have readers and writers.

    A field that is not one's to set may be sent as it is shown (so that what was read can be PUT back) and, with a new
    record, empty or as it would be anyway; anything else is refused.
    """

    # By field, for those that not everybody reads: the right to read it, and what others are shown instead.
    masked: ClassVar[Mapping[str, tuple[Right, Mask]]] = {}
    # By field, where the view's right is not enough: the right to set it.
    set_with: ClassVar[Mapping[str, Right]] = {}
    # The fields that patients set; all others are the clinic's. None: no field is kept from them for that.
    set_by_patients: ClassVar[frozenset[str] | None] = None

    def to_representation(self, instance: Any) -> Any:
        shown = super().to_representation(instance)
        reader = reader_of(self)
        for name, (right, mask) in self.masked.items():
            if name in shown and not may(reader, right):
                shown[name] = mask(shown[name])
        return shown

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self._refuse(data)
            look_up({name: field for name, field in self.fields.items() if not field.read_only}, data)
        return super().to_internal_value(data)

    def _refuse(self, data: Mapping[str, Any]) -> None:
        writer = reader_of(self)
        closed = {
            name: field
            for name, field in self.fields.items()
            if not field.read_only and not self._is_open(name, writer)
        }
        refused = [name for name in closed if name in data and not _same(data[name], self._as_it_is(name))]
        if refused:
            raise serializers.ValidationError({name: [ForTheClinic.message] for name in refused})
        for field in closed.values():
            field.read_only = True  # of this request's serializer

    def _is_open(self, name: str, writer: User | AnonymousUser) -> bool:
        if asks_as_patient(writer) and self.set_by_patients is not None and name not in self.set_by_patients:
            return False
        needed = [self.set_with[name]] if name in self.set_with else []
        needed += [self.masked[name][0]] if name in self.masked else []
        return all(may(writer, right) for right in needed)

    def _as_it_is(self, name: str) -> Any:
        if isinstance(self.instance, models.Model):
            return self.to_representation(self.instance).get(name)
        model = getattr(getattr(self, "Meta", None), "model", None)
        columns = {column.name: column for column in model._meta.concrete_fields} if model else {}
        column = columns.get(name)
        return column.default if column and column.has_default() and not callable(column.default) else None


def _same(sent: Any, shown: Any) -> bool:
    """As texts, since forms send no others; null, false and blank are nothing."""
    return bool(_text(sent) == _text(shown))


def _text(value: Any) -> str:
    return "" if value is None or value is False else str(value)
