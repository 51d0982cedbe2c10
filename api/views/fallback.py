"""What answers where nothing else does."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView


@extend_schema(exclude=True)
class UnknownRoute(APIView):
    """Any address of programs that is not routed is a JSON 404, for everybody and every method."""

    authentication_classes = ()
    permission_classes = ()

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        raise NotFound

    # DRF's never returns, and neither does this.
    def http_method_not_allowed(self, request: Request, *args: object, **kwargs: object) -> None:  # type: ignore[override]
        raise NotFound
