"""Where a request comes from, as proxies write it."""

from typing import Any

import pytest
from django.test import RequestFactory

from common.addresses import client_address

PROXY = "127.0.0.1"


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.9, 203.0.113.7", "203.0.113.7"),  # what stands before, the client may have said
        ("203.0.113.7:5678", "203.0.113.7"),
        ("2001:DB8::7", "2001:db8::7"),
        ("[2001:db8::7]:5678", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ("unknown", ""),
        ("", PROXY),
    ],
)
def test_the_client_is_whom_the_proxy_names(forwarded: str, client: str, settings: Any) -> None:
    settings.BEHIND_PROXY = True
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == client


def test_without_a_proxy_what_a_client_says_counts_for_nothing(settings: Any) -> None:
    settings.BEHIND_PROXY = False
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", headers={"X-Forwarded-For": "198.51.100.9"})
    assert client_address(request) == "203.0.113.7"
