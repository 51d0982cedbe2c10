"""/api/locations/, their opening hours and exceptions."""

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
from api.clinic_filters import LocationExceptionFilters, LocationFilters
from api.schema_shared import CONFLICT
from api.serializers.appointments import AppointmentSerializer
from api.serializers.clinic import (
    DisplacedSerializer,
    LocationExceptionResultSerializer,
    LocationExceptionSerializer,
    LocationSerializer,
    OpeningHoursSerializer,
)
from api.views.base import CHANGING, READING, RecordViewSet
from api.views.exceptions import ExceptionsViewSet
from appointments import hours
from appointments.displaced import displaced
from appointments.models import Appointment
from appointments.permissions import visible_to
from clinics import services
from clinics.models import Location, LocationException, OpeningHours
from common import clock, trail
from common.ids import read_id
from doctors import places
from scheduling.intervals import Interval


@extend_schema(tags=["clinic"])
@extend_schema_view(
    list=extend_schema(summary="List locations", description="By id: the clinic's first location comes first."),
    create=extend_schema(
        summary="Open a location",
        description="It opens Monday to Friday, 08:00-18:00 by its own clock; see its hours. Names are unique.",
    ),
    retrieve=extend_schema(summary="Read a location", description="A deactivated one too."),
    update=extend_schema(
        summary="Replace a location's record", description="What is left out and not required stays as it is."
    ),
    partial_update=extend_schema(
        summary="Change a location's record",
        description="What is left out stays. A new time zone moves all hours held there to its wall time; appointments "
        "keep their instants: see outside-hours. It is refused where it puts a doctor in two places at once.",
    ),
    destroy=extend_schema(
        summary="Deactivate a location",
        description="Nothing more is booked there; its appointments are kept. PATCH of `active` puts it back. A clinic "
        "keeps at least one active location.",
    ),
)
class LocationViewSet(RecordViewSet):
    rights: ClassVar = (
        dict.fromkeys((*READING, "hours"), Right.READ_CLINIC)
        | dict.fromkeys((*CHANGING, "set_hours"), Right.EDIT_CLINIC)
        | {"outside_hours": Right.READ_APPOINTMENTS}
    )
    queryset = Location.objects.all()
    serializer_class = LocationSerializer
    filterset_class = LocationFilters
    ordering_fields: ClassVar = {"id": "id", "name": "name", "created_at": "created_at"}
    tagged = RecordViewSet.tagged | {"hours", "set_hours"}
    private = False
    showing: ClassVar = frozenset({"outside_hours"})
    verbs: ClassVar = {
        "create": "open",
        "destroy": "deactivate",
        "outside_hours": "appointment.list_outside_hours",
    }

    def perform_create(self, serializer: BaseSerializer[Location]) -> None:
        serializer.instance = services.open_location(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Location]) -> None:
        assert serializer.instance
        serializer.instance = places.amend_location(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: Location) -> None:
        places.deactivate_location(instance)

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        list(Location.objects.locked().values_list("pk"))  # all, in order, as changing one does
        return records

    def get_queryset(self) -> QuerySet[Location]:
        """Places are nobody's own: which of their visits somebody sees is another question."""
        return visible_to(self.actor, Location.objects.all())

    def representation(self, record: Location, **how: Any) -> Any:
        if self.action in ("hours", "set_hours"):
            return OpeningHoursSerializer(record.opening_hours.all(), many=True).data
        return super().representation(record, **how)

    @extend_schema(
        summary="Read a location's opening hours",
        description="By its own clock. A new doctor starts with them; they bind nobody who is there already.",
        operation_id="locations_hours_list",
        responses=OpeningHoursSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[], url_path="hours")
    def hours(self, request: Request, pk: str) -> HttpResponseBase:
        return preconditions.showing(request, self.representation(self.get_object()))

    @extend_schema(
        summary="Replace a location's opening hours",
        description="The whole week at once. Doctors who are there already keep the hours they have.",
        operation_id="locations_hours_update",
        request=OpeningHoursSerializer(many=True),
        responses=OpeningHoursSerializer(many=True),
    )
    @hours.mapping.put
    def set_hours(self, request: Request, pk: str) -> Response:
        location = self.get_object()
        serializer = OpeningHoursSerializer(data=request.data, many=True)
        serializer.is_valid(raise_exception=True)
        week = [OpeningHours(**window) for window in serializer.validated_data]
        stored = OpeningHoursSerializer(services.set_opening_hours(location, week), many=True).data
        return Response(stored, headers={"ETag": preconditions.etag(stored)})

    @extend_schema(
        summary="List a location's appointments outside the hours",
        description="Upcoming appointments there that hours, exceptions and holidays no longer cover: kept, never "
        "cancelled. The soonest 100 of them.",
        operation_id="locations_outside_hours",
        responses=DisplacedSerializer,
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[], url_path="outside-hours")
    def outside_hours(self, request: Request, pk: str) -> Response:
        visits = visible_to(self.actor, Appointment.objects.all())
        found = displaced(self.get_object(), now=clock.now(), among=visits)
        trail.saw(found.visits)
        return Response(self.rendered(DisplacedSerializer, found))


RESULT = "The answer lists the appointments in it that are outside the hours now: they are kept."


@extend_schema(tags=["clinic"])
@extend_schema_view(
    list=extend_schema(summary="List a location's exceptions", description="Earliest first, past ones included."),
    create=extend_schema(
        summary="Close a location, or open it on a holiday",
        description="`closed` takes time from everybody's weekly hours there. `open` brings back the weekly hours that "
        f"a holiday took, and gives nobody hours of their own. Where both meet, `closed` wins. {RESULT}",
        responses={201: LocationExceptionResultSerializer},
    ),
    retrieve=extend_schema(summary="Read a location's exception", description="A past one too."),
    update=extend_schema(
        summary="Replace a location's exception",
        description=RESULT,
        responses={200: LocationExceptionResultSerializer, 409: CONFLICT},
    ),
    partial_update=extend_schema(
        summary="Change a location's exception",
        description=f"What is left out stays. {RESULT}",
        responses={200: LocationExceptionResultSerializer, 409: CONFLICT},
    ),
    destroy=extend_schema(summary="Remove a location's exception", description="Holidays and weekly hours hold again."),
)
class LocationExceptionViewSet(ExceptionsViewSet):
    rights: ClassVar = dict.fromkeys(READING, Right.READ_CLINIC) | dict.fromkeys(CHANGING, Right.EDIT_CLINIC)
    queryset = LocationException.objects.all()
    serializer_class = LocationExceptionSerializer
    filterset_class = LocationExceptionFilters

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.location = get_object_or_404(Location.objects.all(), pk=read_id(self.kwargs["location_pk"]))

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.filter(location=self.location) if hasattr(self, "location") else queryset.none()

    def perform_create(self, serializer: BaseSerializer[LocationException]) -> None:
        serializer.instance = hours.add_location_exception(self.location, **serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[LocationException]) -> None:
        assert serializer.instance
        serializer.instance = hours.amend_location_exception(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: LocationException) -> None:
        hours.remove_location_exception(instance)

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        places.lock_everybody(self.location)  # as whoever changes an exception does
        return records

    def outside(self, within: Interval) -> dict[str, Any]:
        found = displaced(self.location, now=clock.now(), within=within)
        trail.saw(found.visits)
        visits = self.rendered(AppointmentSerializer, found.visits, many=True)
        return {"outside_hours": visits, "outside_hours_more": found.more}
