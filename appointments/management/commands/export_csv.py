"""``python manage.py export_csv KIND [FILE]``: records for a spreadsheet, or for `import_csv` somewhere else."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from appointments.exporting import EXPORTS
from appointments.management.recorded import NOUNS
from audit.jobs import read
from common.csv import ENCODING

OWNER_ONLY = 0o600  # all that the clinic knows of its patients is in it


class Command(BaseCommand):
    help = "Write all doctors, hours, patients or appointments as CSV, deactivated and past ones included."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=EXPORTS, help="What to write.")
        parser.add_argument("file", nargs="?", type=Path, help="A new file; standard output unless it is given.")

    def handle(self, *args: Any, **options: Any) -> None:
        export = EXPORTS[options["kind"]]
        everything = export.everything()
        read("export_csv", f"{NOUNS[options['kind']]}.export", count=everything.count())
        lines = export.lines(everything)
        if options["file"] is None:
            for piece in lines:
                self.stdout.write(piece, ending="")
            return
        try:
            options["file"].touch(mode=OWNER_ONLY, exist_ok=False)
            with options["file"].open("w", encoding=ENCODING, newline="") as file:
                file.writelines(lines)
        except FileExistsError:
            raise CommandError("This file exists. Name a new one: nothing was written.") from None
        except OSError as error:
            raise CommandError(f"The file cannot be written: {error.strerror}.") from None
