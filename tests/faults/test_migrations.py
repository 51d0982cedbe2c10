"""The table of appointments is changed while people book."""

import math
import subprocess
import sys
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest

from tests.concurrency.conftest import Serve
from tests.faults.proxied import SETTINGS
from tests.faults.under_fault import told_by_the_checker
from tools.serving.nursery import ROOT
from tools.serving.server import environment

pytestmark = [pytest.mark.xdist_group("concurrency"), pytest.mark.slow]
# A migration waits for a lock no longer than anybody, and is then run again.
# More than anybody waits for a lock on PostgreSQL (3), less than on SQLite (20).
SECONDS = "5"
LOST = ("lock timeout", "deadlock detected", "database is locked")


def test_a_migration_while_everybody_works_loses_nothing_and_doubles_nothing(serve: Serve, tmp_path: Path) -> None:
    with serve(settings=SETTINGS) as clinic:
        directions = cycle(("forwards", "backwards"))
        done: list[str] = []
        again = 0

        def migrate() -> None:
            nonlocal again
            direction = next(directions)
            command = [sys.executable, "-m", "tests.faults.migrating", direction, SECONDS]
            while True:
                ran = subprocess.run(
                    command, cwd=ROOT, env=environment(clinic.database), capture_output=True, text=True, check=False
                )
                if ran.returncode == 0:
                    break
                assert any(words in ran.stderr for words in LOST), ran.stderr
                again += 1
            done.append(direction)

        report = told_by_the_checker(clinic, tmp_path, migrate, every=0.5, operations=1500)
        statuses = Counter(call.status for call in report.calls)
        longest = max(call.completed - call.invoked for call in report.calls if call.completed < math.inf)
        print(f"\n{dict(statuses)}, the longest call took {longest:.1f} s")
        print(f"\n{dict(report.outcomes)}; {len(done)} migrations, {again} had to be run again")
        assert report.violations == {}
        assert done[:2] == ["forwards", "backwards"]
        assert clinic.client.get("/readyz").json() == {"status": "ok"}  # every guard in its place
