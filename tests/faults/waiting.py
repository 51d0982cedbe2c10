"""Waiting for something that will be so: by looking, not by guessing how long it takes."""

import time
from collections.abc import Callable

SECONDS = 30


def until(holds: Callable[[], bool], seconds: float = SECONDS) -> float:
    """The seconds that passed until it was so. Fails if it never was."""
    began = time.monotonic()
    while not holds():
        passed = time.monotonic() - began
        assert passed < seconds, f"Not so in {seconds} s: {holds}"
        time.sleep(0.02)
    return time.monotonic() - began
