"""From what went wrong to the HTTP answer that says so. Every error of the API is worded before it gets here."""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, TooManyFieldsSent, TooManyFilesSent
from django.http import Http404
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from accounts.errors import KeyReused, MustEnrol
from api import problems
from common import metrics
from common.errors import Busy, Conflict, DomainError, Outdated, Refused, TooOften, Unsure
from common.problems import PROBLEM
from common.transactions import is_away
from patients.errors import RecordMerged

logger = logging.getLogger(__name__)

TOO_MANY = "More parameters, fields or files were sent than are read. Send fewer."

# The first that fits.
STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (Refused, 400),
    (Outdated, 412),
    (KeyReused, 422),
    (RecordMerged, 308),
    (Conflict, 409),
    (MustEnrol, 403),
    (Busy, 503),
    (Unsure, 503),
    (TooOften, 429),
)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None lets Django make it a 500, which is always a defect."""
    if isinstance(error, Http404):  # worded alike for what is unknown, malformed, hidden or not routed
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied(*error.args)
    if isinstance(error, TooManyFieldsSent | TooManyFilesSent):
        error = exceptions.ValidationError({api_settings.NON_FIELD_ERRORS_KEY: [TOO_MANY]})
    if is_away(error):  # nothing was committed
        logger.error("The database failed.", exc_info=error)
        error = Busy()
    if isinstance(error, DomainError):
        metrics.count_refusal(error.code)
    response = (
        _domain_answer(error, context["request"])
        if isinstance(error, DomainError)
        else exception_handler(error, context)
    )
    if response is None:
        return None
    patch_vary_headers(response, ["Accept"])
    if problems.wanted(context["request"]):
        response.data = problems.problem(error, response.status_code, response.data)
        response.content_type = PROBLEM
    return response


def _domain_answer(error: DomainError, request: Request) -> Response:
    status = next(status for kind, status in STATUSES if isinstance(error, kind))
    if isinstance(error, Refused):
        return Response({error.field or api_settings.NON_FIELD_ERRORS_KEY: error.messages}, status)
    headers = {"Retry-After": str(error.retry_after_seconds)} if isinstance(error, Busy | TooOften | Unsure) else {}
    if isinstance(error, RecordMerged):  # the same address, of the record that was kept
        route = request.resolver_match
        assert route
        headers["Location"] = reverse(route.view_name, kwargs={**route.kwargs, "pk": error.details["merged_into"]})
    return Response({"detail": error.message, **error.details}, status, headers=headers)
