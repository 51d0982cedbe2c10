"""/api/schema/, /swagger/ and /redoc/: the API describes itself, and nothing comes from another host."""

from functools import cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

# JSON alone: the dialects of YAML disagree on whether 0712345678 is a text or a number.
RENDERERS: list[type[BaseRenderer]] = [OpenApiJsonRenderer2, OpenApiJsonRenderer]

# Both pages style themselves at run time; ReDoc searches in a worker, and would fetch its logo from another host.
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self'; "
    "style-src 'self' 'unsafe-inline'; worker-src blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@cache
def description() -> dict[str, Any]:
    """The API as OpenAPI 3: the same for everybody, in English. Made once a process, for it takes a second or two."""
    with translation.override("en"):
        schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return schema


@extend_schema_view(
    get=extend_schema(
        tags=["documentation"],
        summary="Read this description",
        description="OpenAPI 3, for programs that make clients or tests of it.",
        operation_id="schema_retrieve",
        parameters=[OpenApiParameter("lang", exclude=True)],
        responses={(200, kind.media_type): OpenApiTypes.OBJECT for kind in RENDERERS},
    )
)
class SchemaView(SpectacularAPIView):
    renderer_classes = RENDERERS

    def _get_schema_response(self, request: Request) -> Response:
        """There is one version: what a caller names as another would end up in a header."""
        disposition = f'inline; filename="{self._get_filename(request, None)}"'
        return Response(description(), headers={"Content-Disposition": disposition})


class Page(APIView):
    """A page that the browser lets load nothing but this server's own files."""

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {**super().default_response_headers, "Content-Security-Policy": POLICY}


class SwaggerView(Page, SpectacularSwaggerSplitView):
    pass


class RedocView(Page, SpectacularRedocView):
    pass
