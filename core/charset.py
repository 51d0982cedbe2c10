"""What is settled before Django reads a request: it is in UTF-8, or it is refused.

Django decodes the address and the body with any charset that a client names. Python calls compressions and ciphers
charsets too, and fails at reading text with them; others make half characters of harmless bytes.
"""

import codecs
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.utils.http import parse_header_parameters

from core.refusals import Refusal

READ = ("utf-8", "ascii")
REFUSAL = Refusal(
    "415 Unsupported Media Type", "unsupported_media_type", "Unsupported charset in Content-Type. Send UTF-8."
)

AsgiApplication = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


def is_read(content_type: str) -> bool:
    """Whether ``content_type`` names UTF-8, or no charset that Python knows: that counts as none, as in Django."""
    try:
        charset = parse_header_parameters(content_type)[1].get("charset", "utf-8")
    except ValueError:  # a parameter, of whatever name, in an encoding that Python does not know: Django would fail
        return False
    try:
        return codecs.lookup(charset).name in READ
    except (LookupError, ValueError):  # ValueError: a NUL byte
        return True


def wsgi(application: WSGIApplication) -> WSGIApplication:
    """``application``, with 415 for what is not UTF-8."""

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_read(environ.get("CONTENT_TYPE", "")):
            return application(environ, start_response)
        return REFUSAL.wsgi(environ, start_response)

    return guarded


def asgi(application: AsgiApplication) -> AsgiApplication:
    """``application``, with 415 for what is not UTF-8."""

    async def guarded(scope: dict[str, Any], receive: Any, send: Any) -> None:
        named = dict(scope.get("headers", ())).get(b"content-type", b"").decode("latin-1")
        if is_read(named):
            await application(scope, receive, send)
        else:
            await REFUSAL.asgi(scope, send)

    return guarded
