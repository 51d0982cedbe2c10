"""Opens a trail for each request and has its row written before the answer leaves."""

import logging
import time
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from audit.writing import write
from common import problems, request_id
from common.errors import Busy, Unsure
from common.metrics import count_refusal
from common.open_trail import Outcome, Trail, opened
from common.transactions import lost_the_database, without_waiting_again

logger = logging.getLogger(__name__)

BUSY = 503


class Audited:
    """Middleware, the innermost: it sees the finished answer, errors included, and streams before their first byte.

    Nobody is shown what could not be written down: then the answer is 503, and holds nothing. A request waits once for
    the database: what has failed because it did not come is told at once, not after the row has waited, too.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        with opened(Trail(write, request=request, request_id=request_id.current())) as trail:
            response = self.get_response(request)
            if response.status_code == BUSY and lost_the_database():
                logger.error("The audit trail could not be written: there is no database.")
                return _unwritten(request, response, trail)
            try:
                with without_waiting_again(began):
                    trail.close(Outcome.of(response.status_code))
            except DatabaseError:
                logger.exception("The audit trail could not be written.")
                return _unwritten(request, response, trail)
            return response


def _unwritten(request: HttpRequest, response: HttpResponseBase, trail: Trail) -> HttpResponseBase:
    """What is answered instead: nothing of anybody's, and nothing that is not so."""
    busy = response.status_code == BUSY
    if busy and getattr(response, "exception", False):
        return response  # worded by `api.errors` or `core.away`, it holds nothing else
    told = Unsure() if trail.unsure else Busy()
    if not busy:
        count_refusal(told.code)
    accept = request.headers.get("Accept", "")
    kind, body = problems.refusal(accept, BUSY, code=told.code, detail=told.message)
    headers = {"Retry-After": str(told.retry_after_seconds), "Vary": "Accept"}
    return JsonResponse(body, status=BUSY, content_type=kind, headers=headers)
