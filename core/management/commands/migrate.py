"""``migrate`` as Django has it, that on PostgreSQL takes as long as it has to."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections


class Command(migrate.Command):
    """An index of millions of rows takes longer to build than a request may take.

    How long it waits for a lock stays limited: whoever books would wait behind it.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        database = connections[options["database"]]
        if database.vendor != "postgresql":
            super().handle(*args, **options)
            return
        from common.postgres import without_time_limits  # noqa: PLC0415 - psycopg is loaded where it is used

        with without_time_limits(database):
            super().handle(*args, **options)
