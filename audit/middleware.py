"""Opens a trail for each request and has its row written before the answer leaves."""

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from audit.writing import write
from common import request_id
from common.errors import Busy
from common.trail import Outcome, Trail, opened

logger = logging.getLogger(__name__)


class Audited:
    """Middleware, the innermost: it sees the finished answer, errors included, and streams before their first byte.

    Nobody is shown what could not be written down: then the answer is 503, and holds nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        named = request_id.current() or request_id.choose(request.headers.get(request_id.HEADER, ""))
        with opened(Trail(write, request=request, request_id=named)) as trail:
            response = self.get_response(request)
            try:
                trail.close(Outcome.of(response.status_code))
            except DatabaseError:
                logger.exception("The audit trail could not be written.")
                return JsonResponse(
                    {"detail": Busy.message}, status=503, headers={"Retry-After": str(Busy.retry_after_seconds)}
                )
            return response
