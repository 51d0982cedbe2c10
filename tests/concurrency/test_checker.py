"""A seed of the checker: clients do everything at once, and all of it is accounted for. `make prove` does the rest."""

import re
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Clinic
from tools.checker.run import SETTINGS
from tools.serving.nursery import ROOT

pytestmark = pytest.mark.xdist_group("concurrency")

OFF: dict[str, dict[str, Any]] = {
    "lock": {"lock": False},
    "constraint": {"guards": False},
    "key": {"keys": False},
    "trail": {"trail": False},
    "deferred": {"query": "?transaction_mode=DEFERRED"},
}


def checked(clinic: Clinic, *options: str) -> str:
    """What the checker prints, which has to be content."""
    command = [sys.executable, "-m", "tools.checker", "--address", clinic.server.address, "--token", clinic.token]
    done = subprocess.run(
        [*command, "--database", clinic.database.url, *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_everything_that_was_answered_is_accounted_for(serve: Serve) -> None:
    with serve(settings=SETTINGS) as clinic:
        told = checked(clinic, "--seed", "11", "--operations", "260")
        assert re.search(r"^1 seeds, \d+ calls \(\d+ ok, \d+ refused\); violations in 0 seeds", told, re.MULTILINE)
        assert clinic.troubles() == []


@pytest.mark.parametrize("control", OFF)
def test_without_one_of_the_guards_the_checker_notices(serve: Serve, control: str) -> None:
    """The negative controls."""
    if control == "deferred" and connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no such mode")
    with serve(settings=SETTINGS, **OFF[control]) as clinic:
        sizes = ("--seed", "21", "--operations", "240", "--clients", "6")
        told = checked(clinic, "--control", control, *sizes, "--until-noticed", "5")
        assert re.search(rf"^Without {control}: noticed in 1 of \d seeds\.$", told, re.MULTILINE)
