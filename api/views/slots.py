"""/api/slots/: what is free."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.roles import Right
from api.fields import ID
from api.query_fields import EDGE
from api.serializers.appointments import SlotListSerializer, show_slots
from api.slot_query import DEFAULT_DAYS, DEFAULT_LIMIT, MOST_DAYS, MOST_DAYS_AHEAD, MOST_SLOTS, search_for
from appointments.finding import PARTS_OF_DAY, find_slots
from doctors.models import LONGEST_VISIT_MINUTES
from scheduling.hours import WEEKDAYS

LENGTH = {"type": "integer", "minimum": 1, "maximum": LONGEST_VISIT_MINUTES}


def several(name: str, item: dict[str, Any], description: str) -> OpenApiParameter:
    """A parameter of several values, separated by commas."""
    return OpenApiParameter(
        name, {"type": "array", "items": item}, description=description, style="form", explode=False
    )


class SlotsView(APIView):
    rights: ClassVar = {"get": Right.READ_DOCTORS}

    @extend_schema(
        tags=["availability"],
        summary="Find free slots",
        description="Earliest first, across doctors; at one time, whoever has fewer visits that day comes first. Each "
        "one books, until somebody else takes it. A start lies on a grid from the beginning of the doctor's open time, "
        "whose step is the visit's length unless `step` says otherwise. A slot lies wholly between `from` and `to`: "
        "one over midnight is listed where both days are asked about.",
        operation_id="slots_list",
        parameters=[
            several("doctor", ID, "A doctor's id; several, separated by commas or repeated."),
            OpenApiParameter(
                "specialization", {"type": "string", "maxLength": 100}, description="All doctors who practise it."
            ),
            OpenApiParameter(
                "appointment_type",
                ID,
                description="An appointment type's id: with its length, notice, horizon, buffers and rooms, and of the "
                "doctors those who offer it.",
            ),
            OpenApiParameter("location", ID, description="A location's id."),
            OpenApiParameter("duration", LENGTH, description="Minutes. Default: the type's, or the doctor's."),
            OpenApiParameter("step", LENGTH, description="Minutes. Default: the duration."),
            OpenApiParameter("from", EDGE, description="A time, or a date with its whole day. Default: now."),
            OpenApiParameter(
                "to",
                EDGE,
                description=f"A time, or a date with its whole day. Default: {DEFAULT_DAYS} days; most: {MOST_DAYS}.",
            ),
            several("weekdays", {"type": "string", "enum": list(WEEKDAYS)}, "Only starts on these local weekdays."),
            OpenApiParameter(
                "part_of_day",
                {"type": "string", "enum": list(PARTS_OF_DAY)},
                description="Only starts before noon, from noon to 17:00, or from 17:00 to midnight, local time.",
            ),
            OpenApiParameter(
                "not_before_days",
                {"type": "integer", "minimum": 0, "maximum": MOST_DAYS_AHEAD},
                description="Only starts that many local days from today or later.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_SLOTS, "default": DEFAULT_LIMIT},
                description="1 gives the first available, and looks no further.",
            ),
        ],
        responses=SlotListSerializer,
    )
    def get(self, request: Request) -> Response:
        search = search_for(request.query_params)
        found, limit = find_slots(search), search.limit - 1
        return Response(show_slots(found[:limit], more=len(found) > limit))
