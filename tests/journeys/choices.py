"""Among what the journeys choose: few times and few lengths, so that much of it collides."""

from collections.abc import Callable
from datetime import time
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
)

from tests.factories import at
from tests.journeys.world import DAYS

number = st.integers(0, 11)  # which of those there are, counted round
days = st.sampled_from(DAYS)
quarters = st.integers(0, 11).map(lambda quarter: time(8 + quarter // 4, quarter % 4 * 15))
starts = st.builds(lambda day, quarter: at(f"{day} {quarter}"), days, quarters)
lengths = st.sampled_from([None, None, None, 15, 30, 60, 90])
reasons = st.sampled_from(["", "", "The doctor agreed."])
weeks = st.sampled_from(
    [
        ["08:00-12:00"],
        ["08:00-10:00", "10:30-18:00"],
        ["09:00-11:00"],
        ["22:00-09:00"],
        [],
    ]
)


def there_are(name: str) -> Callable[[Any], Any]:
    """Only then is there a choice."""
    return precondition(lambda clinic: bool(getattr(clinic, name)))


def pick(things: list[Any], which: int) -> Any:
    return things[which % len(things)] if things else None
