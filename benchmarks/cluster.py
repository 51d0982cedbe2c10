"""A PostgreSQL for benchmarks: durable as in production, kept between runs, since filling it takes a while."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tests import postgres

# Everything that makes an acknowledged booking survive a power cut stays at its default: on.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "shared_buffers": "2GB",
    "effective_cache_size": "12GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "100",
}


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Run the cluster kept in ``home``, made on the first use; yield the URL of its database `postgres`."""
    binaries = postgres.find_binaries()
    if binaries is None:
        raise SystemExit("The benchmarks need PostgreSQL's server binaries. On Debian: apt install postgresql")
    identity = postgres.unprivileged()
    home.mkdir(parents=True, exist_ok=True)
    if identity:
        shutil.chown(home, identity["user"], identity["group"])
    postgres.initialise(binaries, home, identity)
    with postgres.served(binaries, home, SETTINGS, identity) as url:
        yield url


class Bench:
    """The cluster's databases by name."""

    def __init__(self, server: str) -> None:
        self.server = server

    def url(self, name: str) -> str:
        return self.server.rpartition("/")[0] + f"/{name}"

    def connect(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.url(name), autocommit=True)

    def exists(self, name: str) -> bool:
        with psycopg.connect(self.server) as connection:
            return connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None

    def create(self, name: str) -> None:
        self._manage("CREATE DATABASE {}", name)

    def drop(self, name: str) -> None:
        self._manage("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _manage(self, statement: str, name: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def machine() -> dict[str, str]:
    """What the figures were measured on."""
    cpu = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "unknown",
    )
    memory = Path("/proc/meminfo").read_text().split()[1]
    version = subprocess.run(
        [postgres.find_binaries() / "postgres", "--version"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    return {
        "cores": str(os.cpu_count()),
        "processor": cpu,
        "memory": f"{int(memory) / 2**20:.0f} GiB",
        "database": version,
    }
