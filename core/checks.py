"""What `manage.py migrate` and `manage.py check --database default` warn of."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import Error, connections

# What a line of PostgreSQL's own log must not hold: the statement that failed or took long, with its values, and the
# DETAIL of an error, which quotes the row that was in the way. For each setting, with what it says none of it.
SILENT = {
    "log_min_error_statement": ("panic", "fatal", "log"),
    "log_error_verbosity": ("terse",),
    "log_statement": ("none", "ddl"),
    "log_min_duration_statement": ("-1",),
}


@register(Tags.database)
def names_in_the_servers_log(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Our own log names nobody; that of the database server is the operator's to keep silent."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        database = connections[alias]
        if database.vendor != "postgresql":
            continue
        try:
            with database.cursor() as cursor:
                cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(SILENT)])
                told = dict(cursor.fetchall())
        except Error:  # whoever asks hears of it from the command itself
            continue
        loud = [name for name, values in SILENT.items() if told.get(name, values[0]) not in values]
        if loud:
            name = database.ops.quote_name(database.settings_dict["NAME"])
            hint = " ".join(f"ALTER DATABASE {name} SET {setting} = '{SILENT[setting][0]}';" for setting in loud)
            found.append(
                Warning(
                    "PostgreSQL writes statements with names of patients into its own log.",
                    hint=f"Let a superuser run: {hint}",
                    id="core.W001",
                )
            )
    return found


@register(Tags.database)
def letters_without_case(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Names that differ only in case are one name: the database compares them, by the locale that it was made with."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        database = connections[alias]
        if database.vendor != "postgresql":
            continue
        try:
            with database.cursor() as cursor:
                cursor.execute("SELECT lower('É') = 'é' AND upper('é') = 'É'")
                [folds] = cursor.fetchone()
        except Error:
            continue
        if not folds:
            name = database.ops.quote_name(database.settings_dict["NAME"])
            found.append(
                Warning(
                    "This PostgreSQL database knows no capital letters beyond A to Z: Échographie and échographie are "
                    "two rooms to it, and the one is not found by the other.",
                    hint="Back up, make the database anew, and restore: manage.py backup FILE; "
                    f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'; "
                    "manage.py restore FILE.",
                    id="core.W002",
                )
            )
    return found
