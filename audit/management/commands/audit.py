"""``python manage.py audit seal`` (for a timer) and ``audit verify``."""

import re
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Sum
from tqdm import tqdm

from audit import sealing
from audit.models import AuditSeal
from audit.sealing import Anchor
from common.errors import DomainError

MOST_TOLD = 100


def anchor(text: str) -> Anchor:
    if not re.fullmatch(r"[0-9]{1,18}:[0-9a-f]{64}", text):
        raise ValueError
    number, _, digest = text.partition(":")
    return Anchor(int(number), digest)


class Command(BaseCommand):
    help = (
        "Seal the rows of the audit trail into a chain of hashes, or verify that chain. Sealing prints the newest seal "
        "as NUMBER:DIGEST: keep it outside of the database, and give it to verify as --anchor."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("seal", help="Seal what is settled and not sealed yet.")
        verify = verbs.add_parser("verify", help="Find changed, missing and added rows, and seals.")
        verify.add_argument("--after", type=int, default=0, metavar="NUMBER", help="Begin after this seal.")
        verify.add_argument("--anchor", type=anchor, metavar="NUMBER:DIGEST", help="A seal that was kept elsewhere.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "seal":
            self._seal(quiet=options["verbosity"] == 0)
        else:
            self._verify(options["after"], options["anchor"], quiet=options["verbosity"] == 0)

    def _seal(self, *, quiet: bool) -> None:
        rows, newest = 0, None
        try:
            with tqdm(unit="row", disable=quiet, delay=1) as bar:
                for newest in sealing.seal():
                    rows += newest.count
                    bar.update(newest.count)
        except DomainError as refusal:
            raise CommandError(refusal.message) from None
        self.stdout.write(f"Rows sealed: {rows}.")
        if newest:
            self.stdout.write(f"Keep this elsewhere: {newest.number}:{newest.digest}")

    def _verify(self, after: int, kept: Anchor | None, *, quiet: bool) -> None:
        total = AuditSeal.objects.filter(number__gt=after).aggregate(rows=Sum("count"))["rows"] or 0
        found = 0
        with tqdm(total=total, unit="row", disable=quiet, delay=1) as bar:
            for checked in sealing.verify(after=after, anchor=kept):
                bar.update(checked.rows)
                for problem in checked.problems:
                    found += 1
                    if found <= MOST_TOLD:
                        with tqdm.external_write_mode():
                            self.stdout.write(problem)
        if found:
            more = f" The first {MOST_TOLD} are listed." if found > MOST_TOLD else ""
            raise CommandError(f"The audit trail is not as it was sealed: {found} problems.{more}")
        self.stdout.write(f"{total} rows are as they were sealed. Not sealed yet: {sealing.unsealed()}.")
