"""A server whose clock can be set while it runs: by libfaketime, for everything that it asks of the machine.

Only the wall clock: what is measured in seconds that pass (timeouts, the pool) goes on, as where a clock is set.
"""

from pathlib import Path

import pytest

LIBRARY = "faketime/libfaketimeMT.so.1"
PLACES = ("lib", "lib/*-linux-gnu", "lib64", "local/lib")


class WrongClock:
    """``environment`` is what a server needs to be started with; its clock is right until `jump`."""

    def __init__(self, faketime: Path, folder: Path) -> None:
        self._offset = folder / "offset"
        self.jump(0)
        self.environment = {
            "LD_PRELOAD": str(faketime),
            "FAKETIME_TIMESTAMP_FILE": str(self._offset),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    @classmethod
    def of_a_server(cls, folder: Path) -> "WrongClock":
        """Skips the test where libfaketime is not installed."""
        found = [path for place in PLACES for path in Path("/usr").glob(f"{place}/{LIBRARY}")]
        if not found:
            pytest.skip("needs libfaketime (Debian: apt install libfaketime)")
        return cls(found[0], folder)

    def jump(self, seconds: int) -> None:
        """Set the clock so many seconds ahead of the right time, or behind it."""
        anew = self._offset.with_suffix(".new")
        anew.write_text(f"{seconds:+d}\n")
        anew.replace(self._offset)  # whoever reads meanwhile finds one or the other
