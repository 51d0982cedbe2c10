"""PostgreSQL is connected and says nothing: its machine has stopped, or the network loses what it says."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlsplit

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from common import postgres
from common.postgres import Connection, giving_up_after
from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call, booking
from tests.concurrency.test_idempotency import keyed
from tests.faults.packet_loss import link, why_not
from tests.faults.proxied import behind_a_proxy, seconds_until_it_books
from tests.faults.test_kills import DURING_COMMIT, KEY
from tests.faults.test_server import waiting
from tests.faults.waiting import until
from tools.proxy import Proxy

pytestmark = [
    pytest.mark.xdist_group("waiting"),  # which is most of what these do: beside those that load every core
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]
SILENCE = "2"  # seconds
# What a request may take: it finds out that its connection is dead, and waits for another one (5 s, the pool's).
SECONDS_TO_GIVE_UP = 15
CLIENTS = 8
PROBLEM = "application/problem+json"
BUSY = "The system is busy. Nothing was changed; please try again."


@pytest.fixture
def server() -> Iterator[tuple[Proxy, str]]:
    """A proxy in front of a PostgreSQL, and the address through it."""
    there = urlsplit(os.environ["TEST_DATABASE_URL"])
    with closing(Proxy((there.hostname or "127.0.0.1", there.port or 5432))) as proxy:
        who, _, _ = there.netloc.rpartition("@")
        yield proxy, there._replace(netloc=f"{who}@{proxy.host}:{proxy.port}").geturl()


def test_a_connection_that_stays_silent_is_given_up_and_closed(server: tuple[Proxy, str]) -> None:
    proxy, url = server
    with closing(giving_up_after(1).connect(url)) as silent:
        silent.cursor().execute("SELECT 1")
        proxy.freeze()
        began = time.monotonic()
        with pytest.raises(psycopg.OperationalError, match=r"^PostgreSQL was silent for 1 seconds\.$"):
            silent.cursor().execute("SELECT 1")
        assert 1 <= time.monotonic() - began < SECONDS_TO_GIVE_UP
        assert silent.closed


def test_a_server_that_is_only_slow_is_waited_for(server: tuple[Proxy, str]) -> None:
    _, url = server
    with closing(giving_up_after(0).connect(url)) as slow:
        assert slow.cursor().execute("SELECT pg_sleep(1.5), 7").fetchall()[0][1] == 7


def test_an_error_of_the_server_closes_nothing(server: tuple[Proxy, str]) -> None:
    _, url = server
    with closing(Connection.connect(url, options="-c statement_timeout=50")) as usable:
        with pytest.raises(psycopg.errors.QueryCanceled):
            usable.cursor().execute("SELECT pg_sleep(5)")
        usable.rollback()
        assert usable.cursor().execute("SELECT 7").fetchall() == [(7,)]


def test_an_idle_connection_that_shows_no_life_takes_those_beside_it_along(
    server: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One by one the pool would find them out, and rest longer after each: five seconds for four."""
    monkeypatch.setattr(postgres, "SECONDS_TO_SHOW_LIFE", 0.2)
    proxy, url = server
    with ConnectionPool(
        url, min_size=4, max_size=4, connection_class=Connection, check=ConnectionPool.check_connection, timeout=5
    ) as pool:
        pool.wait(30)
        assert proxy.drop() == 4
        with pool.connection() as anew:
            assert anew.cursor().execute("SELECT 7").fetchall() == [(7,)]
        assert pool.get_stats()["connections_lost"] <= 2


@pytest.mark.parametrize(("seconds_ago", "asked"), [(0.5, 0), (1.5, 1)])
def test_a_connection_that_has_just_answered_is_not_asked_for_a_sign_of_life(
    server: tuple[Proxy, str], monkeypatch: pytest.MonkeyPatch, seconds_ago: float, asked: int
) -> None:
    """It would be asked before every request."""
    _, url = server
    with closing(Connection.connect(url, autocommit=True)) as served:
        sent: list[object] = []
        wait = Connection.wait
        monkeypatch.setattr(
            Connection, "wait", lambda self, *args, **more: (sent.append(1), wait(self, *args, **more))[1]
        )
        served._heard = time.monotonic() - seconds_ago
        ConnectionPool.check_connection(served)
        assert len(sent) == asked


def test_a_connection_whose_server_has_gone_is_found_out_however_lately_it_answered(server: tuple[Proxy, str]) -> None:
    proxy, url = server
    with closing(Connection.connect(url, autocommit=True)) as served:
        served.cursor().execute("SELECT 1")
        assert proxy.drop() == 1
        with pytest.raises(psycopg.OperationalError):
            ConnectionPool.check_connection(served)


def test_while_it_is_silent_everybody_hears_503_in_time_and_it_returns_by_itself(serve: Serve) -> None:
    with behind_a_proxy(serve, DATABASE_SILENCE_SECONDS=SILENCE) as (clinic, proxy, _):
        doctor = clinic.doctor()
        slots, patients = iter(clinic.slots(doctor, 60)), iter(clinic.patients(60))
        proxy.freeze()
        for _ in range(2):  # on connections that there were, and then on new ones
            began = time.monotonic()
            answers = clinic.at_once([booking(next(patients), doctor, next(slots)) for _ in range(CLIENTS)])
            took = time.monotonic() - began
            told = {(answer.status_code, answer.headers.get("Retry-After"), answer.text) for answer in answers}
            assert told == {(503, "1", f'{{"detail":"{BUSY}"}}')}
            print(f"\n{CLIENTS} clients, all told after {took:.1f} s")
            assert took < 2 * SECONDS_TO_GIVE_UP
        assert clinic.client.get("/healthz").status_code == 200
        proxy.heal()
        took = seconds_until_it_books(clinic, patients, doctor, slots)
        print(f"Back in {took:.1f} s")
        assert clinic.booked(doctor) == 1
        assert clinic.overlaps() == 0


def test_silent_during_the_commit_it_says_that_nobody_knows_and_the_same_key_finds_out(serve: Serve) -> None:
    with behind_a_proxy(serve, DATABASE_SILENCE_SECONDS=SILENCE) as (clinic, proxy, url):
        doctor = clinic.doctor()
        request = keyed(booking(clinic.patient(), doctor, clinic.slots(doctor, 1)[0]), "once")
        problem = Call(request.method, request.path, request.body, (*request.headers, ("Accept", PROBLEM)))
        with ThreadPoolExecutor(1) as clients, closing(psycopg.connect(url, autocommit=True)) as other:
            other.execute(DURING_COMMIT)
            other.execute("SELECT pg_advisory_lock(%s)", [KEY])
            answer = clients.submit(clinic.send, problem)
            until(lambda: waiting(clinic) == 1)
            proxy.freeze()
            other.execute("SELECT pg_advisory_unlock(%s)", [KEY])  # it commits, and nobody hears
            told = answer.result()
            assert (told.status_code, told.headers["Retry-After"]) == (503, "1")
            assert told.json()["code"] == "outcome_unknown"
            assert clinic.booked(doctor) == 1
            proxy.heal()
            other.execute("DROP FUNCTION wait_for_the_test CASCADE")
        until(lambda: clinic.client.get("/api/doctors/?page_size=1").status_code == 200)
        again = clinic.send(request)
        assert (again.status_code, again.headers.get("Idempotent-Replayed")) == (201, "true")
        assert clinic.visits(doctor) == [again.json()["id"]]


@pytest.mark.slow
def test_where_packets_are_lost_it_is_given_up_and_back_within_5_seconds(serve: Serve) -> None:
    if reason := why_not():
        pytest.skip(reason)
    with link() as network, behind_a_proxy(serve, network.listener()) as (clinic, _, _):
        doctor = clinic.doctor()
        slots, patients = iter(clinic.slots(doctor, 60)), iter(clinic.patients(60))
        for seconds in (2, 30):
            network.lose()
            began, longest = time.monotonic(), 0.0
            while time.monotonic() - began < seconds:
                asked = time.monotonic()
                answer = clinic.send(booking(next(patients), doctor, next(slots)))
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
                longest = max(longest, time.monotonic() - asked)
            network.heal()
            took = seconds_until_it_books(clinic, patients, doctor, slots)
            print(f"\n{seconds} s of lost packets: told after {longest:.1f} s at most, back in {took:.1f} s")
            assert took < 5
        assert clinic.booked(doctor) == 2
