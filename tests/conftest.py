"""What every test may ask for."""

from collections.abc import Iterator

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import NOW
from tests.tokens import token_of


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Time stands still at `NOW`, a Monday, unless a test moves it: no test depends on the day it runs."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_superuser("reception", password="a-long-password")


@pytest.fixture
def api(user: User) -> APIClient:
    """An integrator with a token."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token_of(user)}")
    return client
