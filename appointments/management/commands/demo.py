"""``python manage.py demo``: a clinic to look at, in seconds."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from appointments.demo.guide import guide
from appointments.demo.load import load
from common import clock


class Command(BaseCommand):
    help = (
        "Load a demo clinic: doctors, patients and four weeks of appointments around today. Running it again changes "
        "nothing; on a later day it fills the days that have no appointments yet."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="Load it although DEBUG is off.")
        parser.add_argument(
            "--address", default="http://127.0.0.1:8000", help="Where the server will answer; for what is printed."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEBUG and not options["force"]:
            raise CommandError(
                "The demo clinic was not loaded: DEBUG is off, so this may be a real clinic's system, and the demo's "
                "administrators have passwords that everybody knows. Set DEBUG=True on a developer's machine, or add "
                "--force if this system is for show only."
            )
        now = clock.now()
        loaded = load(now=now, quiet=options["verbosity"] == 0)
        if options["verbosity"]:
            self.stdout.write(guide(loaded, address=options["address"].rstrip("/"), now=now))
