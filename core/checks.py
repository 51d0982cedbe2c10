"""What `manage.py migrate` and `manage.py check --database default` warn of."""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import Error, connections
from django.db.backends.utils import CursorWrapper

# What a line of PostgreSQL's own log must not hold: the statement that failed or took long, with its values, and the
# DETAIL of an error, which quotes the row that was in the way. For each setting, with what it says none of it.
SILENT = {
    "log_min_error_statement": ("panic", "fatal", "log"),
    "log_error_verbosity": ("terse",),
    "log_statement": ("none", "ddl"),
    "log_min_duration_statement": ("-1",),
}


Warned = Callable[[CursorWrapper, str], CheckMessage | None]


def of_postgres(warned: Warned) -> Warned:
    """Registers a check that is given a cursor, and the name as SQL writes it, of each PostgreSQL database."""

    def check(app_configs: Any, databases: Sequence[str] | None, **kwargs: Any) -> list[CheckMessage]:
        found = []
        for database in (connections[alias] for alias in databases or ()):
            if database.vendor != "postgresql":
                continue
            name = database.ops.quote_name(database.settings_dict["NAME"])
            try:
                with database.cursor() as cursor:
                    found.append(warned(cursor, name))
            except Error:  # whoever asks hears of it from the command itself
                continue
        return [message for message in found if message]

    register(check, Tags.database)
    return warned


@of_postgres
def names_in_the_servers_log(cursor: CursorWrapper, name: str) -> CheckMessage | None:
    """Our own log names nobody; that of the database server is the operator's to keep silent."""
    cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(SILENT)])
    told = dict(cursor.fetchall())
    loud = [setting for setting, values in SILENT.items() if told.get(setting, values[0]) not in values]
    if not loud:
        return None
    hint = " ".join(f"ALTER DATABASE {name} SET {setting} = '{SILENT[setting][0]}';" for setting in loud)
    return Warning(
        "PostgreSQL writes statements with names of patients into its own log.",
        hint=f"Let a superuser run: {hint}",
        id="core.W001",
    )


@of_postgres
def letters_without_case(cursor: CursorWrapper, name: str) -> CheckMessage | None:
    """Names that differ only in case are one name: the database compares them, by the locale that it was made with."""
    cursor.execute("SELECT lower('É') = 'é' AND upper('é') = 'É'")
    if cursor.fetchone() == (True,):
        return None
    return Warning(
        "This PostgreSQL database knows no capital letters beyond A to Z: Échographie and échographie are two rooms to "
        "it, and the one is not found by the other.",
        hint="Back up, make the database anew, and restore: manage.py backup FILE; "
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'; "
        "manage.py restore FILE.",
        id="core.W002",
    )
