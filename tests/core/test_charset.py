"""Only UTF-8 is read, whatever a client names."""

import asyncio
from typing import Any

import httpx
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from rest_framework.test import APIClient

from core.asgi import application as asgi
from core.wsgi import application as wsgi
from patients.models import Patient

REFUSED = (415, {"detail": "Unsupported charset in Content-Type. Send UTF-8."})
ODD = pytest.mark.parametrize(
    "charset", ["hex", "zlib", "rot13", "punycode", "undefined", "utf-7", "utf-16", "latin-1"]
)


@pytest.fixture
def client(api: APIClient) -> Any:
    """Through the door that gunicorn and runserver open."""
    headers = {"Authorization": api._credentials["HTTP_AUTHORIZATION"]}
    # A request's end closes the connection, and with it the test's transaction: Django's own client does as here.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with httpx.Client(transport=httpx.WSGITransport(wsgi), base_url="http://testserver", headers=headers) as client:
        yield client
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@ODD
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_nothing_but_utf_8_is_read(client: httpx.Client, kind: str, charset: str) -> None:
    headers = {"Content-Type": f"{kind}; boundary=x; charset={charset}"}
    for method, url in (("POST", "/api/patients/"), ("GET", "/api/appointments/?status=%2B2AA-"), ("GET", "/?a=%ff")):
        answer = client.request(method, url, content=b'{"full_name": "A", "phone_number": "071"}', headers=headers)
        assert (answer.status_code, answer.json()) == REFUSED
    assert Patient.objects.count() == 0


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", "nobody-knows-it"])
def test_utf_8_by_any_name_is_read(client: httpx.Client, charset: str) -> None:
    headers = {"Content-Type": f"application/json; charset={charset}"}
    body = '{"full_name": "Zo\\u00eb", "phone_number": "0712345678"}'
    answer = client.post("/api/patients/", content=body, headers=headers)
    assert (answer.status_code, answer.json()["full_name"]) == (201, "Zoë")


@pytest.mark.parametrize("parameter", ["x*=nobody-knows-it''y", "charset*=nobody-knows-it''utf-8"])
def test_a_parameter_in_an_unknown_encoding_is_refused(client: httpx.Client, parameter: str) -> None:
    answer = client.post("/api/patients/", content=b"{}", headers={"Content-Type": f"application/json; {parameter}"})
    assert (answer.status_code, answer.json()) == REFUSED


def test_whoever_asks_for_problems_is_told_by_one(client: httpx.Client) -> None:
    headers = {"Content-Type": "application/json; charset=utf-16", "Accept": "application/problem+json"}
    answer = client.post("/api/patients/", content=b"{}", headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"]) == (415, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Unsupported Media Type",
        "status": 415,
        "detail": "Unsupported charset in Content-Type. Send UTF-8.",
        "code": "unsupported_media_type",
    }


@ODD
def test_an_asgi_server_reads_nothing_but_utf_8_either(charset: str) -> None:
    async def get() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi), base_url="http://testserver") as client:
            return await client.get("/healthz?a=%ff", headers={"Content-Type": f"text/plain; charset={charset}"})

    answer = asyncio.run(get())
    assert (answer.status_code, answer.json()) == REFUSED
