"""/api/slots/: what is free."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.fields import EDGE, ID
from api.serializers.appointments import SlotListSerializer
from api.slot_query import DEFAULT_DAYS, DEFAULT_LIMIT, MOST_DAYS, MOST_SLOTS, SlotQuery
from appointments.finding import Search, find_slots
from doctors.models import LONGEST_VISIT_MINUTES

LENGTH = {"type": "integer", "minimum": 1, "maximum": LONGEST_VISIT_MINUTES}


class SlotsView(APIView):
    @extend_schema(
        tags=["availability"],
        summary="Find free slots",
        description="Earliest first, across doctors. Each one books, until somebody else takes it. A start lies on a "
        "grid from the beginning of the doctor's open time, whose step is the visit's length unless `step` says "
        "otherwise.",
        operation_id="slots_list",
        parameters=[
            OpenApiParameter("doctor", ID, description="A doctor's id."),
            OpenApiParameter(
                "specialization", {"type": "string", "maxLength": 100}, description="All doctors who practise it."
            ),
            OpenApiParameter("location", ID, description="A location's id."),
            OpenApiParameter("duration", LENGTH, description="Minutes. Default: the doctor's."),
            OpenApiParameter("step", LENGTH, description="Minutes. Default: the duration."),
            OpenApiParameter("from", EDGE, description="A time, or a date with its whole day. Default: now."),
            OpenApiParameter(
                "to",
                EDGE,
                description=f"A time, or a date with its whole day. Default: {DEFAULT_DAYS} days; most: {MOST_DAYS}.",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MOST_SLOTS, "default": DEFAULT_LIMIT},
                description="1 gives the first available.",
            ),
        ],
        responses=SlotListSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = SlotQuery.read(request.query_params)
        limit = asked["limit"]
        search = Search(
            asked["doctors"],
            since=asked["since"],
            until=asked["until"],
            now=asked["now"],
            limit=limit + 1,  # one more tells whether there are more
            minutes=asked["duration"],
            step=asked["step"],
            location=asked["location"],
        )
        found = find_slots(search)
        return Response(SlotListSerializer({"results": found[:limit], "more": len(found) > limit}).data)
