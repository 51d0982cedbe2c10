"""Browsers that are signed in."""

from collections.abc import Callable

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import make_user


def signed_in(user: User | str) -> Client:
    """A client with a session of ``user``; of a role, with that of somebody new who has it."""
    client = Client()
    client.force_login(make_user(user) if isinstance(user, str) else user)
    return client


def queries(ask: Callable[[], HttpResponse]) -> int:
    """How many queries an answer of 200 takes, once a process knows what it keeps."""
    ask()
    with CaptureQueriesContext(connection) as captured:
        assert ask().status_code == 200
    return len(captured)


def text(response: HttpResponse) -> str:
    """The page without the white space between words, to look for sentences in."""
    return " ".join(response.content.decode().split())
