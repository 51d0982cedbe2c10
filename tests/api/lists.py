"""What a list shows, and how it refuses."""

from typing import Any

from rest_framework.test import APIClient


def names(api: APIClient, url: str, field: str = "full_name") -> list[Any]:
    answer = api.get(url)
    assert answer.status_code == 200, answer.json()
    return [row[field] for row in answer.json()["results"]]


def refusal(api: APIClient, url: str) -> Any:
    answer = api.get(url)
    assert answer.status_code == 400, answer.content
    return answer.json()
