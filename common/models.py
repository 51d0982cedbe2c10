"""Pieces that models are made of."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from common.text import folded, search_terms

if TYPE_CHECKING:  # generic in the stubs only
    CharField = models.CharField[Any, Any]
    TextField = models.TextField[Any, Any]
else:
    CharField, TextField = models.CharField, models.TextField


class TimeStamped(models.Model):
    """When the row was made and last saved (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class TidyCharField(CharField):
    """Text without surrounding or doubled white space, normalised on every way into the database."""

    def tidy(self, value: str) -> str | None:
        return " ".join(value.split())

    def to_python(self, value: Any) -> Any:
        value = super().to_python(value)
        return self.tidy(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return self.tidy(value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, value)
        return value


class FoldedTextField(TextField):
    """What other fields of the row say, folded for search: one line a field. Kept by every save and bulk_create."""

    def __init__(self, *args: Any, source: str = "searchable_lines", **kwargs: Any) -> None:
        self.source = source
        kwargs |= {"editable": False, "default": "", "blank": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = "\n".join(folded(line) for line in getattr(model_instance, self.source)() if line)
        setattr(model_instance, self.attname, value)
        return value


def matching(query: str, *columns: str) -> Q:
    """Rows in which every term of ``query`` is part of one of the folded ``columns``."""
    condition = Q()
    for spellings in search_terms(query):
        condition &= Q(*((f"{column}__contains", s) for column in columns for s in spellings), _connector=Q.OR)
    return condition
