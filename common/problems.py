"""The bones of `application/problem+json` (RFC 9457), for every door of the API: those before its views as well."""

from http import HTTPStatus
from typing import Any

from django.http.request import MediaType

PROBLEM = "application/problem+json"
# Python's names of these differ by its version.
TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}


def wanted(accept: str) -> bool:
    """Whether the header `Accept` names problems. What of it cannot be read names nothing."""
    return any(map(_is_problem, accept.split(",")))


def _is_problem(named: str) -> bool:
    try:
        kind = MediaType(named.strip())
    except ValueError:  # an encoding that Python does not know
        return False
    return f"{kind.main_type}/{kind.sub_type}".lower() == PROBLEM and bool(kind.quality)


def bones(status: int, *, code: str, detail: str) -> dict[str, Any]:
    """What every problem says. No `type` of our own: `code` tells kinds apart, and the title is the status'."""
    title = TITLES.get(status) or HTTPStatus(status).phrase
    return {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}


def refusal(accept: str, status: int, *, code: str, detail: str) -> tuple[str, dict[str, Any]]:
    """The media type and the body of a refusal that has nothing to say but a sentence."""
    if wanted(accept):
        return PROBLEM, bones(status, code=code, detail=detail)
    return "application/json", {"detail": detail}
