"""How lists are narrowed, searched and ordered: ``?field=``, ``?filter=field:value,field:value``, ``?search=``,
``?ordering=``.
"""

import re
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from api.parameters import TWICE, once

SEARCH_LENGTH = 100
# Nothing in it can be read in two ways: else a text of blanks would take as long as its length to the third power.
PAIR = re.compile(r'(?P<field>[^:,"]+):(?:\s*"(?P<quoted>[^"]*)"\s*|(?P<plain>[^",]*))(?:,|$)')


class FieldFilter(filters.DjangoFilterBackend):
    """A parameter for each field of the view's ``filterset_class``, and ``?filter=`` for several in one expression."""

    def get_filterset_kwargs(self, request: Request, queryset: QuerySet[Any], view: Any) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_filterset_kwargs(request, queryset, view)
        known = list(view.filterset_class.base_filters)
        for field in known:
            once(request.query_params, field)
        data: QueryDict = kwargs["data"].copy()
        for expression in request.query_params.getlist("filter"):
            for field, value in parse_expression(expression, known):
                if field in data:
                    raise ValidationError({"filter": [TWICE % field]})
                data[field] = value
        return kwargs | {"data": data}

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """What there is beside the fields themselves: see `api.schema.FieldFilterParameters`."""
        names = ", ".join(view.filterset_class.base_filters)
        return [
            query_parameter(
                "filter",
                "Several fields in one expression: `field:value` pairs separated by commas, a value with a comma in "
                f"double quotes. The fields: {names}.",
            )
        ]


def parse_expression(expression: str, known: list[str]) -> list[tuple[str, str]]:
    """``field:value`` pairs, separated by commas; a value with a comma stands in double quotes.

    Raises ValidationError where it cannot be read or names a field that is not ``known``.
    """
    pairs, position = [], 0
    expression = expression.strip()
    while position < len(expression):
        match = PAIR.match(expression, position)
        if not match:
            raise ValidationError(
                {"filter": ["Write field:value pairs separated by commas: doctor:2,status:scheduled."]}
            )
        field = match["field"].strip()
        if field not in known:
            raise ValidationError({"filter": [f"Unknown field {field!r}. Known fields: {', '.join(known)}."]})
        pairs.append((field, match["quoted"] if match["quoted"] is not None else match["plain"].strip()))
        position = match.end()
    return pairs


class TextSearch(BaseFilterBackend):
    """``?search=``: every word must be found; case, accents and the spelling of phone numbers do not matter.

    A list that is not searched says so, rather than show all of its rows.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        query = once(request.query_params, "search") or ""
        if len(query) > SEARCH_LENGTH:
            raise ValidationError({"search": [f"Search for {SEARCH_LENGTH} characters at most."]})
        if "\x00" in query:
            raise ValidationError({"search": ["Null characters are not allowed."]})
        if not query.strip():
            return queryset
        if not _is_searched(queryset):
            fields = ", ".join(view.filterset_class.base_filters)
            raise ValidationError({"search": [f"This list is not searched by words. Narrow it down by: {fields}."]})
        return view.search(queryset, query)

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        if not _is_searched(view.queryset):
            return []
        return [query_parameter("search", "Words that must all be found somewhere.", maxLength=SEARCH_LENGTH)]


def _is_searched(rows: QuerySet[Any]) -> bool:
    return hasattr(rows, "search")


class Ordering(BaseFilterBackend):
    """``?ordering=`` by the view's ``ordering_fields`` (name in the API: columns), ``-`` for descending.

    It ends in id, which goes the way of the last: so the index that serves one direction serves the other as well.
    """

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        columns: list[str] = []
        asked = once(request.query_params, "ordering") or ""
        for name in filter(None, (part.strip() for part in asked.split(","))):
            known = view.ordering_fields.get(name.removeprefix("-"))
            if known is None:
                choices = ", ".join(view.ordering_fields)
                raise ValidationError({"ordering": [f"Cannot order by {name[:50]!r}. Choose from: {choices}."]})
            sign = "-" if name.startswith("-") else ""
            columns += [sign + column for column in ((known,) if isinstance(known, str) else known)]
        query = request.query_params.get("search", "").strip()
        if query and not columns and hasattr(queryset, "by_relevance"):
            return queryset.by_relevance(query)
        columns = columns or list(view.default_ordering)
        last = "-id" if columns[-1].startswith("-") else "id"
        return queryset.order_by(*dict.fromkeys(columns), *([] if {"id", "-id"} & set(columns) else [last]))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        names = list(view.ordering_fields)
        parameter = query_parameter("ordering", "By which fields, separated by commas; with a `-`, descending.")
        choices = {"type": "string", "enum": [*names, *(f"-{name}" for name in names)]}
        return [parameter | {"schema": {"type": "array", "items": choices}, "style": "form", "explode": False}]


def query_parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    """An optional text parameter, for the API's documentation."""
    schema = {"type": "string", **schema}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
