"""Pieces that models are made of, and the counts that processes share."""

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import connection, models
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Contains, Exact

from common.functions import Unindexed
from common.lines import validate_one_line
from common.text import folded, search_terms

if TYPE_CHECKING:  # generic in the stubs only
    CharField = models.CharField[Any, Any]
    TextField = models.TextField[Any, Any]
else:
    CharField, TextField = models.CharField, models.TextField


M = TypeVar("M", bound=models.Model)


class TimeStamped(models.Model):
    """When the row was made and last saved (UTC)."""

    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        abstract = True


class RecordQuerySet(models.QuerySet[M]):
    """Rows of a kind that is taken out of use (``active``), never deleted."""

    def active(self) -> Self:
        return self.filter(active=True)

    def locked(self) -> Self:
        """Rows locked until the transaction ends, in the order of their ids so that two callers cannot deadlock."""
        return self.order_by("id").select_for_update(no_key=True)


class TidyCharField(CharField):
    """Text without surrounding or doubled white space, normalised on every way into the database."""

    default_validators = [validate_one_line]  # noqa: RUF012 - as Django

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


def alike(column: str, text: str) -> Q:
    """Rows whose ``column`` is ``text`` but for case. SQLite knows the case of ASCII only: there Python is asked."""
    if text.isascii() or connection.vendor != "sqlite":
        return Q(Exact(Upper(F(column)), Upper(Value(text))))  # as `iexact` on PostgreSQL: an index serves both
    return Q((f"{column}__iregex", rf"\A{re.escape(text)}\Z"))


def matching(query: str, *columns: str) -> Q:
    """Rows in which every term of ``query`` is part of one of the folded ``columns``."""
    condition = Q()
    for spellings in search_terms(query):
        condition &= Q(*(_contains(column, s) for column in columns for s in spellings), _connector=Q.OR)
    return condition


# An index of trigrams finds a name of two letters and a sign.
SHORTEST_NAME = 2


def _contains(column: str, text: str) -> Q:
    """Whether the column has the text. Of an e-mail address the index is asked for the name alone.

    All that half of the patients have in common, such as "@gmail.com", takes an index of trigrams long to go through.
    """
    name, at, domain = text.partition("@")
    if len(name) < SHORTEST_NAME or not domain:
        return Q((f"{column}__contains", text))
    return Q((f"{column}__contains", name + at)) & Q(Contains(Unindexed(F(column)), text))


# So many rows are named one by one, for an index to find what belongs to them; of more, what belongs is met soon.
FEW = 1000


def belonging(foreign_key: str, owners: QuerySet[Any], column: str, texts: list[str]) -> Q:
    """Rows whose ``foreign_key`` is one of ``owners`` with one of ``texts`` in a folded column.

    Asks for the owners' ids at once: a planner cannot know beforehand whether they are two or two million. Few are
    named, so that what belongs to them is found by an index. Many are not: what belongs to them is met soon enough.
    """
    ids = list(owners.filter(_any_in(column, texts)).order_by().values_list("pk", flat=True)[: FEW + 1])
    return Q((f"{foreign_key}__in", ids)) if len(ids) <= FEW else _any_in(f"{foreign_key}__{column}", texts)


def _any_in(column: str, texts: list[str]) -> Q:
    return Q(*((f"{column}__contains", text) for text in texts), _connector=Q.OR)


class CountManager(models.Manager["Count"]):
    def add(self, key: str, count: int, until: datetime) -> int:
        """Add to the count of the period that ends at ``until``, in one statement, and return it."""
        ends = self.model._meta.get_field("until").get_db_prep_save(until, connection)
        with connection.cursor() as cursor:
            cursor.execute(ADD, [key, ends, count])
            total: int = cursor.fetchone()[0]
        if total == count:  # the first of its period: nobody else is waiting for this row
            self.filter(until__lt=until - KEPT).delete()
        return total


KEPT = timedelta(days=2)  # longer than any period
ADD = """
    INSERT INTO common_count (key, until, count) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN common_count.until = excluded.until THEN common_count.count ELSE 0 END + excluded.count,
        until = excluded.until
    RETURNING count
"""


class Count(models.Model):
    """How often something has happened in the period that ends at ``until``: see `common.rates`."""

    key = models.CharField(max_length=100, primary_key=True)
    until = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField()

    objects = CountManager()

    def __str__(self) -> str:
        return f"{self.key}: {self.count} until {self.until:%Y-%m-%d %H:%M:%S} UTC"
