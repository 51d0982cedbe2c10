"""Processes that are forked from one with the libraries in memory are as if they had been started."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tools.serving import nursery
from tools.serving.nursery import ROOT, run

SHOW = """
import json, os, sys
from django.conf import settings
read_already = settings.configured or "prometheus_client" in sys.modules
print(json.dumps([sys.argv, os.getcwd(), dict(os.environ), __name__, read_already]))
print("wrong", file=sys.stderr)
sys.exit(3)
"""
WAIT = "import signal; print('up', flush=True); signal.pause()"


@pytest.fixture(autouse=True)
def clock() -> None:
    """Other processes have the real time: so has this one."""


def test_it_has_what_it_is_given_and_nothing_that_reads_an_environment_of_before(tmp_path: Path) -> None:
    program = tmp_path / "show.py"
    program.write_text(SHOW)
    done = run([str(program), "one", "two words"], {"TOLD": "Zoë"})
    told = [[str(program), "one", "two words"], str(ROOT), {"TOLD": "Zoë"}, "__main__", False]
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (3, told, "wrong\n")


def test_a_module_is_run_as_python_runs_it() -> None:
    done = run(["-m", "this"], {})
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "The Zen of Python, by Tim Peters")


def test_what_fails_in_it_fails_it_alone(tmp_path: Path) -> None:
    program = tmp_path / "fails.py"
    program.write_text("raise ValueError('no')")
    done = run([str(program)], {})
    assert (done.returncode, done.stderr.splitlines()[-1]) == (1, "ValueError: no")
    with pytest.raises(RuntimeError, match=r"^\['.*fails.py'\] ended with 1:\n(?s:.*)\nValueError: no\n$"):
        nursery.printed([str(program)], {})
    assert nursery.printed(["-m", "this"], {}).startswith("The Zen of Python, by Tim Peters\n")


def test_how_a_killed_one_ended_is_told(tmp_path: Path) -> None:
    program = tmp_path / "waits.py"
    program.write_text(WAIT)
    read, write = os.pipe()
    born = nursery.nursery().start([str(program)], {}, write, write)
    os.close(write)
    with os.fdopen(read) as output:
        assert output.readline() == "up\n"
        assert born.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            born.wait(0.01)
        born.kill()
        assert (born.wait(60), born.poll()) == (-signal.SIGKILL, -9)
        born.terminate()  # nobody
        assert output.read() == ""


def test_a_descriptor_is_its_own_under_the_number_in_its_arguments(tmp_path: Path) -> None:
    program = tmp_path / "writes.py"
    program.write_text("import os, sys; os.write(int(sys.argv[1].partition('=')[2]), b'here')")
    read, write = os.pipe()
    with (tmp_path / "log").open("wb") as log:
        born = nursery.nursery().start([str(program), "--to={}"], {}, log.fileno(), log.fileno(), write)
    os.close(write)
    with os.fdopen(read) as told:
        assert (born.wait(60), told.read()) == (0, "here")


def test_it_leaves_nobody_behind() -> None:
    program = "from tools.serving.nursery import printed; printed(['-m', 'this'], {})"
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
