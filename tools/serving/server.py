"""gunicorn, as it is deployed: two processes of four threads, on a free port."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tools.serving.database import Database
from tools.serving.nursery import Born, nursery

PROCESSES, THREADS = 2, 4
SECONDS_TO_START = 60
SECONDS_TO_STOP = 20

# What a log says when the database was not up to it, or when the code did not expect what came.
TROUBLE = (
    "Traceback",
    "deadlock",
    "database is locked",
    "PoolTimeout",
    "lost a race",
    "WORKER TIMEOUT",
    '"level": "error"',
)


def environment(database: Database, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a production server is given, but for HTTPS; ``more`` wins."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "ENV_FILE": os.devnull,
        "DEBUG": "False",
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "False",
        "CLINIC_TIME_ZONE": "UTC",
        "RATE_LIMIT_USER": "10000000/m",  # a single one asks for all
        "DATABASE_URL": database.url,
        "DATABASE_POOL_MIN": "1",
        "DATABASE_POOL_MAX": str(THREADS),
        **(more or {}),
    }


class Server:
    """A running gunicorn. ``address`` is http://127.0.0.1:port; ``log`` is what it has printed."""

    def __init__(self, address: str, process: Born, log: Path) -> None:
        self.address, self.process, self.log = address, process, log

    def workers(self) -> list[int]:
        """The process ids of its workers."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill_a_worker(self) -> int:
        """kill -9, as the kernel does when memory is short; gunicorn starts another one."""
        victim = self.workers()[0]
        os.kill(victim, signal.SIGKILL)
        return victim

    def troubles(self) -> list[str]:
        """The lines of the log that a calm day does not have."""
        return [line for line in self.log.read_text().splitlines() if any(word in line for word in TROUBLE)]

    def wait_until_it_answers(self, seconds: float = SECONDS_TO_START) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                urlopen(f"{self.address}/healthz", timeout=5).close()
            except (URLError, OSError):
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"The server did not start:\n{self.log.read_text()}") from None
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """End the server, and with it its connections to the database. Stopping twice changes nothing."""
        self.process.terminate()
        try:
            self.process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def serving(
    database: Database,
    log: Path,
    application: str = "core.wsgi",
    more: Mapping[str, str] | None = None,
    *options: str,
) -> Iterator[Server]:
    """Run the server while the block does. Connections queue from the first moment: nobody waits for its start."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener, log.open("wb") as output:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        command = ["-m", "gunicorn", application, "--bind", "fd://{}"]
        command += ["--workers", str(PROCESSES), "--worker-class", "gthread", "--threads", str(THREADS)]
        # Preloaded, both processes are up when the first one answers.
        command += ["--preload", "--no-control-socket", "--graceful-timeout", "5", *options]
        process = nursery().start(
            command, environment(database, more), output.fileno(), output.fileno(), listener.fileno()
        )
    server = Server(address, process, log)
    try:
        yield server
    finally:
        server.stop()
