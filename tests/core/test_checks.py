"""What the operator is warned of when the database is migrated."""

import psycopg
import pytest
from django.core.checks import CheckMessage, Tags, run_checks
from django.db import connection, connections

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]


def set_to(**settings: str) -> None:
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET LOCAL {name} = '{value}'")


def warnings() -> list[tuple[str | None, str]]:
    found = run_checks(tags=[Tags.database], databases=["default"])
    return [(message.hint, message.msg) for message in found if message.id == "core.W001"]


def test_a_server_that_logs_what_failed_with_its_values_is_warned_of() -> None:
    set_to(log_min_error_statement="error", log_error_verbosity="default", log_min_duration_statement="-1")
    name = connection.settings_dict["NAME"]
    assert warnings() == [
        (
            f"Let a superuser run: ALTER DATABASE \"{name}\" SET log_min_error_statement = 'panic'; "
            f"ALTER DATABASE \"{name}\" SET log_error_verbosity = 'terse';",
            "PostgreSQL writes statements with names of patients into its own log.",
        )
    ]


def test_a_server_that_logs_what_took_long_is_warned_of() -> None:
    set_to(log_min_error_statement="panic", log_error_verbosity="terse", log_min_duration_statement="1000")
    [(hint, _)] = warnings()
    assert hint
    assert hint.endswith("SET log_min_duration_statement = '-1';")


def test_of_a_silent_server_there_is_nothing_to_say() -> None:
    set_to(log_min_error_statement="panic", log_error_verbosity="terse", log_min_duration_statement="-1")
    assert warnings() == []


def of_letters() -> list[CheckMessage]:
    return [message for message in run_checks(tags=[Tags.database], databases=["default"]) if message.id == "core.W002"]


def test_of_a_database_that_knows_all_letters_there_is_nothing_to_say() -> None:
    assert of_letters() == []


def test_a_database_that_tells_accented_names_apart_by_their_case_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"{connection.settings_dict['NAME']}_of_c"
    url = {**connection.get_connection_params(), "dbname": connection.settings_dict["NAME"]}
    known = {key: url[key] for key in ("dbname", "host", "port", "user", "password") if url.get(key)}
    with psycopg.connect(**known, autocommit=True) as server:
        server.execute(f"CREATE DATABASE \"{name}\" TEMPLATE template0 LOCALE 'C'")
        try:
            of_c = connection.copy()
            of_c.settings_dict = {**connection.settings_dict, "NAME": name}
            monkeypatch.setattr(connections["default"], "cursor", of_c.cursor)
            [warning] = of_letters()
            of_c.close()
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    assert warning.msg == (
        "This PostgreSQL database knows no capital letters beyond A to Z: Échographie and échographie are two rooms to "
        "it, and the one is not found by the other."
    )
    assert warning.hint
    assert warning.hint.endswith("TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'; manage.py restore FILE.")
