"""A PostgreSQL of one's own that can be killed and started again; it writes to the disk as in production."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg

from tests.postgres import find_binaries, free_port, unprivileged

SECONDS_TO_START = 60


class Cluster:
    """``url`` is that of a database in it, once it was started. ``settings`` are the server's, ``options`` initdb's."""

    def __init__(self, home: Path, *options: str, **settings: str) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise RuntimeError("PostgreSQL's server is not installed.")
        self.binaries, self.home, self.port = binaries, home, free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/postgres"
        self.identity = unprivileged()
        home.mkdir(parents=True, exist_ok=True)
        if self.identity:
            shutil.chown(home, self.identity["user"], self.identity["group"])
        self.settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(home)}
        self.settings |= settings
        options = ("--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", *options)
        command = [str(binaries / "initdb"), f"--pgdata={home / 'data'}", *options]
        subprocess.run(command, cwd=home, stdout=subprocess.DEVNULL, check=True, **self.identity)

    def start(self) -> float:
        """Start it, and wait until it answers; the seconds that took."""
        began = time.monotonic()
        with (self.home / "log").open("ab") as output:
            self.process = subprocess.Popen(
                [str(self.binaries / "postgres"), "-D", str(self.home / "data")]
                + [f"--{name}={value}" for name, value in self.settings.items()],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **self.identity,
            )
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() - began > SECONDS_TO_START:
                    raise
                time.sleep(0.02)
            else:
                return time.monotonic() - began

    def kill(self) -> None:
        """kill -9 of all its processes at once, as when the machine goes down."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def remove(self) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
