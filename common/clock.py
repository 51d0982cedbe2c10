"""What time it is. Rules take the instant from here, once a decision, so that a decision is about one moment."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return timezone.now()
