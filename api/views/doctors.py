"""/api/doctors/, their hours and exceptions."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.roles import Right
from api import preconditions
from api.clinic_filters import ExceptionFilters
from api.exporting import export_of
from api.filters import DoctorFilters
from api.schema_shared import CONFLICT
from api.serializers.appointments import AppointmentSerializer, ExceptionResultSerializer
from api.serializers.doctors import DoctorSerializer, ExceptionSerializer, WeeklyHoursSerializer
from api.views.base import CHANGING, READING, RecordViewSet
from api.views.exceptions import ExceptionsViewSet
from appointments import availability, hours
from appointments.permissions import within_reach
from clinics.models import Location
from common import clock, trail
from common.ids import read_id
from doctors import services
from doctors.models import AvailabilityException, Doctor, WeeklyHours
from scheduling.intervals import Interval


@extend_schema(tags=["doctors"])
@extend_schema_view(
    list=extend_schema(
        summary="List and search doctors",
        description="By name, of a `search` the nearest names first, unless `ordering` says otherwise. `search` "
        "looks at name, specialization and e-mail. For example `?search=Smith&ordering=full_name`.",
    ),
    create=extend_schema(summary="Add a doctor", description="The doctor starts with the clinic's opening hours."),
    retrieve=extend_schema(summary="Read a doctor"),
    update=extend_schema(
        summary="Replace a doctor's record", description="What is left out and not required stays as it is."
    ),
    partial_update=extend_schema(summary="Change a doctor's record", description="What is left out stays as it is."),
    destroy=extend_schema(
        summary="Deactivate a doctor",
        description="The record and its appointments are kept; `active` becomes false, and PATCH can put it back. "
        "Which are still to come: see outside-hours.",
    ),
)
class DoctorViewSet(RecordViewSet):
    rights: ClassVar = (
        dict.fromkeys(READING, Right.READ_DOCTORS)
        | dict.fromkeys(CHANGING, Right.EDIT_DOCTORS)
        | {
            "export": Right.EXPORT_LISTS,
            "hours": Right.READ_AVAILABILITY,
            "set_hours": Right.EDIT_AVAILABILITY,
            "outside_hours": Right.READ_AVAILABILITY,
        }
    )
    queryset = Doctor.objects.all()
    serializer_class = DoctorSerializer
    filterset_class = DoctorFilters
    ordering_fields: ClassVar = {
        "id": "id",
        "full_name": "full_name",
        "email": "email",
        "specialization": "specialization",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    default_ordering = ("full_name",)
    export = export_of("doctors")
    private = False
    showing: ClassVar = frozenset({"outside_hours", "export"})
    verbs: ClassVar = {"destroy": "deactivate", "outside_hours": "appointment.list_outside_hours"}
    tagged = RecordViewSet.tagged | {"hours", "set_hours"}

    def perform_create(self, serializer: BaseSerializer[Doctor]) -> None:
        serializer.instance = services.add(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Doctor]) -> None:
        assert serializer.instance
        serializer.instance = services.amend(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: Doctor) -> None:
        services.deactivate(instance)

    def representation(self, record: Doctor, **how: Any) -> Any:
        if self.action in ("hours", "set_hours"):
            return WeeklyHoursSerializer(record.weekly_hours.all(), many=True).data
        return super().representation(record, **how)

    @extend_schema(
        tags=["availability"],
        summary="Read a doctor's weekly hours",
        description="In the wall time of each window's location. A new doctor has the clinic's opening hours.",
        operation_id="doctors_hours_list",
        responses=WeeklyHoursSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[], url_path="hours")
    def hours(self, request: Request, pk: str) -> HttpResponseBase:
        return preconditions.showing(request, self.representation(self.get_object()))

    @extend_schema(
        tags=["availability"],
        summary="Replace a doctor's weekly hours",
        description="The whole week at once. Windows at one place that overlap merge; an end at or before the start is "
        "on the next day. Appointments are kept: see outside-hours.",
        operation_id="doctors_hours_update",
        request=WeeklyHoursSerializer(many=True),
        responses=WeeklyHoursSerializer(many=True),
    )
    @hours.mapping.put
    def set_hours(self, request: Request, pk: str) -> Response:
        doctor = self.get_object()
        serializer = WeeklyHoursSerializer(data=request.data, many=True, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        default = Location.objects.default()
        week = [WeeklyHours(**{"location": default, **window}) for window in serializer.validated_data]
        stored = WeeklyHoursSerializer(hours.set_weekly_hours(doctor, week), many=True).data
        return Response(stored, headers={"ETag": preconditions.etag(stored)})

    @extend_schema(
        tags=["availability"],
        summary="List a doctor's appointments outside the hours",
        description="Upcoming appointments that the hours and exceptions no longer cover: kept, never cancelled. Of a "
        "deactivated doctor, all that are to come.",
        operation_id="doctors_outside_hours_list",
        responses=AppointmentSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[], url_path="outside-hours")
    def outside_hours(self, request: Request, pk: str) -> Response:
        found = availability.outside_hours(self.get_object(), now=clock.now())
        trail.saw(found)
        return Response(self.rendered(AppointmentSerializer, found, many=True))


@extend_schema(tags=["availability"])
@extend_schema_view(
    list=extend_schema(summary="List a doctor's exceptions", description="Earliest first, past ones included."),
    create=extend_schema(
        summary="Add leave or an extra clinic",
        description="`closed` takes time from the weekly hours, `open` adds to them; where both meet, `closed` wins. "
        "The answer lists the appointments that fall outside the doctor's hours as a result: they are kept.",
        responses={201: ExceptionResultSerializer},
    ),
    retrieve=extend_schema(summary="Read an exception"),
    update=extend_schema(
        summary="Replace an exception",
        description="Appointments are kept: the answer lists those that are outside the doctor's hours now.",
        responses={200: ExceptionResultSerializer, 409: CONFLICT},
    ),
    partial_update=extend_schema(
        summary="Change an exception",
        description="What is left out stays. The answer lists the appointments outside the doctor's hours now.",
        responses={200: ExceptionResultSerializer, 409: CONFLICT},
    ),
    destroy=extend_schema(summary="Remove an exception", description="The weekly hours hold again."),
)
class ExceptionViewSet(ExceptionsViewSet):
    rights: ClassVar = dict.fromkeys(READING, Right.READ_AVAILABILITY) | dict.fromkeys(
        CHANGING, Right.EDIT_AVAILABILITY
    )
    queryset = AvailabilityException.objects.all()
    serializer_class = ExceptionSerializer
    filterset_class = ExceptionFilters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        doctors = within_reach(self.actor, self.right, Doctor.objects.all())
        self.doctor = get_object_or_404(doctors, pk=read_id(self.kwargs["doctor_pk"]))

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.filter(doctor=self.doctor) if hasattr(self, "doctor") else queryset.none()

    def perform_create(self, serializer: BaseSerializer[AvailabilityException]) -> None:
        serializer.instance = hours.add_exception(self.doctor, **serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[AvailabilityException]) -> None:
        assert serializer.instance
        serializer.instance = hours.amend_exception(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: AvailabilityException) -> None:
        hours.remove_exception(instance)

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        services.lock(self.doctor)  # as whoever changes an exception does
        return records

    def outside(self, within: Interval) -> dict[str, Any]:
        found = availability.outside_hours(self.doctor, now=clock.now(), within=within)
        trail.saw(found)
        return {"outside_hours": self.rendered(AppointmentSerializer, found, many=True)}
