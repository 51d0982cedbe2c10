"""``python manage.py clear_holds``: for a nightly timer."""

from typing import Any

from django.core.management.base import BaseCommand

from appointments.holds import clear_expired
from common import clock


class Command(BaseCommand):
    help = "Delete holds whose time is over. They count no longer anyway: this only keeps the table small."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Holds deleted: {clear_expired(clock.now())}.")
