"""How much of a body is read: all of it and at most 1 MiB, or the request is refused before anything is made of it."""

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
# What a lost connection leaves of a form looks like a form: a phone number lacks digits, and nobody would notice.
CUT_SHORT = Refusal("400 Bad Request", "cut_short", "The body ended too soon. Send all of it.")
LONGEST_LENGTH = 18  # digits: Python makes no number of thousands of them


def is_read(content_length: str) -> bool:
    """Whether a body of that length is. Without a length a WSGI server gives Django none of it."""
    if not _is_length(content_length):
        return True
    return len(content_length) <= LONGEST_LENGTH and int(content_length) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _is_length(content_length: str) -> bool:
    return content_length.isascii() and content_length.isdigit()


def wsgi(application: WSGIApplication) -> WSGIApplication:
    """``application``, with 413 for bodies of more than 1 MiB and 400 for those that are cut short.

    Those that come in chunks, or by HTTP/2 without a length, are given one.
    """

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        refusal = _refusal(environ)
        return refusal.wsgi(environ, start_response) if refusal else application(environ, start_response)

    return guarded


def _refusal(environ: WSGIEnvironment) -> Refusal | None:
    """Read the body; what speaks against it."""
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    ends, most = environ.get("wsgi.input_terminated"), settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = "" if chunked else environ.get("CONTENT_LENGTH") or ""
    if chunked and not ends:
        return WITHOUT_LENGTH
    if not is_read(length):
        return REFUSAL
    if _is_length(length):
        return CUT_SHORT if _read(environ, int(length)) < int(length) else None
    if ends and not length:
        return REFUSAL if _read(environ, most + 1) > most else None
    return None


def _read(environ: WSGIEnvironment, most: int) -> int:
    """Take what the server gives of the body, up to ``most`` bytes; say how many that were.

    Django reads as much as CONTENT_LENGTH says, and many clients do not say it: all would look as if it were missing.
    """
    body = environ["wsgi.input"].read(most) if most else b""
    environ["CONTENT_LENGTH"], environ["wsgi.input"] = str(len(body)), BytesIO(body)
    return len(body)


def asgi(application: AsgiApplication) -> AsgiApplication:
    """``application``, with 413 for bodies of more than 1 MiB, those that come without a length included.

    Those are given one: without, REST framework takes them to be empty. Of those that are cut short the server tells.
    """

    async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = list(scope.get("headers", ()))
        if not is_read(dict(headers).get(b"content-length", b"").decode("latin-1")):
            return await REFUSAL.asgi(scope, send)
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return await CUT_SHORT.asgi(scope, send)
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
                return await REFUSAL.asgi(scope, send)
        told = [each for each in headers if each[0] != b"content-length"]
        told.append((b"content-length", str(len(body)).encode()))
        pending = [{"type": "http.request", "body": body, "more_body": False}]

        async def whole() -> Any:
            return pending.pop() if pending else await receive()

        return await application({**scope, "headers": told}, whole, send)

    return guarded
