"""Refusals of the API before one of its views is reached: plain JSON, or the problem that `Accept` asks for."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from django.http import HttpRequest, HttpResponse

from common import problems, request_id
from common.errors import Busy, TooOften, Unsure


def answer(request: HttpRequest, error: Busy | TooOften | Unsure, status: int) -> HttpResponse:
    """What the middleware, or a failure around it, says of ``error``."""
    accept = request.headers.get("Accept", "")
    kind, body = problems.refusal(accept, status, code=error.code, detail=error.message)
    headers = {"Retry-After": str(error.retry_after_seconds), "Vary": "Accept"}
    return HttpResponse(_written(body), status=status, content_type=kind, headers=headers)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the doors in front of Django say. ``status`` is the whole line: "413 Content Too Large"."""

    status: str
    code: str
    detail: str

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        headers, body = self._answer(environ.get("HTTP_ACCEPT", ""), request_id.of(environ))
        start_response(self.status, headers)
        return [body]

    async def asgi(self, scope: dict[str, Any], send: Any) -> None:
        sent = {name: value.decode("latin-1") for name, value in scope.get("headers", ())}
        told, body = self._answer(sent.get(b"accept", ""), request_id.choose(sent.get(b"x-request-id", "")))
        headers = [(name.lower().encode(), value.encode()) for name, value in told]
        await send({"type": "http.response.start", "status": int(self.status[:3]), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _answer(self, accept: str, named: str) -> tuple[list[tuple[str, str]], bytes]:
        kind, told = problems.refusal(accept, int(self.status[:3]), code=self.code, detail=self.detail)
        body = _written(told)
        return [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            ("Vary", "Accept"),
            (request_id.HEADER, named),
        ], body


def _written(body: dict[str, Any]) -> bytes:
    """As the API writes its own."""
    return json.dumps(body, separators=(",", ":")).encode()
