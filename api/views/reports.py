"""/api/reports/: what happened, in numbers, and as tables."""

from typing import Any, ClassVar, cast

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.roles import Right
from api.examples.reports import REPORT_TABLE
from api.exporting import CSV, FileNegotiation
from api.fields import ID
from api.parameters import once
from api.report_query import scope_of
from api.serializers.reports import ReportSerializer
from api.views.slots import several
from appointments.reports import report
from appointments.reports.scope import MOST_DAYS, USUAL_DAYS
from appointments.reports.tables import TABLES
from common import trail
from common.csv import encoded

DAY = {"type": "string", "format": "date"}
SCOPE = [
    OpenApiParameter("from", DAY, description=f"The first local day. Default: {USUAL_DAYS} days that end with `to`."),
    OpenApiParameter("to", DAY, description=f"The last local day, included; at most {MOST_DAYS} days. Default: today."),
    several("doctor", ID, "A doctor's id; several, separated by commas or repeated. Default: all that you may see."),
    OpenApiParameter("location", ID, description="A location's id. Default: every one."),
]


class Report(APIView):
    """Of many patients at once: each look leaves a row of audit, by the name ``told``."""

    rights: ClassVar = {"get": Right.READ_REPORTS}
    told: ClassVar[str]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        trail.name(self.told)
        super().initial(request, *args, **kwargs)


class ReportsView(Report):
    told = "report.read"

    @extend_schema(
        tags=["reports"],
        summary="Read the reports of a period",
        description="Bookings by day, utilisation by doctor and weekday, no-shows, lead times, cancellations and "
        "waits in the clinic, of visits that begin on the local days from `from` to `to`, by the clock of each one's "
        "location. A doctor reads their own. docs/reports.md defines every number.",
        operation_id="reports_retrieve",
        parameters=SCOPE,
        responses=ReportSerializer,
    )
    def get(self, request: Request) -> Response:
        scope = scope_of(request.query_params, cast(User, request.user))
        return Response(ReportSerializer(report(scope)).data)


class ReportTableView(Report):
    told = "report.export"
    content_negotiation_class = FileNegotiation

    @extend_schema(
        tags=["reports"],
        summary="Export a report as CSV",
        description="One table of the report, with the same numbers. UTF-8 with a byte order mark, commas, a header.",
        operation_id="reports_export",
        parameters=[
            OpenApiParameter(
                "table", {"type": "string", "enum": list(TABLES)}, required=True, description="Which table."
            ),
            *SCOPE,
        ],
        responses={
            (200, CSV): OpenApiResponse(
                OpenApiTypes.STR, examples=[OpenApiExample("The header and one row", REPORT_TABLE, media_type=CSV)]
            )
        },
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        name = once(request.query_params, "table") or ""
        if name not in TABLES:
            raise ValidationError({"table": [f"Choose a table: {', '.join(TABLES)}."]})
        scope = scope_of(request.query_params, cast(User, request.user))
        return StreamingHttpResponse(
            encoded(TABLES[name].lines(scope)),
            content_type=f"{CSV}; charset=utf-8; header=present",
            headers={"Content-Disposition": f'attachment; filename="{name}-{scope.first}-{scope.last}.csv"'},
        )
