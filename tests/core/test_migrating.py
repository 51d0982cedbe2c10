"""Migrations of large tables are not cut short."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import pre_migrate

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite ends no statement by itself"),
]


def limits() -> tuple[str, str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
        return (*cursor.fetchone(), connection.connection.silence_seconds)


@pytest.fixture
def served(db: None) -> Iterator[None]:
    """The connection is given up after 12 seconds of silence, as those of a server are."""
    connection.connection.silence_seconds = 12
    yield
    del connection.connection.silence_seconds


@pytest.fixture
def seen() -> Iterator[list[Any]]:
    found: list[Any] = []

    def look(**_: Any) -> None:
        found.append(limits())

    pre_migrate.connect(look)
    yield found
    pre_migrate.disconnect(look)


def test_a_migration_takes_as_long_as_it_has_to_but_waits_for_no_lock_without_end(
    served: None, seen: list[Any]
) -> None:
    call_command("migrate", verbosity=0)
    assert set(seen) == {("0", "3s", 0)}
    assert limits() == ("10s", "3s", 12)
