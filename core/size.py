"""How much of a body is read: beyond that a request is refused before anything is made of it, whatever is in front."""

from collections.abc import Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings

from core.charset import AsgiApplication
from core.refusals import Refusal

REFUSAL = Refusal("413 Content Too Large", "too_large", "The body is larger than 1 MiB. Send less.")


def is_read(content_length: str) -> bool:
    """Whether a body of that length is. Without a length a WSGI server gives Django none of it."""
    return not content_length.isdigit() or int(content_length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def wsgi(application: WSGIApplication) -> WSGIApplication:
    """``application``, with 413 for bodies of more than 1 MiB."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_read(environ.get("CONTENT_LENGTH") or ""):
            return application(environ, start_response)
        return REFUSAL.wsgi(environ, start_response)

    return guarded


def asgi(application: AsgiApplication) -> AsgiApplication:
    """``application``, with 413 for bodies of more than 1 MiB, those that come without a length included."""

    async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
        taken, refused = 0, False

        async def counted() -> Any:
            nonlocal taken, refused
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                refused = True
                return {"type": "http.disconnect"}  # Django reads all before it answers: it drops what it has
            return message

        named = dict(scope.get("headers", ())).get(b"content-length", b"").decode("latin-1")
        if is_read(named):
            await application(scope, counted, send)
        if refused or not is_read(named):
            await REFUSAL.asgi(scope, send)

    return guarded
