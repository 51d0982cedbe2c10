"""Processes that are born with the libraries in memory: forked from one that has imported them, and nothing of ours.

To start Python and to import Django and all that belongs to it takes most of a second of a processor, and the tests
start hundreds of servers and commands. Each gets the environment, the arguments and the files that it is given, and
reads its settings and our code itself.
"""

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock

ROOT = Path(__file__).resolve().parents[2]
# What a server has in memory at last, and can be imported before there are settings or an environment: so not
# prometheus_client, which asks then where processes count together.
LIBRARIES = (
    *("django.contrib.admin", "django.contrib.postgres.fields", "django.contrib.postgres.indexes"),
    *("django.contrib.postgres.search", "django.core.management", "django.db.backends.postgresql.base"),
    *("django.forms", "django.middleware.csrf", "django.template.defaulttags", "django.views.generic"),
    *("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "cryptography.hazmat.primitives.asymmetric.ec"),
    *("holidays", "icalendar", "jsonschema", "phonenumbers", "phonenumbers.shortnumberinfo"),
    *("psycopg", "psycopg_pool", "rapidfuzz.distance", "rapidfuzz.fuzz", "structlog", "whitenoise", "yaml"),
)


class Born:
    """A process, with what `subprocess.Popen` offers to those who start one."""

    def __init__(self, status: int) -> None:
        self._status = os.fdopen(status)
        self.pid = int(self._status.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], 0)[0]:
            return self.wait()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code; minus the signal that ended it. Raises subprocess.TimeoutExpired after so many seconds."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            with self._status as status:
                self.returncode = int(status.readline())
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Nursery:
    """It ends when it is closed, and at the latest with the process that has it."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair()
        self._turn = Lock()
        with theirs:
            command = [sys.executable, "-m", __name__, str(theirs.fileno())]
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], output: int, errors: int, *more: int
    ) -> Born:
        """``arguments`` are python's: a file, or -m and a module. ``more`` are descriptors for it, whose numbers there
        take the places of {} in the arguments."""
        told = json.dumps({"arguments": arguments, "environment": dict(environment)}) + "\n"
        status, theirs = os.pipe()
        with self._turn:
            socket.send_fds(self._control, [told.encode()], [theirs, output, errors, *more])
        os.close(theirs)
        return Born(status)

    def close(self) -> None:
        self._control.close()
        self._process.wait()


@cache
def nursery() -> Nursery:
    """The one of this process."""
    one = Nursery()
    atexit.register(one.close)
    return one


def run(
    arguments: Sequence[str], environment: Mapping[str, str], *, seconds: float = 300
) -> "subprocess.CompletedProcess[str]":
    """Run a program to its end; what it printed is text. Raises subprocess.TimeoutExpired, and ends it, after that."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        born = nursery().start(arguments, environment, output.fileno(), errors.fileno())
        try:
            code = born.wait(seconds)
        finally:
            born.kill()
        output.seek(0)
        errors.seek(0)
        return subprocess.CompletedProcess(list(arguments), code, output.read(), errors.read())


def printed(arguments: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a program prints. Raises RuntimeError, with all that it said, where it fails."""
    done = run(arguments, environment)
    if done.returncode:
        raise RuntimeError(f"{arguments} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


# --- In the nursery ------------------------------------------------------------------------------


def main() -> None:
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)  # whose settings would be read for all
    for name in LIBRARIES:
        import_module(name)
    gc.freeze()
    control = socket.socket(fileno=int(sys.argv[1]))
    while True:
        told, descriptors, *_ = socket.recv_fds(control, 1 << 16, 8)
        while told and not told.endswith(b"\n"):
            told += control.recv(1 << 16)
        if not told:
            return
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # the keepers that have done their work
                pass
        if os.fork() == 0 and _kept(control, descriptors[0]) == 0:
            _become(json.loads(told), descriptors[1:])
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _kept(control: socket.socket, status: int) -> int:
    """0 in the process that is to be; the one that waits for it, and tells its id and how it ended, does not return."""
    control.close()
    if pid := os.fork():
        os.write(status, f"{pid}\n".encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.write(status, f"{code}\n".encode())
        os._exit(0)
    os.close(status)
    return pid


def _become(told: Mapping[str, object], descriptors: Sequence[int]) -> None:
    """What python does with its arguments, but for its options."""
    output, errors, *more = descriptors
    for descriptor, standard in ((output, 1), (errors, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    arguments, environment = told["arguments"], told["environment"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    numbers = iter(more)
    sys.argv = [argument.replace("{}", str(next(numbers))) if "{}" in argument else argument for argument in arguments]
    if sys.argv[0] == "-m":
        del sys.argv[0]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(sys.argv[0], run_name="__main__")


if __name__ == "__main__":
    main()
