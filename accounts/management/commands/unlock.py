"""Let somebody try again who is locked out, before the lock ends by itself."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts import guard


class Command(BaseCommand):
    help = "Forget the failed attempts to sign in to an account, or from an address."

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("username", nargs="?")
        whose.add_argument("--address")

    def handle(self, *args: Any, username: str | None, address: str | None, **options: Any) -> None:
        unlocked = guard.unlock(username) if username is not None else guard.unlock_address(str(address))
        self.stdout.write("Unlocked." if unlocked else "Nothing was counted there: it was not locked.")
