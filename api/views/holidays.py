"""/api/holidays/ and their import."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Right
from api.clinic_filters import HolidayFilters
from api.schema_shared import CONFLICT
from api.serializers.appointments import AppointmentSerializer
from api.serializers.clinic import (
    HolidayImportResultSerializer,
    HolidayImportSerializer,
    HolidayResultSerializer,
    HolidaySerializer,
)
from api.views.base import CHANGING, READING, RecordViewSet
from appointments import hours
from appointments.displaced import displaced
from clinics.models import Holiday
from common import clock, trail
from doctors import places

RESULT = "The answer lists the appointments of that day that are outside the hours now: they are kept."


@extend_schema(tags=["clinic"])
@extend_schema_view(
    list=extend_schema(
        summary="List holidays",
        description="By date. `location` finds those that hold there, those of everywhere included. For example "
        "`?date_from=2026-01-01&date_to=2026-12-31&location=1`.",
    ),
    create=extend_schema(
        summary="Add a holiday",
        description="A local day on which weekly hours do not hold, at one location or everywhere. A location's and a "
        f"doctor's own exceptions are stronger. {RESULT}",
        responses={201: HolidayResultSerializer},
    ),
    retrieve=extend_schema(summary="Read a holiday", description="Of one location, or of all."),
    update=extend_schema(
        summary="Replace a holiday", description=RESULT, responses={200: HolidayResultSerializer, 409: CONFLICT}
    ),
    partial_update=extend_schema(
        summary="Change a holiday",
        description=f"What is left out stays. {RESULT}",
        responses={200: HolidayResultSerializer, 409: CONFLICT},
    ),
    destroy=extend_schema(summary="Remove a holiday", description="It is a day as any other again."),
)
class HolidayViewSet(RecordViewSet):
    rights: ClassVar = (
        dict.fromkeys(READING, Right.READ_CLINIC)
        | dict.fromkeys(CHANGING, Right.EDIT_CLINIC)
        | {"import_": Right.EDIT_CLINIC}
    )
    queryset = Holiday.objects.select_related("location")
    serializer_class = HolidaySerializer
    filterset_class = HolidayFilters
    ordering_fields: ClassVar = {"id": "id", "date": "date", "name": "name"}
    default_ordering = ("date",)
    private = False
    verbs: ClassVar = {"import_": "import"}
    whole: ClassVar = frozenset({"create", "update", "partial_update"})  # they list visits

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._answer(places.add_holiday(**serializer.validated_data), status=201)

    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        holiday = self.get_object()
        serializer = self.get_serializer(holiday, data=request.data, partial=kwargs.get("partial", False))
        serializer.is_valid(raise_exception=True)
        return self._answer(hours.amend_holiday(holiday, **serializer.validated_data))

    def perform_destroy(self, instance: Holiday) -> None:
        hours.remove_holiday(instance)

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        places.lock_everybody(None)  # the holiday may be anywhere
        return records

    @extend_schema(
        summary="Import public holidays",
        description="Those of a country, and of one of its subdivisions, in a year: for one location or everywhere. A "
        "day that is a holiday there already stays as it is, so importing twice changes nothing. Appointments are "
        "kept: see each location's outside-hours.",
        operation_id="holidays_import",
        request=HolidayImportSerializer,
        responses=HolidayImportResultSerializer,
    )
    @action(
        detail=False, methods=["post"], pagination_class=None, filter_backends=[], url_path="import", url_name="import"
    )
    def import_(self, request: Request) -> Response:
        imported = places.import_holidays(**self.read(HolidayImportSerializer))
        return Response(HolidayImportResultSerializer(imported).data)

    def _answer(self, holiday: Holiday, status: int = 200) -> Response:
        outside = displaced(holiday.location, now=clock.now(), days=[holiday.date])
        trail.saw(outside.visits)
        visits = self.rendered(AppointmentSerializer, outside.visits, many=True)
        return self.shown(holiday, status, outside_hours=visits, outside_hours_more=outside.more)
