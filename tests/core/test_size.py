"""A body of more than 1 MiB, or of less than was announced, is refused, whatever stands in front of it."""

import asyncio
import json
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest

from core.asgi import application as asgi
from core.size import asgi as through_asgi
from core.size import is_read, wsgi

MIB = 1024 * 1024
REFUSED = (413, {"detail": "The body is larger than 1 MiB. Send less."})
ID = "5f0c9c0e-3f5e-4a57-9d38-6a4a0a6f7f10"


def read(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(environ["wsgi.input"].read())).encode()]


def test_a_body_of_more_than_one_mebibyte_is_refused() -> None:
    with httpx.Client(transport=httpx.WSGITransport(wsgi(read)), base_url="http://testserver") as client:
        assert client.post("/", content=b"a" * MIB).text == str(MIB)
        refused = client.post("/", content=b"a" * (MIB + 1), headers={"X-Request-ID": ID})
    assert (refused.status_code, refused.json(), refused.headers["X-Request-ID"]) == (*REFUSED, ID)


def chunked(body: bytes, *, ends: bool = True) -> tuple[str, bytes]:
    """Status and body of the answer to a body without a length; ``ends``: the server tells where it does."""
    return answered(body, {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": ends})


def answered(body: bytes, environ: dict[str, Any]) -> tuple[str, bytes]:
    said: list[str] = []
    environ |= {"wsgi.input": BytesIO(body)}
    answer = wsgi(echo)(environ, lambda status, headers: said.append(status))
    return said[0], b"".join(answer)


def echo(environ: Any, start_response: Any) -> list[bytes]:
    """As much as the environment says that there is: as Django reads it."""
    start_response("200 OK", [])
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))]


def test_a_body_in_chunks_is_read_and_no_more_of_it_than_of_others() -> None:
    assert chunked(b"a" * MIB) == ("200 OK", b"a" * MIB)
    assert chunked(b"a" * (MIB + 1))[0] == "413 Content Too Large"


def test_where_nobody_tells_where_chunks_end_the_length_is_asked_for() -> None:
    status, body = chunked(b"a", ends=False)
    assert (status, json.loads(body)) == (
        "411 Length Required",
        {"detail": "Send the body's length, in Content-Length."},
    )


def test_a_body_without_a_length_is_read_where_the_server_tells_its_end() -> None:
    """As it comes by HTTP/2."""
    assert answered(b"a" * MIB, {"wsgi.input_terminated": True}) == ("200 OK", b"a" * MIB)
    assert answered(b"a" * (MIB + 1), {"wsgi.input_terminated": True})[0] == "413 Content Too Large"
    assert answered(b"", {"wsgi.input_terminated": True}) == ("200 OK", b"")
    assert answered(b"left unread", {"wsgi.input_terminated": False}) == ("200 OK", b"")


def test_a_form_of_which_a_part_was_lost_is_refused() -> None:
    form = b"full_name=Jane&phone_number=0712345678"
    assert answered(form, {"CONTENT_LENGTH": "38"}) == ("200 OK", form)
    status, body = answered(form[:-3], {"CONTENT_LENGTH": "38"})
    assert (status, json.loads(body)) == ("400 Bad Request", {"detail": "The body ended too soon. Send all of it."})


def test_what_comes_after_the_body_is_not_read() -> None:
    assert answered(b"full_name=JaneGET /", {"CONTENT_LENGTH": "14"}) == ("200 OK", b"full_name=Jane")


TOO_LARGE = {
    "type": "about:blank",
    "title": "Content Too Large",
    "status": 413,
    "detail": "The body is larger than 1 MiB. Send less.",
    "code": "too_large",
}


def test_whoever_asks_for_problems_is_told_by_one() -> None:
    with httpx.Client(transport=httpx.WSGITransport(wsgi(read)), base_url="http://testserver") as client:
        refused = client.post("/", content=b"a" * (MIB + 1), headers={"Accept": "application/problem+json"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (413, "application/problem+json")
    assert refused.json() == TOO_LARGE


def test_an_asgi_server_tells_by_a_problem_too() -> None:
    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi), base_url="http://testserver") as client:
            headers = {"Accept": "application/json, application/problem+json"}
            return await client.post("/api/patients/", content=b"a" * (MIB + 1), headers=headers)

    answer = asyncio.run(post())
    assert (answer.headers["Content-Type"], answer.json()) == ("application/problem+json", TOO_LARGE)


@pytest.mark.parametrize(
    ("length", "read"),
    [
        pytest.param(str(MIB), True, id="1 MiB"),
        pytest.param(str(MIB + 1), False, id="a byte more"),
        pytest.param("9" * 5000, False, id="more digits than Python reads"),
        pytest.param("²", True, id="no digit to Python"),
        pytest.param("", True, id="none"),
    ],
)
def test_whatever_is_sent_as_a_length_is_judged(length: str, read: bool) -> None:
    assert is_read(length) is read


@pytest.mark.parametrize("length", ["named", "unnamed"])
@pytest.mark.django_db
def test_an_asgi_server_refuses_it_even_if_its_length_is_not_named(length: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(17):
            yield b"a" * (MIB // 16)

    async def post() -> httpx.Response:
        content = chunks() if length == "unnamed" else b"a" * (MIB + 1)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(asgi), base_url="http://testserver") as client:
            return await client.post("/api/patients/", content=content, headers={"X-Request-ID": ID})

    answer = asyncio.run(post())
    assert (answer.status_code, answer.json(), answer.headers["X-Request-ID"]) == (*REFUSED, ID)


def asked_of_asgi(*messages: dict[str, Any], headers: tuple[tuple[bytes, bytes], ...] = ()) -> tuple[int, Any, Any]:
    """Status and body of the answer to a request of these parts, and what the application behind was given of them."""
    said: list[Any] = []
    given: list[Any] = []
    coming = list(messages)

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        message = await receive()
        given.append((dict(scope["headers"])[b"content-length"], message["body"], message["more_body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        said.append(message)

    asyncio.run(through_asgi(application)({"type": "http", "headers": headers}, receive, send))
    return said[0]["status"], json.loads(said[1]["body"]), given


def test_an_asgi_server_gives_a_body_in_parts_a_length() -> None:
    parts = [{"type": "http.request", "body": body, "more_body": body == b"full_"} for body in (b"full_", b"name")]
    assert asked_of_asgi(*parts) == (200, {}, [(b"9", b"full_name", False)])
    assert asked_of_asgi(*parts, headers=((b"content-length", b"9"),)) == (200, {}, [(b"9", b"full_name", False)])


def test_an_asgi_server_refuses_a_form_of_which_a_part_was_lost() -> None:
    parts = [{"type": "http.request", "body": b"full_", "more_body": True}, {"type": "http.disconnect"}]
    assert asked_of_asgi(*parts) == (400, {"detail": "The body ended too soon. Send all of it."}, [])
