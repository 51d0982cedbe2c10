"""How much of a body is read: beyond that a request is refused before anything is made of it, whatever is in front."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings

from core.charset import AsgiApplication
from core.refusals import Refusal

REFUSAL = Refusal("413 Content Too Large", "too_large", "The body is larger than 1 MiB. Send less.")
# Of servers that do not tell where chunks end: Django's own, for developers.
WITHOUT_LENGTH = Refusal("411 Length Required", "length_required", "Send the body's length, in Content-Length.")
LONGEST_LENGTH = 18  # digits: Python makes no number of thousands of them


def is_read(content_length: str) -> bool:
    """Whether a body of that length is. Without a length a WSGI server gives Django none of it."""
    if not (content_length.isascii() and content_length.isdigit()):
        return True
    return len(content_length) <= LONGEST_LENGTH and int(content_length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def wsgi(application: WSGIApplication) -> WSGIApplication:
    """``application``, with 413 for bodies of more than 1 MiB; those that come in chunks are given their length."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
            if not environ.get("wsgi.input_terminated"):
                return WITHOUT_LENGTH.wsgi(environ, start_response)
            _measure(environ)
        if is_read(environ.get("CONTENT_LENGTH") or ""):
            return application(environ, start_response)
        return REFUSAL.wsgi(environ, start_response)

    return guarded


def _measure(environ: WSGIEnvironment) -> None:
    """Read a body that the server ends where its chunks do, no further than it can be read.

    Django reads as much as CONTENT_LENGTH says, and many clients do not say it: all would look as if it were missing.
    """
    body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    environ["CONTENT_LENGTH"], environ["wsgi.input"] = str(len(body)), BytesIO(body)


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
