"""Every request has an id, and leaves one line in the log."""

import logging
import time
from collections.abc import Callable, Iterator
from typing import cast

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from common import request_id

logger = logging.getLogger(__name__)

# Where programs ask.
API = ("/api/", "/api-token-auth/")
# Asked every few seconds by machines: said only where LOG_LEVEL=DEBUG.
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})


class BrokeOff(Exception):
    """An answer could not be sent to its end. The log says why; the server that sends it is told no more."""


class NamedRequests:
    """The outermost middleware: what happens inside is said to happen for this request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.monotonic()
        chosen = request_id.of(request.META)
        with request_id.in_hand(chosen, request):
            response = self.get_response(request)
            response.headers[request_id.HEADER] = chosen
            milliseconds = round((time.monotonic() - began) * 1000)
            level = logging.DEBUG if request.path_info in QUIET else logging.INFO
            logger.log(level, "Answered.", extra={"status": response.status_code, "milliseconds": milliseconds})
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            chunks = cast(Iterator[bytes], response.streaming_content)
            response.streaming_content = _sent(chunks, chosen, request)
        return response


def _sent(chunks: Iterator[bytes], chosen: str, request: HttpRequest) -> Iterator[bytes]:
    """The same chunks. One that fails is told of here, since the server would tell it with the request's address."""
    try:
        yield from chunks
    except Exception:
        with request_id.in_hand(chosen, request):
            logger.exception("The answer broke off.")
        raise BrokeOff from None
