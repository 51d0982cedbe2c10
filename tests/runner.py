"""``python manage.py test``: pytest on SQLite, and then on PostgreSQL what could turn out differently there.

PostgreSQL is the server at TEST_DATABASE_URL, or else a throwaway cluster from the binaries on this machine.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from django.core.management.base import CommandError

from tests import postgres, redis

ROOT = Path(__file__).resolve().parent.parent
SQLITE_ALONE = (
    "PostgreSQL: not run. The suite ran on SQLite alone. To run it on both, install PostgreSQL's server "
    "(Debian: apt install postgresql), or set TEST_DATABASE_URL=postgres://user:password@host:5432/name."
)
# One more than there are cores: there is always one that waits, for a server or for a time to be over.
PROCESSES = (os.cpu_count() or 1) + 1
NO_TESTS = 5  # pytest's exit code where it found none
# What `tests/conftest.py` marks so: its engine cannot matter.
NOT_AGAIN = ["-m", "not slow and not once"]
ONCE = (
    "PostgreSQL: without what it cannot change, which ran on SQLite: tests of no database, of pages in a browser, and "
    "what is marked `once`."
)
NO_REDIS = "Redis: not tried. To do so, install its server (Debian: apt install redis-server)."
# The first one has no windows, only pages: it takes half of the processor time of the whole browser.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
NO_BROWSER = "Web pages: not tried in a browser. To do so, install one (Debian: apt install chromium-headless-shell)."


class Runner:
    """Django's interface to a test runner. Labels are paths, pytest's node ids or dotted names.

    What stands after ``--`` goes to pytest as it is: ``python manage.py test tests/api -- -k patient -vv``.
    """

    def __init__(self, **options: Any) -> None:
        self.options = options

    @classmethod
    def add_arguments(cls, parser: ArgumentParser) -> None:
        parser.add_argument("-k", dest="expression", help="Run only tests whose name matches, as pytest's -k.")
        parser.add_argument("--failfast", action="store_true", help="Stop at the first failure.")
        parser.add_argument("--keepdb", action="store_true", help="Keep the databases at TEST_DATABASE_URL.")
        parser.add_argument("--parallel", nargs="?", metavar="N", help="Processes. Default: one a core, and one.")
        parser.add_argument("--pdb", action="store_true", help="Stop in the debugger, in one process.")
        parser.add_argument("--durations", type=int, metavar="N", help="Show the N slowest tests.")

    def run_tests(self, test_labels: Sequence[str]) -> int:
        """Run both; return the number of failures."""
        if not (find_spec("pytest") and find_spec("xdist")):
            raise CommandError("pytest is not installed. Run: pip install -r requirements.txt")
        arguments = [*self._pytest_options(), *pytest_arguments(test_labels)]
        # So that the cluster is stopped and removed, too, when somebody ends this process.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        results = [run_pytest("SQLite", "", arguments)]
        with postgres_url() as url:
            if url:
                results.append(run_pytest("PostgreSQL", url, [*NOT_AGAIN, *arguments], again=True))
        told = [summary for _, summary in results] + [ONCE if url else SQLITE_ALONE]
        told += [] if find_chromium() else [NO_BROWSER]
        told += [] if redis.find_binary() else [NO_REDIS]
        print("\n" + "\n".join(told), flush=True)
        return sum(failures for failures, _ in results)

    def _pytest_options(self) -> Iterator[str]:
        # loadgroup: tests that bear the same xdist_group mark, because they load every core, take turns.
        processes = "0" if self.options["pdb"] else str(self.options["parallel"] or PROCESSES)
        yield from ["--numprocesses", processes, "--dist", "loadgroup"]
        if self.options["pdb"]:
            yield "--pdb"
        if self.options["failfast"]:
            yield "--exitfirst"
        if self.options["keepdb"]:
            yield "--reuse-db"
        if self.options["expression"]:
            yield from ["-k", self.options["expression"]]
        if self.options["durations"] is not None:
            yield f"--durations={self.options['durations']}"
        yield f"--verbosity={self.options.get('verbosity', 1) - 1}"


def find_chromium() -> str | None:
    """Where the distribution's browser is, the one without windows first; None where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def postgres_url() -> Iterator[str]:
    """Where the tests may create databases; "" where there is no PostgreSQL."""
    given = os.environ.get("TEST_DATABASE_URL", "")
    if given:
        if not given.startswith(("postgres://", "postgresql://")):
            raise CommandError("TEST_DATABASE_URL names no PostgreSQL. Use postgres://user:password@host:5432/name.")
        yield given
    elif binaries := postgres.find_binaries():
        with postgres.throwaway(binaries) as url:
            yield url
    else:
        yield ""


def run_pytest(name: str, database_url: str, arguments: list[str], *, again: bool = False) -> tuple[int, str]:
    """The number of failures and the summary of one run of pytest on the database at ``database_url`` ("": SQLite).

    To find no test is a failure, unless some have run before and none of them has to ``again``.
    """
    # pytest takes tests.settings from pyproject.toml; manage.py has named the system's own. And every process compiles
    # the tests anew, seconds long, if none may keep what it has compiled.
    environment = os.environ.copy()
    for left_out in ("DJANGO_SETTINGS_MODULE", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(left_out, None)
    environment["TEST_DATABASE_URL"] = database_url
    print(f"\n=== {name} ===", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.xml"
        command = [sys.executable, "-m", "pytest", f"--junit-xml={report}", *arguments]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        counts = read_counts(report)
    failures = counts.get("failed", 0) + counts.get("errors", 0)
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "no tests"
    if code and not failures and not (again and code == NO_TESTS):
        failures, told = 1, f"{told}, pytest stopped with exit code {code}"
    return failures, f"{name}: {told} in {time.monotonic() - began:.0f} s"


def read_counts(report: Path) -> dict[str, int]:
    """What became of how many tests, by pytest's own report; nothing where pytest did not get so far."""
    if not report.exists():
        return {}
    suite = ET.parse(report).getroot().find("testsuite")
    if suite is None:
        return {}
    total, failed, errors, skipped = (int(suite.get(key, 0)) for key in ("tests", "failures", "errors", "skipped"))
    return {"passed": total - failed - errors - skipped, "failed": failed, "errors": errors, "skipped": skipped}


def pytest_arguments(labels: Sequence[str]) -> list[str]:
    """Labels as paths, up to the first option of pytest's, from which on everything is left as it is."""
    first_option = next((i for i, label in enumerate(labels) if label.startswith("-")), len(labels))
    return [*map(as_path, labels[:first_option]), *labels[first_option:]]


def as_path(label: str) -> str:
    """``tests.api.test_patients.test_name`` or ``patients`` as pytest writes it; a path is left as it is."""
    if (ROOT / label.partition("::")[0]).exists() and (label.startswith("tests") or "/" in label):
        return label
    names = label.split(".")
    names = names if names[0] == "tests" else ["tests", *names]
    for end in range(len(names), 1, -1):
        path = Path(*names[:end])
        for candidate in (path, path.with_suffix(".py")):
            if (ROOT / candidate).exists():
                return "::".join([candidate.as_posix(), *names[end:]])
    return label
