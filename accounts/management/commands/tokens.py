"""Tokens of the API: who has which, and their end."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import QuerySet

from accounts import tokens
from accounts.models import Token, User
from common import clock


class Command(BaseCommand):
    help = "List tokens, revoke those of a user or all of them, or clear away those that have ended. No key is shown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        listing = verbs.add_parser("list", help="Who has tokens, since when, last used, valid until when.")
        listing.add_argument("username", nargs="?")
        revoking = verbs.add_parser("revoke", help="End tokens: they are refused from the next request on.")
        whose = revoking.add_mutually_exclusive_group(required=True)
        whose.add_argument("username", nargs="?")
        whose.add_argument("--id", type=int, help="One token, by the number that `list` shows.")
        whose.add_argument("--all", action="store_true", help="Everybody's.")
        verbs.add_parser("clear", help="Delete those that have ended. They are refused anyway.")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        if verb == "list":
            self._list(self._of(options["username"]))
        elif verb == "clear":
            count = tokens.clear()
            self.stdout.write(f"{count} tokens that had ended were deleted.")
        else:
            chosen = Token.objects.all() if options["all"] else self._of(options["username"])
            if options["id"] is not None:
                chosen = Token.objects.filter(pk=options["id"])
            self.stdout.write(f"{tokens.revoke(chosen)} tokens revoked.")

    def _of(self, username: str | None) -> QuerySet[Token]:
        if username is None:
            return Token.objects.all()
        if not User.objects.filter(username=username).exists():
            raise CommandError(f"There is no user {username!r}.")
        return Token.objects.filter(user__username=username)

    def _list(self, chosen: QuerySet[Token]) -> None:
        now = clock.now()
        for token in chosen.select_related("user").order_by("user__username", "pk"):
            until = f"valid until {token.expires_at:%Y-%m-%d %H:%M}" if token.is_valid(now) else "ended"
            used = f"issued {token.created_at:%Y-%m-%d %H:%M}, last used {token.last_used_at:%Y-%m-%d %H:%M}"
            self.stdout.write(f"{token.pk}  {token.user.username}  {used}, {until} UTC")
