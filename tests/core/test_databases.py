"""What makes bookings safe is in force on the connection, and what is counted is shared."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import ConnectionHandler

from common.postgres import Connection
from tests.core.environment import PRODUCTION, Settings

# --- The database --------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Engine not recognized")
@pytest.mark.parametrize("url", ["mysql://user@host/name", "clinic.db", ""])
def test_a_database_without_the_guards_is_refused(settings_of: Settings, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL names no database that can refuse a double booking"):
        settings_of(**PRODUCTION, DATABASE_URL=url)


@pytest.mark.django_db  # only to be allowed a connection of its own
def test_sqlite_serialises_writers_and_survives_a_power_cut(settings_of: Settings, tmp_path: Path) -> None:
    path = tmp_path / "clinic.sqlite3"
    databases = settings_of(**PRODUCTION, DATABASE_URL=f"sqlite:///{path}")["DATABASES"]
    sqlite = ConnectionHandler(databases)["default"]
    with closing(sqlite), sqlite.cursor() as cursor:
        pragmas = ("journal_mode", "synchronous", "busy_timeout")
        answers = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in pragmas]
        assert answers == ["wal", 2, 20_000]  # 2 is FULL
    with closing(sqlite), closing(sqlite3.connect(path, timeout=0)) as other:
        sqlite.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)  # how atomic() begins
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        sqlite.rollback()


def test_postgresql_gives_up_waiting_and_keeps_a_pool(settings_of: Settings) -> None:
    databases = settings_of(**PRODUCTION, DATABASE_URL="postgres://u:p%40ss@db:5433/clinic?sslmode=require")[
        "DATABASES"
    ]
    database = databases["default"]
    assert {name: database[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "CONN_HEALTH_CHECKS")} == {
        "NAME": "clinic",
        "USER": "u",
        "PASSWORD": "p@ss",
        "HOST": "db",
        "PORT": 5433,
        "CONN_HEALTH_CHECKS": True,
    }
    connection_class = database["OPTIONS"]["pool"]["connection_class"]
    assert (connection_class.__base__, connection_class.silence_seconds) == (Connection, 12)
    assert database["OPTIONS"] == {
        "sslmode": "require",
        "options": "-c lock_timeout=3000 -c statement_timeout=10000 -c plan_cache_mode=force_generic_plan",
        "prepare_threshold": 0,
        "pool": {
            "min_size": 1,
            "max_size": 8,
            "timeout": 5,
            "reconnect_timeout": 3,
            "connection_class": connection_class,
        },
        "connect_timeout": 5,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="asks a live PostgreSQL")
def test_a_live_postgresql_connection_has_the_timeouts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("3s", "10s")


# --- Redis ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["locmemcache://", "dummycache://", "filecache:///tmp/cache"])
def test_a_cache_that_processes_do_not_share_is_refused(settings_of: Settings, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^CACHE_URL names a cache that processes do not share"):
        settings_of(**PRODUCTION, CACHE_URL=url)


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("rediscache://127.0.0.1:6379/0", "redis://127.0.0.1:6379/0"),
        ("redis://clinic:hush@redis.internal:6379/1", "redis://clinic:hush@redis.internal:6379/1"),
        ("rediss://redis.internal:6380/0", "rediss://redis.internal:6380/0"),
    ],
)
def test_a_redis_is_used_and_not_waited_for(
    settings_of: Settings, monkeypatch: pytest.MonkeyPatch, url: str, location: str
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    assert settings_of(**PRODUCTION, CACHE_URL=url)["CACHES"] == {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": location,
            "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
        }
    }


@pytest.mark.parametrize(
    "url", ["memcache://:hush@127.0.0.1:11211", "valkey://:hush@127.0.0.1:6379/0", "redis://:hush@redis/0?timeout=5"]
)
def test_a_cache_that_was_never_tried_is_refused_without_its_password(settings_of: Settings, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^CACHE_URL is for Redis alone, without a \? and what") as caught:
        settings_of(**PRODUCTION, CACHE_URL=url)
    assert "hush" not in str(caught.value)


def test_without_a_client_for_it_a_redis_is_refused(settings_of: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured) as caught:
        settings_of(**PRODUCTION, CACHE_URL="rediscache://127.0.0.1:6379/0")
    assert str(caught.value) == (
        "CACHE_URL is set, but the package redis is not installed: nobody would be counted. "
        "Run pip install -r requirements-production.txt, or unset it: then requests are counted in the database."
    )
