from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import backups
from core.dumps import CannotBackUp


class Command(BaseCommand):
    help = "Make the database what it was when a backup was written, and check what is there then."
    requires_system_checks: list[str] = []  # noqa: RUF012 - Django's; an empty database passes none
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--replace", action="store_true", help="Give up everything that the database holds now.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = backups.restore(options["file"], replace=options["replace"])
        except CannotBackUp as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"Restored {found.patients} patients, {found.doctors} doctors, {found.appointments} appointments."
        )
        for reason in found.left_out:
            self.stderr.write(
                f"Rights were left out: {reason}. Let the owner run deploy/audit-grants.sql for the application's role."
            )
        if found.wrong:
            raise CommandError("But not all is well: " + "; ".join(found.wrong) + ".")
        self.stdout.write("Guards are in place, nothing overlaps, every history is whole.")
