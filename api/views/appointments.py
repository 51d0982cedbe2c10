"""/api/appointments/ and what can be done with one."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.roles import Right
from api import preconditions
from api.exporting import export_of
from api.filters import AppointmentFilters
from api.schema_shared import CONFLICT
from api.serializers.appointments import AppointmentSerializer, ChangeSerializer, MoveSerializer, ReasonSerializer
from api.views.base import CHANGING, READING, RecordViewSet
from appointments import services
from appointments.models import Appointment


def step(name: str, summary: str, description: str, service: Callable[..., Appointment]) -> Any:
    """A route that takes one step of the life cycle through ``service``."""

    def view(self: "AppointmentViewSet", request: Request, pk: str) -> Response:
        return self.answer(service, ReasonSerializer)

    view.__name__ = name.replace("-", "_")
    described = extend_schema(
        summary=summary,
        description=description,
        operation_id=f"appointments_{view.__name__}",
        request=ReasonSerializer,
        responses={200: AppointmentSerializer, 409: CONFLICT},
    )
    # In this order: `action` forgets what a view already says of itself.
    return described(action(detail=True, methods=["post"], url_path=name, url_name=name)(view))


@extend_schema(tags=["appointments"])
@extend_schema_view(
    list=extend_schema(
        summary="List and search appointments",
        description="Earliest first, unless `ordering` says otherwise. `search` looks at the names of the patient and "
        "the doctor. For example `?filter=doctor:2,status:scheduled`, or the same as `?doctor=2&status=scheduled`.",
    ),
    create=extend_schema(
        summary="Book an appointment",
        description="Refused in the past, outside the doctor's availability, and where the doctor or the patient "
        "already has an appointment. Two requests for one slot never both succeed. Without `duration_minutes` the "
        "visit takes the doctor's usual time. A time without an offset is read on the clock where the doctor sees "
        "patients then.",
    ),
    retrieve=extend_schema(summary="Read an appointment"),
    update=extend_schema(
        summary="Replace an appointment",
        description="As PATCH does, with every required field. The patient cannot change.",
        responses={200: AppointmentSerializer, 409: CONFLICT},
    ),
    partial_update=extend_schema(
        summary="Move an appointment or change its status or notes",
        description="All of it or nothing. A new time is judged as a booking is; a new status has to be one that may "
        "follow. What is left out stays.",
        responses={200: AppointmentSerializer, 409: CONFLICT},
    ),
    destroy=extend_schema(
        summary="Cancel an appointment",
        description="The appointment is kept with the status `cancelled`; cancelling twice changes nothing.",
        responses={204: None, 409: CONFLICT},
    ),
)
class AppointmentViewSet(RecordViewSet):
    rights: ClassVar = (
        dict.fromkeys((*READING, "history"), Right.READ_APPOINTMENTS)
        | dict.fromkeys((*CHANGING, "reschedule", "cancel"), Right.BOOK)
        | dict.fromkeys(("confirm", "check_in", "start", "complete", "no_show", "undo"), Right.RUN_THE_DAY)
        | {"export": Right.EXPORT_LISTS}
    )
    queryset = Appointment.objects.with_names()
    serializer_class = AppointmentSerializer
    filterset_class = AppointmentFilters
    ordering_fields: ClassVar = {
        "id": "id",
        "appointment_time": "start",
        "status": ("status", "start"),
        "doctor": ("doctor_id", "start"),
        "patient": "patient_id",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    default_ordering = ("start",)
    verbs: ClassVar = {"create": "book", "destroy": "cancel"}
    export = export_of("appointments")
    tagged = RecordViewSet.tagged | {
        "reschedule",
        "cancel",
        "confirm",
        "check_in",
        "start",
        "complete",
        "no_show",
        "undo",
    }

    def get_queryset(self) -> Any:
        found = super().get_queryset()
        return found.with_names_only() if self.action in READING else found

    def perform_create(self, serializer: BaseSerializer[Appointment]) -> None:
        serializer.instance = services.book(**serializer.validated_data, as_patient=self.as_patient, actor=self.actor)

    def perform_update(self, serializer: BaseSerializer[Appointment]) -> None:
        assert serializer.instance
        serializer.instance = services.amend(
            serializer.instance, **serializer.validated_data, **self.asking(serializer.instance)
        )

    def perform_destroy(self, instance: Appointment) -> None:
        services.cancel(instance, **self.asking(instance))

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """Nothing: services lock the doctor and the patient before the appointment, and compare its version then."""
        return records

    def asking(self, seen: Appointment) -> services.Asking:
        """Who asks; and, where `If-Match` has been compared with what was ``seen``, that it must still be so."""
        conditional = preconditions.is_conditional_change(self.request)
        asking: services.Asking = {"actor": self.actor, "seen_version": seen.version if conditional else None}
        return asking | {"as_patient": True} if self.as_patient else asking

    def answer(self, service: Callable[..., Appointment], serializer: type[BaseSerializer[Any]]) -> Response:
        """Read the request, call the service, show the appointment."""
        seen = self.get_object()
        asked = self.read(serializer, seen)
        return self.shown(service(seen, **asked, **self.asking(seen)))

    @extend_schema(
        summary="Move an appointment",
        description="It keeps its id. Onto its own time is a no-op. A moved appointment has to be confirmed again.",
        operation_id="appointments_reschedule",
        request=MoveSerializer,
        responses={200: AppointmentSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def reschedule(self, request: Request, pk: str) -> Response:
        return self.answer(services.reschedule, MoveSerializer)

    cancel = step(
        "cancel",
        "Cancel an appointment for a reason",
        "Its time is free again. Cancelling twice changes nothing.",
        services.cancel,
    )
    confirm = step(
        "confirm",
        "Confirm that the patient will come",
        "The patient has said so. Moving the appointment takes it back.",
        services.confirm,
    )
    check_in = step("check-in", "Check the patient in", "The patient is here and waits.", services.check_in)
    start = step("start", "Start the visit", "The patient is with the doctor.", services.begin)
    complete = step("complete", "Complete the visit", "It is over. Only undo takes it back.", services.complete)
    no_show = step(
        "no-show",
        "Mark as not shown up",
        "The patient did not come; the rest of the time is free again.",
        services.mark_no_show,
    )
    undo = step(
        "undo",
        "Undo the last change",
        "Status, time and doctor are as they were before it, if that is still possible. Once: an undo is not undone.",
        services.undo,
    )

    @extend_schema(
        summary="Read an appointment's history",
        description="Oldest first: who changed what, when and why.",
        responses=ChangeSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def history(self, request: Request, pk: str) -> Response:
        history = self.get_object().history.select_related("by").order_by("id")
        return Response(self.rendered(ChangeSerializer, history, many=True))
