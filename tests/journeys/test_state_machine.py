"""A clinic in which anything may happen next: after every step, everything that must be true is.

Hypothesis chooses what is done: visits are booked, moved, cancelled and undone, times are held, patients wait and
answer, hours change, clocks go forward. A refusal is an answer; anything else that is raised is a failure, and so is a
refusal that leaves something behind. The same steps are taken every time, and a failure prints the shortest sequence
that leads to it. JOURNEYS=200 takes so many other sequences, chosen anew.

What is done stands in `bookings`, `waiting` and `opening`; how, and what must be true after it, in `clinic`.
"""

import os
from collections import Counter

import pytest
import time_machine
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from tests.journeys.bookings import Bookings
from tests.journeys.opening import Opening
from tests.journeys.waiting import Waiting
from tests.journeys.world import START, World

JOURNEYS = int(os.environ.get("JOURNEYS", "0"))
STEPS = 30


class Anything(Bookings, Waiting, Opening):
    """Everything that people do, in any order."""


@pytest.mark.django_db
def test_whatever_happens_everything_that_must_be_true_is(clock: time_machine.Traveller) -> None:
    clock.move_to(START)
    Anything.clock, Anything.world, Anything.happened = clock, World(), Counter()

    run_state_machine_as_test(
        Anything,
        settings=settings(
            # Fewer on a second database: what they are drawn from is the same.
            max_examples=JOURNEYS or (45 if connection.vendor == "sqlite" else 25),
            stateful_step_count=STEPS,
            derandomize=not JOURNEYS,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        ),
    )

    assert HAPPENS - set(Anything.happened) == set()


# Journeys on which these never succeed prove nothing about them.
HAPPENS = {"book", "reschedule", "cancel", "step", "undo", "book_series", "hold", "join", "answer", "set_weekly_hours"}
