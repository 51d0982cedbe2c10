"""`ETag`, `If-Match` and `If-None-Match`: nobody overwrites what they have not seen (RFC 9110, section 13).

The tag of a record is the hash of what GET shows of it. Not of its version or its time of change alone: the record of
a visit shows names that change without it, and a write in bulk need not move a time stamp.
"""

import hashlib
from typing import Any

from django.http import HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from common.errors import Outdated

CHANGES = ("PUT", "PATCH", "DELETE", "POST")


def etag(shown: Any) -> str:
    """The strong tag of a representation, quotes included."""
    return f'"{hashlib.sha256(JSONRenderer().render(shown)).hexdigest()[:32]}"'


def is_conditional_change(request: Request) -> bool:
    return request.method in CHANGES and "If-Match" in request.headers


def require(request: Request, shown: Any) -> None:
    """Raise Outdated unless `If-Match` names what the record shows now. Weak tags never match, `*` always does."""
    tags = parse_etags(request.headers["If-Match"])
    if tags != ["*"] and etag(shown) not in tags:
        raise Outdated


def showing(request: Request, shown: Any) -> HttpResponseBase:
    """The answer to a GET: what there is, or 304 for whoever has it already."""
    tag = etag(shown)
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    if tags == ["*"] or tag in (seen.removeprefix("W/") for seen in tags):
        return HttpResponseNotModified(headers={"ETag": tag})
    return Response(shown, headers={"ETag": tag})
