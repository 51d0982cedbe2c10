"""A throwaway PostgreSQL, from the server binaries on this machine: started for the tests, removed after them.

To keep one up while developing: ``python -m tests.postgres``.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

DEBIAN = Path("/usr/lib/postgresql")
SECONDS_TO_START = 60
SECONDS_TO_STOP = 30
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    # It is gone after the tests: nothing needs to survive a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}


def find_binaries() -> Path | None:
    """The directory of ``initdb`` and ``postgres``: the one on PATH, or Debian's newest; None if there is neither."""
    on_path = shutil.which("initdb")
    candidates = [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(DEBIAN.glob("*/bin"), key=lambda path: _version(path.parent.name), reverse=True)
    return next((path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()), None)


@contextmanager
def throwaway(binaries: Path) -> Iterator[str]:
    """Run a fresh cluster; yield the URL of a database in it. Raises RuntimeError, with its log, if it fails to start.

    Anybody on this machine can connect while it runs (trust authentication), on a free port of the loopback interface.
    """
    identity = unprivileged()
    with tempfile.TemporaryDirectory(prefix="clinic-postgres-") as name:
        home = Path(name)
        if identity:
            shutil.chown(home, identity["user"], identity["group"])
        initialise(binaries, home, identity, "--no-sync")
        with served(binaries, home, SETTINGS, identity) as url:
            yield url


def initialise(binaries: Path, home: Path, identity: dict[str, Any], *options: str) -> None:
    """Make a cluster in ``home``, unless there is one."""
    data = home / "data"
    if (data / "PG_VERSION").exists():
        return
    created = subprocess.run(
        [
            binaries / "initdb",
            f"--pgdata={data}",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            *options,
        ],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        **identity,
    )
    if created.returncode:
        raise RuntimeError(f"initdb failed:\n{created.stdout}{created.stderr}")


@contextmanager
def served(binaries: Path, home: Path, settings: dict[str, str], identity: dict[str, Any]) -> Iterator[str]:
    """Run the cluster in ``home`` on a free port; yield the URL of its database `postgres`."""
    port = free_port()
    log = home / "log"
    settings = settings | {"port": str(port), "unix_socket_directories": str(home)}
    with log.open("wb") as output:
        server = subprocess.Popen(
            [binaries / "postgres", "-D", home / "data", *(f"--{name}={value}" for name, value in settings.items())],
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the tests: they still need the database to clean up
            **identity,
        )
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    try:
        _wait_until_it_answers(url, server, log)
        yield url
    finally:
        _stop(server)


def _version(name: str) -> list[int]:
    return [int(part) for part in name.split(".") if part.isdigit()]


def unprivileged() -> dict[str, Any]:
    """What to tell `subprocess` so that the server does not run as root, which it refuses."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise RuntimeError("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while server.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    server.send_signal(signal.SIGINT)  # "fast": it does not wait for clients to leave
    try:
        server.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def main() -> None:
    binaries = find_binaries()
    if binaries is None:
        sys.exit("No PostgreSQL server binaries (initdb, postgres) on PATH or in /usr/lib/postgresql/*/bin.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with throwaway(binaries) as url, suppress(KeyboardInterrupt):
        print(f"PostgreSQL runs until Ctrl-C. In another terminal:\n\n  export TEST_DATABASE_URL={url}\n", flush=True)
        signal.pause()


if __name__ == "__main__":
    main()
