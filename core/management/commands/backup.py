from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import backups
from core.dumps import CannotBackUp


class Command(BaseCommand):
    help = "Copy the whole database to a file, while people work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--overwrite", action="store_true", help="Replace the file if it is there.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backups.backup(options["file"], overwrite=options["overwrite"])
        except CannotBackUp as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {options['file']} ({options['file'].stat().st_size:,} bytes).")
