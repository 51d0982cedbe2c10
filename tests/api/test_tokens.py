"""/api-token-auth/"""

import re

import pytest
from rest_framework.test import APIClient

from accounts.models import Token, User
from accounts.roles import Role

URL = "/api-token-auth/"
NO_TOKEN = {"detail": "Authentication credentials were not provided."}


@pytest.fixture
def kimutai(db: None) -> dict[str, str]:
    User.objects.create_user("kimutai", password="cosmas@44", role=Role.RECEPTIONIST)
    return {"username": "kimutai", "password": "cosmas@44"}


def test_name_and_password_give_a_token(kimutai: dict[str, str]) -> None:
    answer = APIClient().post(URL, kimutai)
    assert (answer.status_code, list(answer.json())) == (200, ["token"])
    assert re.fullmatch(r"[0-9a-f]{40}", answer.json()["token"])


def test_the_token_opens_the_api(kimutai: dict[str, str]) -> None:
    client = APIClient()
    token = client.post(URL, kimutai).json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.get("/api/patients/").status_code == 200


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"username": "nobody"}])
def test_wrong_credentials_get_one_answer(kimutai: dict[str, str], change: dict[str, str]) -> None:
    answer = APIClient().post(URL, kimutai | change)
    assert (answer.status_code, answer.json()) == (
        400,
        {"non_field_errors": ["Unable to log in with provided credentials."]},
    )


def test_a_stale_token_does_not_keep_one_from_logging_in(kimutai: dict[str, str]) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION="Token stale")
    assert client.post(URL, kimutai).status_code == 200


def test_delete_revokes_the_token(kimutai: dict[str, str]) -> None:
    client = APIClient()
    token = client.post(URL, kimutai).json()["token"]
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert client.delete(URL).status_code == 204
    assert Token.objects.count() == 0
    assert client.get("/api/patients/").status_code == 401


def test_delete_without_a_token_is_401(db: None) -> None:
    answer = APIClient().delete(URL)
    assert (answer.status_code, answer.json()) == (401, NO_TOKEN)


@pytest.mark.parametrize(
    "path",
    ["patients/", "patients/1/", "doctors/", "doctors/1/hours/", "appointments/", "appointments/1/cancel/", "slots/"],
)
def test_without_a_token_it_is_401(db: None, path: str) -> None:
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(APIClient(), method)(f"/api/{path}")
        assert (answer.status_code, answer.json()) == (401, NO_TOKEN)
        assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize(
    "header",
    [
        "Token 43dca77ace84f995ffee2267f9cd070e1d4cff73",
        "Token",
        "Token a b",
        "Token \xff",
        "Bearer 43dca77ace84f995ffee2267f9cd070e1d4cff73",
    ],
)
def test_with_a_wrong_token_it_is_the_401_of_none(db: None, header: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get("/api/patients/")
    assert (answer.status_code, answer.json(), answer["WWW-Authenticate"]) == (401, NO_TOKEN, "Token")


def test_an_inactive_user_is_401(api: APIClient, user: User) -> None:
    user.is_active = False
    user.save()
    assert api.get("/api/patients/").status_code == 401
