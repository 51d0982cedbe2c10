"""From what went wrong to the HTTP answer that says so. Every error of the API is worded before it gets here."""

import logging
from typing import Any

from django.db import OperationalError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler

from common.errors import Busy, Conflict, DomainError, Refused

logger = logging.getLogger(__name__)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler. None lets Django make it a 500, which is always a defect."""
    if isinstance(error, Http404):  # worded alike for what is unknown, malformed, hidden or not routed
        error = exceptions.NotFound()
    if isinstance(error, OperationalError):  # the database is away or overloaded: nothing was committed
        logger.error("The database failed.", exc_info=error)
        error = Busy()
    if isinstance(error, DomainError):
        return _domain_answer(error)
    return exception_handler(error, context)


def _domain_answer(error: DomainError) -> Response:
    if isinstance(error, Refused):
        return Response(
            {error.field or api_settings.NON_FIELD_ERRORS_KEY: [error.message]}, status.HTTP_400_BAD_REQUEST
        )
    body = {"detail": error.message, **error.details}
    if isinstance(error, Conflict):
        return Response(body, status.HTTP_409_CONFLICT)
    if isinstance(error, Busy):
        headers = {"Retry-After": str(error.retry_after_seconds)}
        return Response(body, status.HTTP_503_SERVICE_UNAVAILABLE, headers=headers)
    raise error
