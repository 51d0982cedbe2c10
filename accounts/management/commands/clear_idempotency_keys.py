"""Forget the answers that are kept for requests that come again, once they are a day old."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.models import IdempotencyKey
from common import clock


class Command(BaseCommand):
    help = "Delete idempotency keys that are more than 24 hours old. They no longer count anyway."

    def handle(self, *args: Any, **options: Any) -> None:
        count = IdempotencyKey.objects.clear_expired(clock.now())
        self.stdout.write(f"{count} expired idempotency keys deleted.")
