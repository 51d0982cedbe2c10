"""Settings: safe by default, and every variable documented."""

import ast
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.core.environment import KEY, PRODUCTION, ROOT, Settings, documented, run

# --- Every variable is documented ----------------------------------------------------------------


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


# --- The clinic ----------------------------------------------------------------------------------


def test_a_clinic_is_never_without_a_name(settings_of: Settings) -> None:
    assert [settings_of(**PRODUCTION, CLINIC_NAME=name)["CLINIC_NAME"] for name in ("", " ")] == ["Main Clinic"] * 2


def test_an_unknown_time_zone_is_refused(settings_of: Settings) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        settings_of(**PRODUCTION, CLINIC_TIME_ZONE="Nairobi")
    assert str(caught.value) == (
        "CLINIC_TIME_ZONE='Nairobi' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."
    )


# --- Logs and mail -------------------------------------------------------------------------------


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
