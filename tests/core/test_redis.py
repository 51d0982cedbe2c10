"""What CACHE_URL changes, asked of a real Redis: rates are counted there, for all processes together."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import override_settings
from rest_framework.test import APIClient

from common import rates
from tests.common.test_rates import HOUR, passed
from tests.core.environment import PRODUCTION, Settings
from tests.redis import Redis, needed, throwaway

pytestmark = [needed, pytest.mark.once, pytest.mark.django_db, pytest.mark.xdist_group("redis")]
NumQueries = Callable[[int], AbstractContextManager[Any]]
NOT_ANSWERED = "The cache that counts requests did not answer: none is refused for 5 seconds."


@pytest.fixture
def redis(settings_of: Settings) -> Iterator[Redis]:
    """A server that the settings name, as CACHE_URL makes them."""
    with throwaway() as server:
        settings = settings_of(**PRODUCTION, CACHE_URL=server.url)
        with override_settings(CACHE_URL=settings["CACHE_URL"], CACHES=settings["CACHES"]):
            rates.forget()
            try:
                yield server
            finally:
                rates.forget()
                for pool in cache._cache._pools.values():
                    pool.disconnect()


def test_redis_counts_for_all_processes_instead_of_the_database(
    redis: Redis, django_assert_num_queries: NumQueries
) -> None:
    with django_assert_num_queries(0):
        assert passed("jane", (5, HOUR), 3) == 3
        rates.forget()  # another process
        assert passed("jane", (5, HOUR), 9) == 2
        rates.forget()
        assert passed("jane", (5, HOUR), 1) == 0
        assert passed("john", (5, HOUR), 9) == 5


def test_redis_forgets_a_count_when_its_period_is_over(redis: Redis, clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(minutes=20))
    passed("jane", (5, HOUR), 1)
    client = cache._cache.get_client()
    [key] = client.keys("*")
    assert key == b":1:rate:test:jane:20260302070000"
    assert client.ttl(key) in (2401, 2400)  # its clock runs


def test_the_next_period_begins_anew_in_redis(redis: Redis, clock: time_machine.Traveller) -> None:
    assert passed("jane", (5, HOUR), 9) == 5
    clock.shift(timedelta(hours=1))
    assert passed("jane", (5, HOUR), 9) == 5


def test_the_api_refuses_whom_redis_has_counted_too_often(redis: Redis, api: APIClient) -> None:
    with override_settings(RATE_LIMIT_USER=(3, HOUR)):
        answers = [api.get("/api/doctors/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[3]["Retry-After"] == "3600"


def test_while_redis_is_away_nobody_is_refused_and_it_counts_again_when_it_is_back(
    redis: Redis, clock: time_machine.Traveller, caplog: pytest.LogCaptureFixture
) -> None:
    assert passed("jane", (5, HOUR), 4) == 4
    redis.stop()
    assert passed("jane", (5, HOUR), 9) == 9
    redis.start()
    assert passed("jane", (5, HOUR), 9) == 9  # it is not asked yet
    assert [record.message for record in caplog.records] == [NOT_ANSWERED]
    clock.shift(timedelta(seconds=5))
    assert passed("jane", (5, HOUR), 9) == 5


def test_a_redis_that_was_started_anew_is_counted_with_at_once(redis: Redis) -> None:
    assert passed("jane", (5, HOUR), 4) == 4
    redis.stop()
    redis.start()
    assert passed("jane", (5, HOUR), 9) == 5


def test_a_redis_that_says_nothing_is_waited_for_once(redis: Redis, caplog: pytest.LogCaptureFixture) -> None:
    assert passed("jane", (5, HOUR), 1) == 1
    redis.fall_silent()
    assert passed("jane", (5, HOUR), 9) == 9
    assert [record.message for record in caplog.records] == [NOT_ANSWERED]
