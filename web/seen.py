"""Forms that change a record carry a tag of what their writer saw.

Of two people who change one record at once the second is told so, and nothing that the first one wrote is lost.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404

from common.errors import Outdated

M = TypeVar("M", bound=Model)


def tag(*rows: Model) -> str:
    """A short text that is another one as soon as anything stored of ``rows`` is."""
    stored = [
        [row.pk, *(field.value_to_string(row) for field in row._meta.concrete_fields if not field.primary_key)]
        for row in rows
    ]
    return hashlib.sha256(json.dumps(stored).encode()).hexdigest()[:32]


def locked_as_seen(rows: QuerySet[M], pk: int, seen: str, tagged: Callable[[M], str] = tag) -> M:
    """The newest state of a row, locked until the caller's transaction ends.

    Raises Outdated where it is not what was ``seen``, and Http404 where it is not among ``rows``. ``tagged`` makes the
    tag of a row whose form shows more than the row itself.
    """
    row = get_object_or_404(rows.select_for_update(no_key=True, of=("self",)), pk=pk)
    if tagged(row) != seen:
        raise Outdated
    return row


def require_seen(rows: Iterable[Model], seen: str) -> None:
    """Raise Outdated unless ``rows`` are what was ``seen``."""
    if tag(*rows) != seen:
        raise Outdated
