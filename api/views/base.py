"""What the views of private records share."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from rest_framework import viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.models import User
from accounts.roles import Right
from api import idempotency, preconditions
from api.auditing import Audited
from api.rights import Rights, action_of
from appointments.permissions import asks_as_patient, within_reach
from common import trail
from common.ids import read_id
from common.transactions import atomic

READING = ("list", "retrieve")
CHANGING = ("create", "update", "partial_update", "destroy")


class Retriable(Audited):
    """A view whose requests may be sent again: `Idempotency-Key` on each POST, `If-Match` where it changes.

    PUT, PATCH and DELETE say what shall be, and come to the same when they come again.
    """

    keyed: ClassVar[frozenset[str]] = frozenset({"POST"})
    # What shows more than it changes (possible duplicates, visits outside new hours) is one transaction with its
    # answer: one row of the audit trail tells of both.
    whole: ClassVar[frozenset[str]] = frozenset()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = cast(str, request.method).lower()
        handler = getattr(self, method, None)
        if handler is None:
            return
        action = getattr(self, "action", method)
        if idempotency.HEADER in request.headers and request.method in self.keyed:
            setattr(self, method, idempotency.once(self, handler))
        elif preconditions.is_conditional_change(request) or action in self.whole:
            # What `get_object` compares, and locks, stays as it is until the change is written.
            setattr(self, method, atomic(handler))


class RecordViewSet(Retriable, viewsets.ModelViewSet[Any]):
    """List, create, read, change and take out of use. Subclasses name the right and the service behind each verb."""

    rights: ClassVar[Rights]

    ordering_fields: ClassVar[Mapping[str, str | tuple[str, ...]]] = {"id": "id"}
    default_ordering: ClassVar[tuple[str, ...]] = ("id",)
    # The actions that answer with an `ETag`.
    tagged: ClassVar[frozenset[str]] = frozenset({"retrieve", "create", "update", "partial_update"})

    @property
    def actor(self) -> User:
        """Who asks: somebody signed in, or the permissions would have refused."""
        return cast(User, self.request.user)

    @property
    def as_patient(self) -> bool:
        """Whether the rules for patients hold."""
        return asks_as_patient(self.actor)

    @property
    def right(self) -> Right:
        """The right that the action needs; of a question about the view itself, the one to read."""
        return cast(Right, self.rights[action_of(self, self.request) or "list"])

    def get_queryset(self) -> Any:
        """What the action's right reaches. All else is not there: 404, and in no list."""
        return within_reach(self.actor, self.right, super().get_queryset())

    def read(self, serializer: type[BaseSerializer[Any]], about: Any = None) -> dict[str, Any]:
        """What was sent, as ``serializer`` understands it: of a step, ``about`` a record."""
        asked = serializer(about, data=self.request.data, context=self.get_serializer_context())
        asked.is_valid(raise_exception=True)
        return cast(dict[str, Any], asked.validated_data)

    def rendered(self, serializer: type[BaseSerializer[Any]], value: Any, *, many: bool = False) -> Any:
        """``value`` as the one who asks may see it."""
        return serializer(value, many=many, context=self.get_serializer_context()).data

    def get_object(self) -> Any:
        """The record of the URL: filters of lists do not apply to it. For a change, as `If-Match` says that it is."""
        conditional = preconditions.is_conditional_change(self.request)
        records = self.get_queryset()
        record = get_object_or_404(self.lock(records) if conditional else records, pk=read_id(self.kwargs["pk"]))
        trail.saw([record])
        self.check_object_permissions(self.request, record)
        if conditional:
            preconditions.require(self.request, self.representation(record))
        return record

    def search(self, records: Any, query: str) -> Any:
        """What `?search=` finds."""
        return records.search(query)

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """Let nobody change the record between the comparison and the change: of two with one tag, one succeeds.

        A subclass whose services lock something else first locks that first as well, or both could deadlock.
        """
        return records.select_for_update(no_key=True, of=("self",))

    def representation(self, record: Any, *, by: BaseSerializer[Any] | None = None) -> Any:
        """What GET shows, and the `ETag` is of; ``by`` is the serializer that made it, if one did."""
        return (by or self.get_serializer(record)).data

    def shown(self, record: Any, status: int = 200, *, by: BaseSerializer[Any] | None = None, **more: Any) -> Response:
        """The answer to a change: the record as it stands, with its `ETag`, and ``more`` that is not part of it."""
        data = self.representation(record, by=by)
        return Response({**data, **more}, status, headers={"ETag": preconditions.etag(data)})

    # A 304 is Django's answer, not DRF's.
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:  # type: ignore[override]
        return preconditions.showing(request, self.representation(self.get_object()))

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        return self.shown(serializer.instance, 201, by=serializer)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        serializer = self.get_serializer(record, data=request.data, partial=kwargs.get("partial", False))
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        return self.shown(serializer.instance)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        raise NotImplementedError

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        raise NotImplementedError

    def perform_destroy(self, instance: Any) -> None:
        raise NotImplementedError
