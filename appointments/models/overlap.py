"""What it means that visits or holds overlap a stretch of time: said once, for querysets and for prepared queries."""

from datetime import datetime
from typing import Any

from django.db.models import Q

from doctors.models import LONGEST_VISIT
from scheduling.intervals import Interval


def overlapping(start: Any, end: Any, latest: Any) -> Q:
    """Rows that share an instant with the half-open stretch: touching is not overlapping.

    ``latest`` is when the longest visit that could overlap ends: so an index of ends need not be read to the end of the
    calendar.
    """
    return Q(start__lt=end, end__gt=start, end__lt=latest)


def edges(stretch: Interval) -> dict[str, datetime]:
    """What `overlapping` is given of a stretch."""
    return {"start": stretch.start, "end": stretch.end, "latest": stretch.end + LONGEST_VISIT}
