"""core.wsgi on a machine whose clock is set while it runs: for the tests of faults, never for a clinic.

Every instant that the system takes comes from `timezone.now`, and what Django signs from `time.time`. What is measured
in seconds that pass (timeouts, the pool) goes on, as on a machine whose clock somebody sets.
"""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

OFFSET = "TESTS_CLOCK_OFFSET"  # the file that says by how many seconds the clock is wrong


class WrongClock:
    """``environment`` is what a server needs to be started with; its clock is right until `jump`."""

    def __init__(self, folder: Path) -> None:
        self._offset = folder / "offset"
        self.environment = {OFFSET: str(self._offset)}
        self.jump(0)

    def jump(self, seconds: int) -> None:
        """Set the clock so many seconds ahead of the right time, or behind it."""
        anew = self._offset.with_suffix(".new")
        anew.write_text(str(seconds))
        anew.replace(self._offset)  # whoever reads meanwhile finds one or the other


if file := os.environ.get(OFFSET):
    right_now, right_time, offset = timezone.now, time.time, Path(file)

    def wrong_now() -> datetime:
        return right_now() + timedelta(seconds=int(offset.read_text()))

    def wrong_time() -> float:
        return right_time() + int(offset.read_text())

    timezone.now, time.time = wrong_now, wrong_time  # before anything takes them

    from core.wsgi import application

    __all__ = ["application"]
