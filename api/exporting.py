"""Lists as CSV files, for spreadsheets: what `list` finds, all of it, as a stream."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api.examples.exports import TABLES
from api.problems import Negotiation
from api.renderers import JSONRenderer
from appointments.exporting import EXPORTS
from clinics.models import Location
from common import clock, trail
from common.csv import encoded

CSV = "text/csv"


class CsvRenderer(BaseRenderer):
    """Only to be accepted: the file is a stream, and refusals are JSON."""

    media_type = CSV
    format = "csv"


class FileNegotiation(Negotiation):
    """`Accept` may name CSV, for the file, or JSON, for a refusal."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer, media_type = super().select_renderer(request, [*renderers, CsvRenderer()], format_suffix)
        return (JSONRenderer(), JSONRenderer.media_type) if media_type.startswith(CSV) else (renderer, media_type)


def export_of(kind: str) -> Any:
    """The route of a view set that answers with what its list finds, as a file."""

    def export(self: Any, request: Request) -> StreamingHttpResponse:
        found = self.filter_queryset(self.get_queryset())
        trail.tell(count=found.count())
        pieces = EXPORTS[kind].lines(found, reader=self.actor)
        today = Location.objects.default().local(clock.now()).date()
        return StreamingHttpResponse(
            encoded(chain([next(pieces)], pieces)),  # what fails at once is told before the answer has begun
            content_type=f"{CSV}; charset=utf-8; header=present",
            headers={"Content-Disposition": f'attachment; filename="{kind}-{today}.csv"'},
        )

    example = OpenApiExample("The header and one row", TABLES[kind], media_type=CSV)
    described = extend_schema(
        summary=f"Export {kind} as CSV",
        description="All that the list finds with the same parameters, in the same order, as a file that `manage.py "
        "import_csv` reads. UTF-8 with a byte order mark, commas, a header. A cell that a spreadsheet would take for a "
        "formula, such as a phone number that begins with +, has an apostrophe before it.",
        operation_id=f"{kind}_export",
        filters=True,
        responses={(200, CSV): OpenApiResponse(OpenApiTypes.STR, examples=[example])},
    )
    file = action(detail=False, methods=["get"], pagination_class=None, content_negotiation_class=FileNegotiation)
    return described(file(export))
