"""Many guess a password at the same moment: no more are judged than one after the other would be."""

from collections.abc import Iterator

import httpx
import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call, Clinic, told
from tools.serving import nursery
from tools.serving.server import environment

pytestmark = pytest.mark.xdist_group("concurrency")

GUESSES = 50
WRONG = '{"non_field_errors":["Unable to log in with provided credentials."]}'
LOCKED = '{"detail":"Too many attempts to sign in failed. Wait some minutes and try again, or ask your administrator."}'
JUDGED = "SELECT scope, attempts FROM accounts_attemptcounter ORDER BY scope"


@pytest.fixture(scope="module")
def served(serve: Serve) -> Iterator[Clinic]:
    with serve() as clinic:
        yield clinic


@pytest.fixture
def clinic(served: Clinic) -> Clinic:
    """Of whose accounts nobody has guessed a password yet."""
    served.database.execute("DELETE FROM accounts_attemptcounter")
    return served


def sign_in(password: str, username: str = "reception") -> Call:
    return Call("POST", "/api-token-auth/", {"username": username, "password": password})


def unlock(clinic: Clinic, username: str) -> None:
    nursery.printed(["manage.py", "unlock", username], environment(clinic.database))


def test_of_50_wrong_passwords_at_once_five_are_judged(clinic: Clinic) -> None:
    answers = clinic.at_once([sign_in("wrong")] * GUESSES)

    assert told(answers) == {(400, WRONG): 5, (429, LOCKED): 45}
    assert clinic.database.rows(JUDGED) == [("account", 5), ("address", 5), ("pair", 5)]
    assert clinic.troubles() == []

    right = clinic.send(sign_in("a-long-password"))
    assert (right.status_code, right.text) == (429, LOCKED)
    assert 0 < int(right.headers["Retry-After"]) <= 900

    unlock(clinic, "reception")
    assert clinic.send(sign_in("a-long-password")).status_code == 200


def test_of_50_guesses_of_a_name_that_nobody_has_five_are_judged(clinic: Clinic) -> None:
    answers = clinic.at_once([sign_in("wrong", "nobody")] * GUESSES)

    assert told(answers) == {(400, WRONG): 5, (429, LOCKED): 45}


def test_whoever_tries_50_accounts_at_once_has_30_judged(clinic: Clinic) -> None:
    answers = clinic.at_once([sign_in("wrong", f"user{number}") for number in range(GUESSES)])

    assert told(answers) == {(400, WRONG): 30, (429, LOCKED): 20}


def test_the_right_password_many_times_at_once_locks_nobody_out(clinic: Clinic) -> None:
    known = clinic.send(sign_in("a-long-password"))
    answers: list[httpx.Response] = clinic.at_once([sign_in("a-long-password")] * 4)

    assert [answer.status_code for answer in (known, *answers)] == [200] * 5
    assert clinic.database.rows(JUDGED) == [("account", 0), ("address", 0), ("pair", 0)]


def test_without_the_guard_all_are_judged(serve: Serve) -> None:
    with serve(guard=False) as clinic:
        answers = clinic.at_once([sign_in("wrong")] * 10)

        assert told(answers) == {(400, WRONG): 10}
