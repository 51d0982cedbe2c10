"""``manage.py pass_on_offers``: what nobody on the waiting list took in time goes to the next."""

from typing import Any

from django.core.management.base import BaseCommand

from appointments import waitlist
from audit.jobs import job


class Command(BaseCommand):
    help = (
        "Let the offers of the waiting list lapse whose time is over, and offer their times to the next. "
        "Run it every few minutes; an offer that is read late lapses without it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with job("pass_on_offers", "waitlist_entry.lapse"):
            lapsed = waitlist.lapse_all_due()
        self.stdout.write(f"Lapsed offers: {lapsed}.")
