"""What is free on the Monday on which time stands still, and the day after."""

from datetime import date
from typing import Any

from appointments.finding import Edge, Search, find_slots
from doctors.models import Doctor
from tests.factories import NOW

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)


def starts(*doctors: Doctor, since: Edge = MONDAY, until: Edge = MONDAY, **asked: Any) -> list[str]:
    """Of the slots found: ["09:00", "09:30"], with the date where it is not the Monday."""
    found = find_slots(Search(doctors, **{"since": since, "until": until, "now": NOW, "limit": 1000, **asked}))
    return [f"{slot.start:%H:%M}" if slot.start.date() == MONDAY else f"{slot.start:%m-%d %H:%M}" for slot in found]
