"""What the views of private records share."""

from typing import Any, ClassVar, cast

from rest_framework import viewsets
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.models import User


class RecordViewSet(viewsets.ModelViewSet[Any]):
    """List, create, read, change and take out of use. Subclasses name the service behind each verb."""

    ordering_fields: ClassVar[dict[str, str]] = {"id": "id"}
    default_ordering: ClassVar[tuple[str, ...]] = ("id",)

    @property
    def actor(self) -> User:
        """Who asks: somebody signed in, or the permissions would have refused."""
        return cast(User, self.request.user)

    def get_object(self) -> Any:
        """The record of the URL: filters of lists do not apply to it."""
        record = get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])
        self.check_object_permissions(self.request, record)
        return record

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        serializer = self.get_serializer(record, data=request.data, partial=kwargs.get("partial", False))
        serializer.is_valid(raise_exception=True)
        self.perform_update(serializer)
        return Response(serializer.data)

    def perform_create(self, serializer: BaseSerializer[Any]) -> None:
        raise NotImplementedError

    def perform_update(self, serializer: BaseSerializer[Any]) -> None:
        raise NotImplementedError

    def perform_destroy(self, instance: Any) -> None:
        raise NotImplementedError
