"""Lists come in pages, and a page far down costs what the first one costs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from api.parameters import once
from common.counting import count, is_exact

# So many rows are skipped by counting them; farther down, links say after which row the page begins.
SHALLOW_ROWS = 1000
CURSOR = re.compile(r"(?P<back>-?)(?P<pk>[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after the row with this id, or, backwards, before it.

    Only an id: what a list is ordered by, a patient's name perhaps, has no place in an address.
    """

    pk: int
    backwards: bool

    @classmethod
    def read(cls, text: str) -> "Cursor":
        match = CURSOR.fullmatch(text)
        if not match:
            raise NotFound("Invalid page.")
        return cls(int(match["pk"]), bool(match["back"]))


class Pages(PageNumberPagination):
    """``?page=`` from 1, ``?page_size=`` from 1 to 100 (5 unless asked; more than 100 gives 100).

    ``?cursor=`` comes with the links of pages far down: the page is found by the row before it, through the index that
    orders the list, and not by reading everything above it. `count` is exact up to 10,000: see `common.counting`.
    """

    page_size_query_param = "page_size"
    max_page_size = 100
    cursor_query_param = "cursor"

    request: Request
    rows: Sequence[Any]
    size: int
    number: int
    count: int
    more: bool
    by_cursor: bool

    def get_page_size(self, request: Request) -> int | None:
        asked = once(request.query_params, "page_size")
        if asked is not None and not (asked.isascii() and asked.isdigit() and int(asked[:9]) > 0):
            raise ValidationError({"page_size": ["Enter a whole number from 1 to 100."]})
        return super().get_page_size(request)

    def paginate_queryset(  # type: ignore[override]  # lists are querysets here
        self, queryset: QuerySet[Any], request: Request, view: Any = None
    ) -> list[Any]:
        self.request, self.size = request, self.get_page_size(request) or 1
        self.count = count(queryset)
        self.number = self._number()
        offset = (self.number - 1) * self.size
        if is_exact(self.count) and offset >= max(self.count, 1):
            raise NotFound("Invalid page.")
        columns = _columns(queryset)
        self.by_cursor = columns is not None
        asked = once(request.query_params, self.cursor_query_param)
        cursor = None if asked is None else Cursor.read(asked)
        if cursor is not None and columns is not None:
            rows = self._beside(cursor, queryset, columns, view)
        elif self._wants_last and not is_exact(self.count):
            # From the end: the number of the page is an estimate, and would lead beyond it, or not so far.
            self.more, rows = False, list(queryset.reverse()[: self.size])[::-1]
        else:
            rows = _skipping(queryset, offset, self.size + 1)
            self.more, rows = len(rows) > self.size, rows[: self.size]
        if not rows and self.number > 1:
            raise NotFound("Invalid page.")
        self.rows = rows
        return rows

    @property
    def _wants_last(self) -> bool:
        return self.request.query_params.get(self.page_query_param) in self.last_page_strings

    def _number(self) -> int:
        text = once(self.request.query_params, self.page_query_param) or "1"
        if self._wants_last:
            return max(1, -(-self.count // self.size))
        if not (len(text) < 20 and text.isascii() and text.isdigit() and 0 < int(text) < 2**53):
            raise NotFound("Invalid page.")
        return int(text)

    def _beside(self, cursor: Cursor, queryset: QuerySet[Any], columns: list[str], view: Any) -> list[Any]:
        """The rows after the cursor's, or the last ones before it, in the order of the list."""
        names = [column.removeprefix("-") for column in columns]
        known = view.get_queryset() if view is not None else queryset  # it may have left the filter since
        values = known.order_by().filter(pk=cursor.pk).values_list(*names).first()
        if values is None:
            raise NotFound("Invalid page.")
        order = [_reversed(column) for column in columns] if cursor.backwards else columns
        rows = list(queryset.order_by(*order).filter(_after(order, values))[: self.size + 1])
        if cursor.backwards:
            self.more = True
            return rows[: self.size][::-1]
        self.more = len(rows) > self.size
        return rows[: self.size]

    def get_next_link(self) -> str | None:
        return self._link(self.number + 1, str(self.rows[-1].pk)) if self.more else None

    def get_previous_link(self) -> str | None:
        return self._link(self.number - 1, f"-{self.rows[0].pk}") if self.number > 1 else None

    def _link(self, number: int, cursor: str) -> str:
        url = remove_query_param(self.request.build_absolute_uri(), self.cursor_query_param)
        if number == 1:
            return remove_query_param(url, self.page_query_param)
        url = replace_query_param(url, self.page_query_param, number)
        deep = self.by_cursor and (number - 1) * self.size > SHALLOW_ROWS
        return replace_query_param(url, self.cursor_query_param, cursor) if deep else url

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "count": self.count,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        link = {"type": "string", "nullable": True, "format": "uri", "example": None}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {
                    "type": "integer",
                    "minimum": 0,
                    "example": 1,
                    "description": "On all pages together: exact up to 10,000; of longer lists an estimate on "
                    "PostgreSQL.",
                },
                "next": {**link, "description": "The address of the next page; null on the last."},
                "previous": {**link, "description": "The address of the page before; null on the first."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            parameter["schema"] = {"type": "integer", "minimum": 1}
            parameter["description"] = "Which page, from 1."
            if parameter["name"] == "page_size":
                parameter["schema"]["default"] = self.page_size
                parameter["description"] = f"How many there are on a page; more than {self.max_page_size} gives that."
        cursor = {
            "name": self.cursor_query_param,
            "in": "query",
            "required": False,
            "description": "After which row the page begins: take it from `next` and `previous`, which name it on "
            "pages far down.",
            "schema": {"type": "string", "pattern": "^-?[1-9][0-9]{0,17}$"},
        }
        return [*parameters, cursor]


def _columns(queryset: QuerySet[Any]) -> list[str] | None:
    """The columns that order the list, if a row's place can be told by them: the table's own, and never NULL."""
    fields = {field.attname: field for field in queryset.model._meta.concrete_fields}
    fields |= {field.name: field for field in queryset.model._meta.concrete_fields}
    columns = [column for column in queryset.query.order_by if isinstance(column, str)]
    named = [fields.get(column.removeprefix("-")) for column in columns]
    told = len(columns) == len(queryset.query.order_by) and all(field and not field.null for field in named)
    return columns if told else None


def _reversed(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _after(order: list[str], values: tuple[Any, ...]) -> Q:
    """Rows that come after the one with these values, the first column's range told by itself for the index."""

    def beyond(column: str, value: Any, equal: str = "") -> Q:
        lookup = "lt" if column.startswith("-") else "gt"
        return Q(**{f"{column.removeprefix('-')}__{lookup}{equal}": value})

    condition, same = Q(), Q()
    for column, value in zip(order, values, strict=True):
        condition |= same & beyond(column, value)
        same &= Q(**{column.removeprefix("-"): value})
    return beyond(order[0], values[0], equal="e") & condition


def _skipping(queryset: QuerySet[Any], offset: int, size: int) -> list[Any]:
    """The rows from ``offset`` on. Far down, ids alone are skipped: an index holds them, and nothing is joined."""
    if offset <= SHALLOW_ROWS:
        return list(queryset[offset : offset + size])
    ids = list(queryset.values_list("pk", flat=True)[offset : offset + size])
    return list(queryset.filter(pk__in=ids))
