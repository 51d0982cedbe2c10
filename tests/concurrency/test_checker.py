"""A seed of the checker: clients do everything at once, and all of it is accounted for. `make prove` does the rest."""

import os
import re
import subprocess
import sys

import pytest

from tools.checker.controls import CONTROLS
from tools.serving.server import ROOT

pytestmark = pytest.mark.xdist_group("concurrency")

SERVER = os.environ.get("TEST_DATABASE_URL") or "sqlite"
ENGINE = "sqlite" if SERVER == "sqlite" else "postgres"


def checked(*options: str) -> str:
    """What the checker prints, which has to be content."""
    command = [sys.executable, "-m", "tools.checker", "--database", SERVER, *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_everything_that_was_answered_is_accounted_for() -> None:
    told = checked("--seed", "11", "--operations", "260")
    assert re.search(r"^1 seeds, \d{3} calls \(\d+ ok, \d+ refused\); violations in 0 seeds", told, re.MULTILINE)


@pytest.mark.parametrize("control", [name for name, c in CONTROLS.items() if ENGINE in c.engines and name != "both"])
def test_without_one_of_the_guards_the_checker_notices(control: str) -> None:
    """The negative controls."""
    told = checked("--control", control, "--seed", "21", "--operations", "240")
    assert f"Without {control}: noticed in 1 of 1 seeds." in told
