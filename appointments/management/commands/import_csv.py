"""``python manage.py import_csv KIND FILE``: records from a spreadsheet, as often as it takes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from appointments.importing.outcomes import Outcome, Result
from appointments.importing.run import IMPORTERS, bring_in
from appointments.management.recorded import NOUNS
from audit.jobs import job
from common.csv import Table
from common.errors import DomainError


class Command(BaseCommand):
    help = (
        "Import doctors, hours, patients or future appointments (for a new clinic in this order) from a CSV file with "
        "a header, in UTF-8. Rows that are refused are reported by number, the others are stored. Known records are "
        "brought up to date, and a second run changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=IMPORTERS, help="What the rows are.")
        parser.add_argument("file", type=Path, help="The CSV file.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would become of each row; write nothing.")
        parser.add_argument("--all-or-nothing", action="store_true", help="Write nothing if any row is refused.")

    def handle(self, *args: Any, **options: Any) -> None:
        importer = IMPORTERS[options["kind"]]()
        dry_run, all_or_nothing = options["dry_run"], options["all_or_nothing"]
        try:
            table = Table(options["file"], importer.columns)
            with tqdm(total=len(table), unit="row", disable=options["verbosity"] == 0, delay=1) as bar:

                def report(result: Result) -> None:
                    bar.update()
                    if result.problems:
                        with tqdm.external_write_mode():
                            for problem in result.problems:
                                self.stdout.write(str(problem))

                with job("import_csv", f"{NOUNS[importer.name]}.import"):
                    outcomes = bring_in(importer, table, report=report, dry_run=dry_run, all_or_nothing=all_or_nothing)
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        counts = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in Outcome)
        refused = outcomes[Outcome.REFUSED]
        written = not dry_run and not (all_or_nothing and refused)
        heading = importer.name if written else f"Nothing was written. Of the {importer.name} would be"
        self.stdout.write(f"{heading}: {counts}.")
        if refused:
            rows = "1 row was" if refused == 1 else f"{refused} rows were"
            raise CommandError(f"{rows} refused. Correct the file and run it again: what is there already stays.")
