"""The servers that are measured: granian, as documented for production, the same for ours and for the floor."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[1]
PROCESSES, THREADS = 2, 2
SECONDS_TO_START = 60


def environment(database_url: str, **more: str) -> dict[str, str]:
    """What a production server is given, but for HTTPS and for the limits that load would meet."""
    return {
        **os.environ,
        "ENV_FILE": os.devnull,
        "DEBUG": "False",
        "SECRET_KEY": "only-for-benchmarks-" + "x" * 50,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "False",
        "CLINIC_TIME_ZONE": "UTC",
        "DATABASE_URL": database_url,
        "DATABASE_POOL_MIN": str(THREADS),
        "DATABASE_POOL_MAX": str(THREADS),
        "RATE_LIMIT_USER": "0",
        "RATE_LIMIT_ADDRESS": "0",
        **more,
    }


@contextmanager
def serving(
    application: str, database_url: str, *, alive: str, settings: str = "core.settings", log: Path
) -> Iterator[tuple[str, int]]:
    """Run ``application``; yield its address and its process id once it answers at the path ``alive``."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(PROCESSES), "--blocking-threads", str(THREADS), "--log-level", "warning", application),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment(database_url, DJANGO_SETTINGS_MODULE=settings),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(f"{address}{alive}", process, log)
        yield address, process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            urlopen(url, timeout=5).close()
        except (URLError, OSError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')}") from None
            time.sleep(0.05)
        else:
            return
