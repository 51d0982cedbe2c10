"""/api/series/: visits that come again."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.roles import Right
from api import preconditions
from api.filters import SeriesFilters
from api.schema_shared import CONFLICT
from api.serializers.series import (
    DryRunSerializer,
    NewSeriesSerializer,
    OccurrenceSerializer,
    SeriesChangeSerializer,
    SeriesDetailSerializer,
    SeriesResultSerializer,
    SeriesSerializer,
    VisitsSerializer,
)
from api.views.base import RecordViewSet
from appointments.models import Appointment, Series
from appointments.permissions import visible_to, within_reach
from appointments.series import services
from common import trail


@extend_schema(tags=["series"])
@extend_schema_view(
    list=extend_schema(
        summary="List and search series",
        description="In the order in which they were made, unless `ordering` says otherwise. `search` looks at the "
        "names of the patient and the doctor. The visits are at `/api/appointments/?series=`.",
    ),
    retrieve=extend_schema(
        summary="Read a series", description="With all its visits.", responses=SeriesDetailSerializer
    ),
)
class SeriesViewSet(RecordViewSet):
    rights: ClassVar = {
        "list": Right.READ_APPOINTMENTS,
        "retrieve": Right.READ_APPOINTMENTS,
        "create": Right.BOOK_SERIES,
        "partial_update": Right.BOOK_SERIES,
        "cancel": Right.BOOK_SERIES,
    }
    queryset = Series.objects.with_names()
    serializer_class = SeriesSerializer
    filterset_class = SeriesFilters
    http_method_names = ["get", "post", "patch", "head", "options"]  # noqa: RUF012 - as Django has it
    ordering_fields: ClassVar = {
        "id": "id",
        "first_date": "first_date",
        "doctor": "doctor_id",
        "patient": "patient_id",
        "created_at": "created_at",
    }

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        """Nothing: services lock the doctors and the patient first, and compare the version then."""
        return records

    def representation(self, record: Series, **how: Any) -> Any:
        visits = visible_to(self.actor, Appointment.objects.with_names()).order_by("series_date", "id")
        prefetch_related_objects([record], Prefetch("appointments", visits))
        return self.rendered(SeriesDetailSerializer, record)

    @extend_schema(
        summary="Book a series of appointments",
        description="A visit on each date of the rule, from `appointment_time` on, at the same wall time where the "
        "doctor is then: at most 200 visits within two years. Each is judged as a booking is. A date that cannot be "
        "stops the whole, which then says why of each, or is left out with `skip`; a date on which the clocks skip "
        "the time is one of those. With `dry_run` it answers 200 with every date, free or why not, and the nearest "
        "free slot.",
        request=NewSeriesSerializer,
        responses={200: DryRunSerializer, 201: SeriesResultSerializer},
    )
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked = dict(self.read(NewSeriesSerializer))
        if asked.pop("dry_run"):
            trail.name("series.preview")
            trail.saw([asked["patient"]])
            wanted = {name: value for name, value in asked.items() if name not in ("notes", "on_conflict")}
            return Response(self.rendered(DryRunSerializer, {"occurrences": services.preview(**wanted)}))
        return self.answer(services.create(**asked, actor=self.actor), 201)

    @extend_schema(
        summary="Change visits of a series",
        description="This one, this and the following ones, or all: those still to come that are scheduled or "
        "confirmed. Each stays on its day; past and cancelled ones stay as they are. All or nothing, unless those "
        "that cannot change are to be skipped. The series is not split: its terms are those last agreed for more than "
        "one visit.",
        request=SeriesChangeSerializer,
        responses={200: SeriesResultSerializer, 409: CONFLICT},
    )
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.carry_out(services.amend, SeriesChangeSerializer)

    @extend_schema(
        summary="Cancel visits of a series",
        description="This one, this and the following ones, or all: those still to come that are scheduled or "
        "confirmed. Cancelling twice changes nothing.",
        operation_id="series_cancel",
        request=VisitsSerializer,
        responses={200: SeriesResultSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        return self.carry_out(services.cancel, VisitsSerializer)

    def carry_out(self, service: Callable[..., services.Made], serializer: type[BaseSerializer[Any]]) -> Response:
        asked = self.read(serializer)
        seen = self.get_object()
        among = within_reach(self.actor, self.right, Appointment.objects.all())
        conditional = preconditions.is_conditional_change(self.request)
        version = seen.version if conditional else None
        return self.answer(service(seen, **asked, among=among, seen_version=version, actor=self.actor))

    def answer(self, made: services.Made, status: int = 200) -> Response:
        return self.shown(made.series, status, skipped=self.rendered(OccurrenceSerializer, made.skipped, many=True))
