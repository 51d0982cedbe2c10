"""`python manage.py test`: what it passes to pytest, and what it says at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests import postgres, runner
from tests.runner import NOT_AGAIN, ONCE, PROCESSES, SQLITE_ALONE, find_chromium, pytest_arguments, read_counts

REPORT = '<testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"/></testsuites>'
OPTIONS = ["--numprocesses", str(PROCESSES), "--dist", "loadgroup", "--verbosity=0"]
HERE = "tests/test_runner.py"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, list[str]]]:
    """What `run_pytest` was called with; every run passes, on a machine with a browser and Redis."""
    calls: list[tuple[str, str, list[str]]] = []

    def passing(name: str, url: str, arguments: list[str], *, again: bool = False) -> tuple[int, str]:
        calls.append((name, url, arguments))
        return 0, f"{name}: 1 passed in 0 s"

    monkeypatch.setattr(runner, "run_pytest", passing)
    monkeypatch.setattr(runner.signal, "signal", lambda *args: None)
    monkeypatch.setattr(runner, "find_chromium", lambda: "chromium")
    monkeypatch.setattr(runner.redis, "find_binary", lambda: "redis-server")
    monkeypatch.delenv("TEST_DATABASE_URL", raising=False)
    return calls


def run_tests(*labels: str, **options: Any) -> None:
    call_command("test", *labels, testrunner="tests.runner.Runner", **options)


def test_labels_are_paths_or_names_up_to_the_first_option() -> None:
    assert pytest_arguments(
        ["tests/core", "core", "core.test_health", "tests.test_runner.test_it", f"{HERE}::test_it", "-k", "core"]
    ) == ["tests/core", "tests/core", "tests/core/test_health.py", f"{HERE}::test_it", f"{HERE}::test_it", "-k", "core"]


def test_an_unknown_label_is_left_for_pytest_to_refuse() -> None:
    assert pytest_arguments(["nowhere.at_all"]) == ["nowhere.at_all"]


def test_a_given_postgresql_is_used_after_sqlite(
    runs: list[tuple[str, str, list[str]]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://clinic@db/tests")
    run_tests("core")
    arguments = [*OPTIONS, "tests/core"]
    assert runs == [
        ("SQLite", "", arguments),
        ("PostgreSQL", "postgres://clinic@db/tests", [*NOT_AGAIN, *arguments]),
    ]
    assert capsys.readouterr().out == f"\nSQLite: 1 passed in 0 s\nPostgreSQL: 1 passed in 0 s\n{ONCE}\n"


def test_otherwise_a_throwaway_cluster_is_started(
    runs: list[tuple[str, str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def throwaway(binaries: Path) -> Iterator[str]:
        yield f"postgres://{binaries}"

    monkeypatch.setattr(postgres, "find_binaries", lambda: Path("bin"))
    monkeypatch.setattr(postgres, "throwaway", throwaway)
    run_tests()
    assert [(name, url) for name, url, _ in runs] == [("SQLite", ""), ("PostgreSQL", "postgres://bin")]


def test_without_postgresql_one_line_says_so(
    runs: list[tuple[str, str, list[str]]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(postgres, "find_binaries", lambda: None)
    run_tests()
    assert [name for name, _, _ in runs] == ["SQLite"]
    assert capsys.readouterr().out == f"\nSQLite: 1 passed in 0 s\n{SQLITE_ALONE}\n"


def test_without_a_browser_or_redis_a_line_for_each_says_so(
    runs: list[tuple[str, str, list[str]]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://clinic@db/tests")
    monkeypatch.setattr(runner, "find_chromium", lambda: None)
    monkeypatch.setattr(runner.redis, "find_binary", lambda: None)
    run_tests("core")
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "Web pages: not tried in a browser. To do so, install one (Debian: apt install chromium-headless-shell).",
        "Redis: not tried. To do so, install its server (Debian: apt install redis-server).",
    ]


def test_another_kind_of_database_is_refused(
    runs: list[tuple[str, str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "mysql://db")
    with pytest.raises(CommandError, match=r"^TEST_DATABASE_URL names no PostgreSQL\."):
        run_tests()


def test_djangos_options_become_pytests(
    runs: list[tuple[str, str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "find_binaries", lambda: None)
    run_tests(failfast=True, keepdb=True, parallel="3", expression="core", durations=5, verbosity=2)
    options = ["--exitfirst", "--reuse-db", "-k", "core", "--durations=5", "--verbosity=1"]
    assert runs[0][2] == ["--numprocesses", "3", "--dist", "loadgroup", *options]


def test_what_processes_serve_is_tested_on_both_databases(request: pytest.FixtureRequest) -> None:
    once = {item.path.parent.name for item in request.session.items if item.get_closest_marker("once")}
    assert request.node.get_closest_marker("once")  # as of all that ask for none
    assert once & {"concurrency", "faults"} == set()


def test_the_browser_without_windows_is_taken_before_the_whole_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() is None
    for name in ("chromium", "chromium-headless-shell"):
        (tmp_path / name).touch(mode=0o755)
        assert find_chromium() == str(tmp_path / name)


def test_failures_are_what_pytest_reports(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_text(REPORT)
    assert read_counts(report) == {"passed": 4, "failed": 2, "errors": 1, "skipped": 3}


def test_a_run_that_finds_no_tests_fails() -> None:
    nothing = [HERE, "-k", "nothing_is_called_so", "-q"]
    failures, summary = runner.run_pytest("SQLite", "", nothing)
    assert (failures, summary.partition(" in ")[0]) == (1, "SQLite: no tests, pytest stopped with exit code 5")
    failures, summary = runner.run_pytest("PostgreSQL", "", nothing, again=True)  # they ran on SQLite
    assert (failures, summary.partition(" in ")[0]) == (0, "PostgreSQL: no tests")


@pytest.mark.skipif(postgres.find_binaries() is None, reason="no PostgreSQL server binaries")
def test_a_throwaway_cluster_leaves_nothing_behind() -> None:
    binaries = postgres.find_binaries()
    assert binaries
    with postgres.throwaway(binaries) as url, psycopg.connect(url) as connection:
        [home] = connection.execute("SHOW data_directory").fetchone() or ()
        assert Path(home).exists()
    assert not Path(home).parent.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
