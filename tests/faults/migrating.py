"""Change the table of appointments as a migration does, in a process of its own, while a server of before serves.

``python -m tests.faults.migrating forwards|backwards SECONDS``: for so long it keeps the table locked once it has
changed it, as the writing of a large one may take. What it adds does not disturb who does not know of it yet: a column
with a default in the database, and a wider type, for which PostgreSQL and SQLite write the whole table anew.
"""

import sys
import time

import django


def main(direction: str, seconds: str) -> None:
    django.setup()
    from django.core.management.sql import emit_post_migrate_signal
    from django.db import connection, models
    from django.db.migrations import AddField, AlterField, Migration, RunPython
    from django.db.migrations.executor import MigrationExecutor

    release = Migration("9999_release", "appointments")

    def keep_locked(*_: object) -> None:
        time.sleep(float(seconds))

    pause = RunPython(keep_locked, keep_locked)
    release.operations = [
        pause,  # the last one backwards
        AddField("appointment", "colour", models.CharField(max_length=20, db_default="none")),
        AlterField("appointment", "version", models.PositiveBigIntegerField(default=1)),
        pause,
    ]
    executor = MigrationExecutor(connection)
    state = executor.loader.project_state()
    if direction == "forwards":
        executor.apply_migration(state, release)
    else:
        executor.unapply_migration(state, release)
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")


if __name__ == "__main__":
    main(*sys.argv[1:])
