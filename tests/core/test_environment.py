"""What the environment says is read without guessing, and what cannot be read is refused."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.core.environment import KEY, PRODUCTION, ROOT, Settings, run

# --- Values --------------------------------------------------------------------------------------


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
