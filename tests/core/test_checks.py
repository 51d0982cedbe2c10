"""What the operator is warned of when the database is migrated."""

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's own log"),
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
