"""/api/holds/: a time kept for a few minutes."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Right
from api.filters import HoldFilters
from api.serializers.holds import HoldSerializer, NewHoldSerializer
from api.views.base import RecordViewSet
from appointments import holds
from appointments.models import Hold
from common import clock


@extend_schema(tags=["holds"])
@extend_schema_view(
    list=extend_schema(summary="List your holds", description="Those that stand, the earliest time first."),
    retrieve=extend_schema(summary="Read one of your holds", description="While it stands. Its token is not shown."),
    destroy=extend_schema(summary="Release a hold", description="The time is free again at once."),
)
class HoldViewSet(RecordViewSet):
    """Everybody sees their own holds only; another's is not there."""

    rights: ClassVar = {
        "list": Right.READ_APPOINTMENTS,
        "retrieve": Right.READ_APPOINTMENTS,
        "create": Right.BOOK,
        "destroy": Right.BOOK,
    }
    queryset = Hold.objects.all()
    serializer_class = HoldSerializer
    filterset_class = HoldFilters
    ordering_fields: ClassVar = {"id": "id", "appointment_time": "start", "expires_at": "expires_at"}
    default_ordering = ("start",)
    verbs: ClassVar = {"destroy": "release"}
    http_method_names = ["get", "post", "delete", "head", "options"]  # noqa: RUF012 - as Django has it

    def get_queryset(self) -> Any:
        own = super().get_queryset().filter(created_by=self.request.user.pk)
        return own.standing(clock.now())

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """Nothing: a hold does not change, it only ends."""
        return records

    @extend_schema(
        summary="Hold a time",
        description="Judged as a booking is; the patient's own calendar only where a patient is named. Until "
        "`expires_at` the time is not listed as free, and only a booking with the `token` gets it: send it as `hold` "
        "with the same doctor and `appointment_time`. After that it frees itself. A user has a few holds at once at "
        "most.",
        responses={201: NewHoldSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        hold, token = holds.hold(**serializer.validated_data, as_patient=self.as_patient, actor=self.actor)
        return self.shown(hold, 201, token=token)

    def perform_destroy(self, instance: Hold) -> None:
        holds.release(instance)
