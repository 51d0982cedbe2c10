"""Settings: safe by default, every variable documented, and what makes bookings safe in force on the connection."""

import ast
import logging
import os
import re
import runpy
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import ConnectionHandler

from common.postgres import Connection

ROOT = Path(__file__).resolve().parents[2]
KEY = "only-for-tests-abcdefghijklmnopqrstuvwxyz-0123456789"
PRODUCTION = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "clinic.example.org"}

Settings = Callable[..., dict[str, Any]]


def documented() -> list[str]:
    return re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that an environment with only these variables gives."""

    def load(**environment: str) -> dict[str, Any]:
        for name in documented():
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"ENV_FILE": os.devnull} | environment).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "core/settings.py"))

    return load


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,  # on a machine that is busy with other tests
    )


# --- Every variable is documented ---------------------------------------------------------------


def test_the_example_lists_exactly_the_variables_that_settings_read() -> None:
    read = {
        node.args[0].value
        for node in ast.walk(ast.parse((ROOT / "core/settings.py").read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert sorted(documented()) == sorted(read)


def test_the_example_runs_once_its_secret_key_is_replaced(settings_of: Settings) -> None:
    example = str(ROOT / ".env.example")
    with pytest.raises(ImproperlyConfigured, match=r"^SECRET_KEY is missing, shorter"):
        settings_of(ENV_FILE=example)
    settings = settings_of(ENV_FILE=example, SECRET_KEY=KEY)
    assert (settings["DEBUG"], settings["ALLOWED_HOSTS"]) == (False, ["clinic.example.org"])


def test_the_defaults_that_the_example_shows_are_the_defaults(settings_of: Settings) -> None:
    text = (ROOT / ".env.example").read_text()
    shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", text, re.MULTILINE))
    settings = settings_of(**PRODUCTION)
    plain = {name: str(settings[name]) for name in shown if isinstance(settings.get(name), str | int)}
    del plain["STATIC_ROOT"]  # depends on the machine, and says so
    assert plain == {name: shown[name] for name in plain}


# --- Safe by default -----------------------------------------------------------------------------

SECRET_KEY_SENTENCE = "SECRET_KEY is missing, shorter than 50 characters, or the example's. Set it in the environment"


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, SECRET_KEY_SENTENCE),
        ({"SECRET_KEY": KEY[:49]}, SECRET_KEY_SENTENCE),
        ({"SECRET_KEY": "insecure-development-key-never-used-without-DEBUG"}, SECRET_KEY_SENTENCE),
        ({"SECRET_KEY": "change-me" + KEY}, SECRET_KEY_SENTENCE),
        ({"SECRET_KEY": KEY, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS=* lets anyone pose as this clinic's address."),
        (PRODUCTION | {"SECURE_COOKIES": "False"}, "SECURE_COOKIES=False sends sessions over the network"),
        (PRODUCTION | {"CSRF_TRUSTED_ORIGINS": "https://*.example.org"}, "CSRF_TRUSTED_ORIGINS names whole domains"),
        (PRODUCTION | {"CSRF_TRUSTED_ORIGINS": "http://desk.example.org"}, "CSRF_TRUSTED_ORIGINS names whole domains"),
        (PRODUCTION | {"CACHE_URL": "locmemcache://"}, "CACHE_URL names a cache that processes do not share"),
        (PRODUCTION | {"DATABASE_URL": "mysql://user@host/name"}, "DATABASE_URL names no database that can refuse"),
    ],
    ids=[
        "no key",
        "short key",
        "development key",
        "example key",
        "any host",
        "cookies in the clear",
        "a whole domain",
        "an origin without TLS",
        "a cache of one process",
        "a database without guards",
    ],
)
def test_production_refuses_to_start_unsafe(environment: dict[str, str], sentence: str) -> None:
    started = run("-c", "import core.wsgi", **environment)
    assert started.returncode == 1
    assert started.stderr.splitlines()[-1].startswith(f"django.core.exceptions.ImproperlyConfigured: {sentence}")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("REQUIRE_STAFF_MFA", "Ture", "REQUIRE_STAFF_MFA='ture' is neither True nor False."),
        ("SECURE_HSTS_SECONDS", "1h", "SECURE_HSTS_SECONDS='1h' is not a whole number from 0."),
        ("HOLD_MINUTES", "-5", "HOLD_MINUTES='-5' is not a whole number from 0."),
        ("CLINIC_COUNTRY", "Kenya", "CLINIC_COUNTRY='KENYA' is not the two-letter code of a country."),
    ],
)
def test_what_cannot_be_read_is_refused_by_its_name(
    settings_of: Settings, name: str, value: str, sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(sentence)}"):
        settings_of(**PRODUCTION, **{name: value})


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"TOKEN_DAYS": "99999999999"}, "TOKEN_DAYS=99999999999 is not between 1 and 1000000."),
        ({"SESSION_HOURS": "0"}, "SESSION_HOURS=0 is not between 1 and 1000000."),
        ({"RETENTION_YEARS": "3000"}, "RETENTION_YEARS=3000 is not between 0 and 1000."),
        ({"DATABASE_URL": "postgres://u:p@db/clinic", "DATABASE_POOL_MAX": "0"}, "DATABASE_POOL_MAX=0 is not between"),
        (
            {"DATABASE_URL": "postgres://u:p@db/clinic", "DATABASE_POOL_MIN": "9"},
            "DATABASE_POOL_MIN=9 is more than DATABASE_POOL_MAX=8: no connection could be made.",
        ),
    ],
)
def test_a_number_with_which_every_request_would_fail_is_refused(
    settings_of: Settings, environment: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(sentence)}"):
        settings_of(**PRODUCTION, **environment)


@pytest.mark.parametrize("host", ["https://clinic.example.org", "clinic.example.org:443", "clinic.example.org/", "a b"])
def test_what_can_be_no_host_is_refused(settings_of: Settings, host: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^ALLOWED_HOSTS={re.escape(host)} is not the name of a host"):
        settings_of(SECRET_KEY=KEY, ALLOWED_HOSTS=f"desk.example.org,{host}")


def test_names_may_stand_apart_from_their_commas(settings_of: Settings) -> None:
    settings = settings_of(SECRET_KEY=KEY, ALLOWED_HOSTS="clinic.example.org, 127.0.0.1,", METRICS_ADDRESSES=" ::1 ")
    assert settings["ALLOWED_HOSTS"] == ["clinic.example.org", "127.0.0.1"]
    assert settings["METRICS_ADDRESSES"] == ["::1"]


def test_an_empty_line_switches_nothing_off(settings_of: Settings) -> None:
    settings = settings_of(**PRODUCTION, SECURE_SSL_REDIRECT="", SECURE_COOKIES="", SECURE_HSTS_PRELOAD=" ", DEBUG="")
    names = ["SECURE_SSL_REDIRECT", "SECURE_COOKIES", "SECURE_HSTS_PRELOAD", "DEBUG"]
    assert [settings[name] for name in names] == [True, True, True, False]


def test_a_clinic_is_never_without_a_name(settings_of: Settings) -> None:
    assert [settings_of(**PRODUCTION, CLINIC_NAME=name)["CLINIC_NAME"] for name in ("", " ")] == ["Main Clinic"] * 2


@pytest.mark.filterwarnings("ignore:Engine not recognized")
def test_a_value_that_begins_with_a_dollar_is_that_value(settings_of: Settings) -> None:
    assert settings_of(**PRODUCTION, METRICS_TOKEN="$ecret")["METRICS_TOKEN"] == "$ecret"
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL names no database"):
        settings_of(**PRODUCTION, DATABASE_URL="$NOWHERE")  # not the default, a database of its own


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgres://clinic:hush/hush@db/clinic"),
        ("CACHE_URL", "redis-cache://:hush@127.0.0.1:6379/0"),
        ("EMAIL_URL", "mail://user:hush@mail.example.org:587"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(
    settings_of: Settings, name: str, url: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{name} is not an address that can be read") as caught:
        settings_of(**PRODUCTION, **{name: url})
    assert "hush" not in str(caught.value)
    assert caught.value.__suppress_context__


# --- The file ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("REQUIRE_STAFF_MFA = True", "Line 3 of {file} cannot be read. Write NAME=value, without spaces around"),
        ("REQUIRE_STAF_MFA=True", "REQUIRE_STAF_MFA, on line 3 of {file}, is not a setting: it would be ignored. "),
    ],
)
def test_a_line_of_the_file_that_would_be_ignored_is_refused(
    settings_of: Settings, tmp_path: Path, line: str, sentence: str
) -> None:
    file = tmp_path / "clinic.env"
    file.write_text(f"# Ours\nSECRET_KEY={KEY}\n{line}\n")
    with pytest.raises(ImproperlyConfigured, match=f"^{re.escape(sentence.format(file=file))}"):
        settings_of(ENV_FILE=str(file))


def test_the_file_may_hold_what_is_for_others_and_a_byte_order_mark(settings_of: Settings, tmp_path: Path) -> None:
    file = tmp_path / "clinic.env"
    lines = [f"SECRET_KEY={KEY}", "POSTGRES_PASSWORD=p", " ", "  # Ours", "export REQUIRE_STAFF_MFA=True"]
    file.write_text("\n".join(lines), encoding="utf-8-sig")
    settings = settings_of(ENV_FILE=str(file))
    assert (settings["SECRET_KEY"], settings["REQUIRE_STAFF_MFA"]) == (KEY, True)


def test_a_file_that_is_named_and_not_there_serves_nobody(settings_of: Settings, tmp_path: Path) -> None:
    absent = tmp_path / "clinic.env"
    with pytest.raises(ImproperlyConfigured, match=f"^There is no file {re.escape(str(absent))}, which ENV_FILE names"):
        settings_of(**PRODUCTION, ENV_FILE=str(absent))
    told = run("manage.py", "check", ENV_FILE=str(absent)).stderr
    assert told == f"There is no file {absent}, which ENV_FILE names: this is DEBUG, without configuration.\n"


def test_an_empty_name_of_the_file_is_none(settings_of: Settings) -> None:
    assert settings_of(**PRODUCTION, ENV_FILE="")["env_file"] == str(ROOT / ".env")
    assert run("manage.py", "check", ENV_FILE="").stdout == "System check identified no issues (0 silenced).\n"


def test_a_file_that_cannot_be_read_is_refused(settings_of: Settings, tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes("CLINIC_NAME=Praxis Müller".encode("latin-1"))
    for name in ("latin", "."):
        with pytest.raises(ImproperlyConfigured, match=r" cannot be read as text in UTF-8\. Let the user who starts"):
            settings_of(**PRODUCTION, ENV_FILE=str(tmp_path / name))


def test_cookies_in_the_clear_are_for_this_machine_only(settings_of: Settings) -> None:
    settings = settings_of(SECRET_KEY=KEY, ALLOWED_HOSTS="localhost,127.0.0.1", SECURE_COOKIES="False")
    assert settings["SESSION_COOKIE_SECURE"] is False


def test_debug_is_off_unless_asked_for(settings_of: Settings) -> None:
    assert settings_of(**PRODUCTION)["DEBUG"] is False
    assert settings_of(DEBUG="True")["DEBUG"] is True


def test_a_fresh_clone_runs_manage_py_without_configuration(tmp_path: Path) -> None:
    absent = str(tmp_path / ".env")
    assert run("manage.py", "check", ENV_FILE=absent).stdout == "System check identified no issues (0 silenced).\n"
    assert run("-c", "import core.wsgi", ENV_FILE=absent).returncode == 1  # but serves nobody


def test_https_is_enforced_without_debug(settings_of: Settings) -> None:
    names = ["SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS"]
    production, development = settings_of(**PRODUCTION), settings_of(DEBUG="True")
    assert [production[name] for name in names] == [True, True, True, 31_536_000]
    assert [development[name] for name in names] == [False, False, False, 0]


def test_a_forwarded_protocol_is_believed_only_behind_a_proxy(settings_of: Settings) -> None:
    assert "SECURE_PROXY_SSL_HEADER" not in settings_of(**PRODUCTION)
    header = settings_of(**PRODUCTION, BEHIND_PROXY="True")["SECURE_PROXY_SSL_HEADER"]
    assert header == ("HTTP_X_FORWARDED_PROTO", "https")


def test_djangos_deployment_check_is_clean() -> None:
    checked = run("manage.py", "check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION)
    assert (checked.returncode, checked.stdout) == (0, "System check identified no issues (0 silenced).\n")


def test_nobody_believes_to_be_mailed_who_is_not(settings_of: Settings) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^ADMINS is set, but nothing would be mailed to them"):
        settings_of(**PRODUCTION, ADMINS="it@clinic.example.org")
    mailing = settings_of(**PRODUCTION, ADMINS="it@clinic.example.org", EMAIL_URL="smtp+tls://u:p@mail.example.org:587")
    assert mailing["ADMINS"] == [("", "it@clinic.example.org")]
    assert (mailing["EMAIL_HOST"], mailing["EMAIL_PORT"], mailing["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert mailing["LOGGING"]["root"]["handlers"] == ["stderr", "mail"]


def test_what_strangers_send_is_logged_and_mails_nobody(settings_of: Settings) -> None:
    mailing = settings_of(**PRODUCTION, ADMINS="it@clinic.example.org", EMAIL_URL="smtp+tls://u:p@mail.example.org:587")
    logger: Any = logging.getLogger("django.security.DisallowedHost")
    heard = set()
    while logger:
        told = mailing["LOGGING"]["root"] if logger.name == "root" else mailing["LOGGING"]["loggers"].get(logger.name)
        heard |= set((told or {}).get("handlers", ()))
        logger = logger.parent if told is None or told.get("propagate", True) else None
    assert heard == {"stderr"}


@pytest.mark.parametrize("variable", [{"LOG_LEVEL": "LOUD"}, {"LOG_FORMAT": "xml"}])
def test_a_log_of_an_unknown_kind_is_refused(settings_of: Settings, variable: dict[str, str]) -> None:
    with pytest.raises(ImproperlyConfigured, match="Use DEBUG, INFO, WARNING or ERROR, and console or json"):
        settings_of(**PRODUCTION, **variable)


@pytest.mark.parametrize("text", ["6000", "6000/y", "0/m", "-1/m", "many/m", "1.5/s", ""])
def test_what_is_no_rate_is_refused(settings_of: Settings, text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        settings_of(**PRODUCTION, RATE_LIMIT_USER=text)
    assert str(caught.value) == (
        f"RATE_LIMIT_USER={text!r} is not a rate. Write how many requests a second, minute, hour or day, "
        "such as 6000/m, or 0 for no limit."
    )


def test_rates_are_generous_but_there(settings_of: Settings) -> None:
    settings = settings_of(**PRODUCTION, RATE_LIMIT_ADDRESS="0")
    assert settings["RATE_LIMIT_USER"] == (6000, 60)
    assert settings["RATE_LIMIT_ADDRESS"] is None
    assert settings["RATE_LIMIT_PATIENT_CHANGES"] == (40, 3600)


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


def test_an_unknown_time_zone_is_refused(settings_of: Settings) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        settings_of(**PRODUCTION, CLINIC_TIME_ZONE="Nairobi")
    assert str(caught.value) == (
        "CLINIC_TIME_ZONE='Nairobi' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."
    )


@pytest.mark.filterwarnings("ignore:Engine not recognized")
@pytest.mark.parametrize("url", ["mysql://user@host/name", "clinic.db", ""])
def test_a_database_without_the_guards_is_refused(settings_of: Settings, url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL names no database that can refuse a double booking"):
        settings_of(**PRODUCTION, DATABASE_URL=url)


# --- The database --------------------------------------------------------------------------------


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
