"""What the exceptions of a doctor and those of a place share."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from api.views.base import RecordViewSet
from scheduling.intervals import Interval


class ExceptionsViewSet(RecordViewSet):
    """The answer to a change lists the visits that are outside the hours as a result: they are kept."""

    ordering_fields: ClassVar = {"id": "id", "start": "start", "end": "end"}
    default_ordering = ("start",)
    private = False
    whole: ClassVar = frozenset({"create", "update", "partial_update"})  # they list visits

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.perform_create(serializer)
        made = serializer.instance
        assert made
        return self.shown(made, 201, **self.outside(made.interval))

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        exception = self.get_object()
        before = exception.interval
        serializer = self.get_serializer(exception, data=request.data, partial=kwargs.get("partial", False))
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        changed = serializer.instance
        assert changed
        return self.shown(changed, **self.outside(changed.interval.hull(before)))

    def outside(self, within: Interval) -> dict[str, Any]:
        """What the answer says of the visits in that time, beside the exception."""
        raise NotImplementedError
