"""A throwaway Redis, from the server on this machine: it can go away, come back as a new one, and fall silent."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.postgres import free_port

SECONDS_TO_START = 30


def find_binary() -> str | None:
    """The server on PATH; None if there is none, or nothing to ask it with."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    return found if find_spec("redis") else None


needed = pytest.mark.skipif(find_binary() is None, reason="There is no redis-server, or the package redis is not there")


class Redis:
    """A server on a port of its own. ``url`` is what CACHE_URL says; it keeps nothing for its next start."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"rediscache://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it takes connections."""
        binary = find_binary()
        assert binary
        options = {"bind": "127.0.0.1", "port": str(self.port), "dir": str(self.folder), "save": "", "appendonly": "no"}
        command = [binary, *(word for name, value in options.items() for word in (f"--{name}", value))]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.perf_counter() + SECONDS_TO_START
        while self._process.poll() is None and time.perf_counter() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return
        raise RuntimeError(f"Redis did not start:\n{(self.folder / 'log').read_text(errors='replace')}")

    def fall_silent(self) -> None:
        """Its connections stay, and nothing is answered."""
        if self._process:
            self._process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """It is gone, with all that it knew. Stopping twice changes nothing."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None


@contextmanager
def throwaway() -> Iterator[Redis]:
    """Run one while the block does."""
    with tempfile.TemporaryDirectory(prefix="clinic-redis-") as name:
        server = Redis(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()
