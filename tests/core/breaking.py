"""core.wsgi that fails where the header X-Break says, with all that it knows of the request in the error's text.

For the test of what a log holds, never for a clinic.
"""

from core.wsgi import application  # first: it sets Django up

from collections.abc import Iterator  # isort: skip
from typing import Any  # isort: skip

from django.db import IntegrityError, OperationalError  # isort: skip
from django.http import StreamingHttpResponse  # isort: skip
from rest_framework.views import APIView  # isort: skip

__all__ = ["application"]

ERRORS = {"code": RuntimeError, "database": OperationalError, "constraint": IntegrityError}

initial = APIView.initial
dispatch = APIView.dispatch


def breaking_initial(self: APIView, request: Any, *args: Any, **kwargs: Any) -> None:
    initial(self, request, *args, **kwargs)
    if error := ERRORS.get(request.headers.get("X-Break", "")):
        raise error(f"DETAIL: {request.get_full_path()} {request.data} {request.user}")


def breaking_dispatch(self: APIView, request: Any, *args: Any, **kwargs: Any) -> Any:
    response = dispatch(self, request, *args, **kwargs)
    if request.headers.get("X-Break") == "answer":
        told = f"DETAIL: {request.get_full_path()}"

        def chunks() -> Iterator[bytes]:
            yield b"Some of it, and then: "
            raise RuntimeError(told)

        return StreamingHttpResponse(chunks())
    return response


APIView.initial = breaking_initial
APIView.dispatch = breaking_dispatch
