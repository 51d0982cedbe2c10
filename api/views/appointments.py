"""/api/appointments/ and what can be done with one."""

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from api.filters import AppointmentFilters
from api.schema import CONFLICT, REFUSALS
from api.serializers.appointments import AppointmentSerializer, ChangeSerializer, MoveSerializer, ReasonSerializer
from api.views.base import RecordViewSet
from appointments import services
from appointments.models import Appointment

BOOKING = OpenApiExample(
    "Book an appointment",
    {"patient": 1, "doctor": 2, "appointment_time": "2025-05-29T10:00:00Z", "status": "scheduled"},
    request_only=True,
)


def step(name: str, summary: str, service: Callable[..., Appointment]) -> Any:
    """A route that takes one step of the life cycle through ``service``."""

    def view(self: "AppointmentViewSet", request: Request, pk: str) -> Response:
        return self.answer(service, ReasonSerializer(data=request.data))

    view.__name__ = name.replace("-", "_")
    described = extend_schema(
        summary=summary, request=ReasonSerializer, responses={200: AppointmentSerializer, 409: CONFLICT}
    )
    return action(detail=True, methods=["post"], url_path=name, url_name=name)(described(view))


@extend_schema(tags=["appointments"])
@extend_schema_view(
    list=extend_schema(summary="List and search appointments"),
    create=extend_schema(
        summary="Book an appointment",
        description="Refused in the past, outside the doctor's availability, and where the doctor or the patient "
        "already has an appointment. Two requests for one slot never both succeed.",
        examples=[BOOKING, *REFUSALS],
    ),
    retrieve=extend_schema(summary="Read an appointment"),
    update=extend_schema(summary="Replace an appointment", responses={200: AppointmentSerializer, 409: CONFLICT}),
    partial_update=extend_schema(
        summary="Move an appointment or change its status or notes",
        responses={200: AppointmentSerializer, 409: CONFLICT},
    ),
    destroy=extend_schema(
        summary="Cancel an appointment",
        description="The appointment is kept with the status `cancelled`; cancelling twice changes nothing.",
        responses={204: None, 409: CONFLICT},
    ),
)
class AppointmentViewSet(RecordViewSet):
    queryset = Appointment.objects.with_names()
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilters
    ordering_fields: ClassVar = {
        "id": "id",
        "appointment_time": "start",
        "status": "status",
        "doctor": "doctor_id",
        "patient": "patient_id",
        "created_at": "created_at",
    }
    default_ordering = ("start",)

    def perform_create(self, serializer: BaseSerializer[Appointment]) -> None:
        serializer.instance = services.book(**serializer.validated_data, actor=self.actor)

    def perform_update(self, serializer: BaseSerializer[Appointment]) -> None:
        assert serializer.instance
        serializer.instance = services.amend(serializer.instance, **serializer.validated_data, actor=self.actor)

    def perform_destroy(self, instance: Appointment) -> None:
        services.cancel(instance, actor=self.actor)

    def answer(self, service: Callable[..., Appointment], serializer: BaseSerializer[Any]) -> Response:
        """Read the request, call the service, show the appointment."""
        serializer.is_valid(raise_exception=True)
        appointment = service(self.get_object(), **serializer.validated_data, actor=self.actor)
        return Response(AppointmentSerializer(appointment).data)

    @extend_schema(
        summary="Move an appointment",
        description="It keeps its id. Onto its own time is a no-op. A moved appointment has to be confirmed again.",
        request=MoveSerializer,
        responses={200: AppointmentSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, pk: str) -> Response:
        return self.answer(services.reschedule, MoveSerializer(data=request.data))

    cancel = step("cancel", "Cancel an appointment", services.cancel)
    confirm = step("confirm", "Confirm that the patient will come", services.confirm)
    check_in = step("check-in", "Check the patient in", services.check_in)
    start = step("start", "Start the visit", services.begin)
    complete = step("complete", "Complete the visit", services.complete)
    no_show = step("no-show", "Mark as not shown up", services.mark_no_show)
    undo = step("undo", "Undo the last change", services.undo)

    @extend_schema(summary="Read an appointment's history", responses=ChangeSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def history(self, request: Request, pk: str) -> Response:
        history = self.get_object().history.select_related("by").order_by("id")
        return Response(ChangeSerializer(history, many=True).data)
