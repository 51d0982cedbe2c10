"""Rates: exact where they are strict, free of queries for those who are not near, shared by all processes."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import override_settings

from common import clock, rates
from common.errors import TooOften
from common.models import Count

pytestmark = pytest.mark.django_db
NumQueries = Callable[[int], AbstractContextManager[Any]]
HOUR = 3600


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    rates.forget()
    yield
    rates.forget()


def passed(who: str, rate: rates.Rate, times: int) -> int:
    """How many of so many requests were let through."""
    count = 0
    for _ in range(times):
        try:
            rates.spend("test", who, rate)
        except TooOften:
            continue
        count += 1
    return count


def test_a_strict_rate_is_exact_across_processes() -> None:
    assert passed("jane", (5, HOUR), 3) == 3
    rates.forget()  # another process
    assert passed("jane", (5, HOUR), 9) == 2
    rates.forget()
    assert passed("jane", (5, HOUR), 1) == 0
    assert passed("john", (5, HOUR), 9) == 5


def test_who_is_refused_is_told_when_to_come_back(clock: time_machine.Traveller) -> None:
    clock.shift(timedelta(minutes=20))
    passed("jane", (1, HOUR), 1)
    with pytest.raises(TooOften) as caught:
        rates.spend("test", "jane", (1, HOUR))
    assert caught.value.retry_after_seconds == 40 * 60
    assert caught.value.message == "Too many requests. Wait 2400 seconds and try again."


def test_the_next_period_begins_anew(clock: time_machine.Traveller) -> None:
    assert passed("jane", (5, HOUR), 9) == 5
    clock.shift(timedelta(hours=1))
    assert passed("jane", (5, HOUR), 9) == 5


def test_a_generous_rate_costs_a_query_in_a_fiftieth_of_it(django_assert_num_queries: NumQueries) -> None:
    with django_assert_num_queries(0):
        assert passed("jane", (5000, 60), 100) == 100
    with django_assert_num_queries(2):  # the count, and the clearing of old ones by the first of a period
        assert passed("jane", (5000, 60), 100) == 100
    with django_assert_num_queries(1):
        assert passed("jane", (5000, 60), 100) == 100


def test_a_process_lets_no_more_pass_than_a_fiftieth_beyond_the_rate(django_assert_num_queries: NumQueries) -> None:
    assert passed("jane", (500, 60), 2000) == 510
    with django_assert_num_queries(0):  # who is refused costs no more queries
        assert passed("jane", (500, 60), 100) == 0


def test_who_is_not_known_any_more_is_counted_where_all_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory of a process has a bound; what is forgotten there is in the count that all share."""
    monkeypatch.setattr(rates, "MOST_KEYS", 2)
    assert passed("jane", (5, HOUR), 4) == 4
    assert [passed(who, (5, HOUR), 1) for who in ("john", "jack")] == [1, 1]
    assert set(rates._known) == {"test:jack"}
    assert passed("jane", (5, HOUR), 4) == 1


def test_no_rate_is_no_limit(django_assert_num_queries: NumQueries) -> None:
    with django_assert_num_queries(0):
        rates.spend("test", "jane", None)


def test_counts_of_days_ago_are_cleared() -> None:
    Count.objects.create(key="test:old", until=clock.now() - timedelta(days=3), count=1)
    Count.objects.create(key="test:new", until=clock.now() - timedelta(days=1), count=1)
    passed("jane", (5, HOUR), 1)
    assert list(Count.objects.order_by("key").values_list("key", flat=True)) == ["test:jane", "test:new"]


@override_settings(
    CACHE_URL="rediscache://", CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
)
def test_a_cache_that_processes_share_counts_instead_of_the_database(django_assert_num_queries: NumQueries) -> None:
    with django_assert_num_queries(0):
        assert passed("cached", (5, HOUR), 3) == 3
        rates.forget()
        assert passed("cached", (5, HOUR), 9) == 2


@override_settings(CACHE_URL="rediscache://", CACHES={"default": {"BACKEND": "tests.common.test_rates.Broken"}})
def test_a_cache_that_is_away_keeps_nobody_from_working(caplog: pytest.LogCaptureFixture) -> None:
    assert passed("jane", (5, HOUR), 9) == 9
    assert [record.message for record in caplog.records] == [
        "The cache that counts requests did not answer: none is refused for 5 seconds."
    ]


class Broken:
    """A cache whose machine is away."""

    def __init__(self, *args: object) -> None:
        raise ConnectionError
