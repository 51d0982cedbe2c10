"""The id that joins what is known of a request."""

import uuid

import pytest

from common import request_id


@pytest.mark.parametrize(
    "sent",
    [
        "5f0c9c0e-3f5e-4a57-9d38-6a4a0a6f7f10",
        "4BF92F3577B34DA6A3CE929D0E0E4736",
        "0123456789abcdef",
        "a" * 64,
    ],
)
def test_an_id_that_is_sent_is_kept(sent: str) -> None:
    assert request_id.choose(sent) == sent


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "1234",
        "a" * 65,
        "Jane-Doe-Jane-Doe",
        "+254712345678",
        "0712345678",
        "{'a': '0123456789abcdef'}",
        "a" * 16 + "\n",
    ],
)
def test_what_is_no_id_is_replaced_by_a_new_one(sent: str) -> None:
    first, second = request_id.choose(sent), request_id.choose(sent)
    assert first != second
    assert str(uuid.UUID(first)) == first


def test_the_id_is_read_where_wsgi_puts_it() -> None:
    assert request_id.of({"HTTP_X_REQUEST_ID": "0123456789abcdef"}) == "0123456789abcdef"
    assert uuid.UUID(request_id.of({}))


def test_there_is_an_id_only_while_a_request_is_in_hand() -> None:
    assert (request_id.current(), request_id.current_request()) == ("", None)
    with request_id.in_hand("0123456789abcdef"):
        assert request_id.current() == "0123456789abcdef"
    assert request_id.current() == ""
