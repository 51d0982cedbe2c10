"""What is answered when something failed that no face has worded: 503 where the database was away, else 500.

The API words its own (`api.errors`); this is for the pages, the admin, and what happens before a view is reached.
"""

import sys

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.defaults import server_error

from common.errors import Busy, Unsure
from common.metrics import count_refusal
from common.transactions import is_away
from core.refusals import answer
from core.requests import API

PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Please try again</title></head>
<body><main><h1>Please try again</h1><p>{sentence}</p></main></body>
</html>
"""


def failed(request: HttpRequest) -> HttpResponseBase:
    """Django's handler500."""
    error = sys.exc_info()[1]
    if not (isinstance(error, Busy | Unsure) or is_away(error)):
        return server_error(request)
    told = error if isinstance(error, Busy | Unsure) else Busy()
    count_refusal(told.code)
    if request.path_info.startswith(API):
        response = answer(request, told, 503)
    else:
        headers = {"Retry-After": str(told.retry_after_seconds)}
        response = HttpResponse(PAGE.format(sentence=told.message), status=503, headers=headers)
    # As DRF marks its own: it tells of the failure, and of nothing else.
    response.exception = True  # type: ignore[attr-defined]  # as DRF does
    return response
