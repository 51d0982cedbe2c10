"""``manage.py erase_expired``: whose data is kept for longer than `RETENTION_YEARS`; with ``--erase``, no longer."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from appointments import erasure
from appointments.management.recorded import recorded
from common import clock
from common.errors import Conflict


class Command(BaseCommand):
    help = "List the patients whose records have been kept long enough; --erase makes pseudonyms of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--erase", action="store_true", help="Erase them, for good; else they are listed.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.RETENTION_YEARS:
            raise CommandError("RETENTION_YEARS is not set: records are kept for good.")
        erased = 0
        for patient in erasure.expired(clock.now()):
            if not options["erase"]:
                self.stdout.write(f"patient {patient.pk}")
                continue
            try:
                with recorded("patient.erase", patient.pk, source="manage.py erase_expired"):
                    erasure.erase(patient, reason=f"Kept for {settings.RETENTION_YEARS} years.")
            except Conflict as problem:  # since the list was made
                self.stdout.write(f"patient {patient.pk} stays: {problem.message}")
            else:
                erased += 1
        if options["erase"]:
            self.stdout.write(f"Erased {erased}.")
