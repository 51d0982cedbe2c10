"""What GET /api/slots/ answers, and how it refuses."""

from typing import Any

from rest_framework.test import APIClient

UNREADABLE = "Enter a date and time such as 2026-05-29T10:00:00Z or 2026-05-29T13:00:00+03:00."
UNKNOWN = 2**62
NOT_A_NUMBER = "Enter a whole number."


def ask(api: APIClient, *, status: int = 200, **parameters: Any) -> Any:
    """The answer to ?from=&to=... ; ``since`` and ``until`` stand for the two."""
    names = {"since": "from", "until": "to"}
    response = api.get("/api/slots/", {names.get(name, name): value for name, value in parameters.items()})
    assert response.status_code == status, response.json()
    return response.json()


def starts(api: APIClient, **parameters: Any) -> list[str]:
    return [slot["start"] for slot in ask(api, **parameters)["results"]]


def refusal(api: APIClient, **parameters: Any) -> Any:
    return ask(api, status=400, **parameters)
