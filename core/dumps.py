"""PostgreSQL's own tools, on the database of the settings: a dump of pg_dump's custom format, and the way back."""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections

DEBIAN = Path("/usr/lib/postgresql")
# What a newer pg_restore says by itself, and an older server has never heard of.
TOO_NEW = b"SET transaction_timeout = 0;\n"
RIGHTS = "-- rights --"


class CannotBackUp(Exception):
    """What is wrong, and what to do: for whoever types the command."""


def dump(path: Path) -> None:
    """Write the whole database to ``path``. Raises CannotBackUp."""
    _run("pg_dump", "--format=custom", "--no-owner", f"--file={path}")


def contents(path: Path) -> list[str]:
    """What is in a dump, a line each, as pg_restore lists it. Raises CannotBackUp."""
    return [line for line in _run("pg_restore", "--list", str(path)).splitlines() if line[:1].isdigit()]


def put_back(path: Path) -> list[str]:
    """Drop every table and put back what the dump holds, in one transaction; say which rights are left out, and why.

    pg_restore drops what the dump knows alone, fails where a table of a newer version refers to that, and cannot go on
    without a role that this server does not have. So its script goes to psql, which is told to commit once all of it
    has been read. Extensions may be somebody else's here: one is made where it is missing, and otherwise left alone.
    """
    tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
    connections[DEFAULT_DB_ALIAS].close()
    begin = f"BEGIN; DROP TABLE IF EXISTS {tables} CASCADE;\n" if tables else "BEGIN;\n"
    listed = contents(path)
    for extension in re.findall(r" EXTENSION - (\w+) ?$", "\n".join(listed), re.MULTILINE):
        begin += f'CREATE EXTENSION IF NOT EXISTS "{extension}";\n'
    rights = [line for line in listed if re.search(r" (DEFAULT )?ACL ", line)]
    rest = [line for line in listed if line not in rights and not re.search(r" EXTENSION ", line)]
    write = [_find("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"]
    with TemporaryFile("w+") as said:
        with Popen(write, stdin=PIPE, stdout=DEVNULL, stderr=said, env=environment()) as psql:  # noqa: S603 - ours
            script = cast(IO[bytes], psql.stdin)
            ended = 0
            with suppress(BrokenPipeError):  # psql has ended, and said why
                script.write(begin.encode())
                ended = _write(path, rest, script, said)
                if ended == 0 and rights:
                    script.write(f"\\set ON_ERROR_STOP off\n\\set ON_ERROR_ROLLBACK on\n\\warn {RIGHTS}\n".encode())
                    ended = _write(path, rights, script, said)
                if ended == 0:
                    script.write(b"COMMIT;\n")
            with suppress(BrokenPipeError):
                script.close()
        said.seek(0)
        told, _, refused = said.read().partition(RIGHTS)
    if psql.returncode or ended:
        raise CannotBackUp(f"pg_restore failed: {_error(told) or _ending(ended)}")
    return list(dict.fromkeys(re.findall(r"ERROR:\s+(.+)", refused)))


def _write(path: Path, entries: list[str], script: IO[bytes], said: IO[str]) -> int:
    """The statements that make these entries of the dump; return how pg_restore ended."""
    with NamedTemporaryFile("w", suffix=".list") as wanted:
        wanted.write("\n".join(entries))
        wanted.flush()
        options = ["--clean", "--if-exists", "--no-owner", f"--use-list={wanted.name}", "--file=-", str(path)]
        read = [_find("pg_restore"), *options]
        with Popen(read, stdout=PIPE, stderr=said, env=environment()) as restoring:  # noqa: S603 - ours
            for line in cast(IO[bytes], restoring.stdout):
                if line != TOO_NEW:
                    script.write(line)
            script.flush()
    return restoring.returncode


def _run(tool: str, *options: str) -> str:
    """What one of the tools says."""
    command = [_find(tool), *options]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise CannotBackUp(f"{tool} failed: {_error(done.stderr) or _ending(done.returncode)}")
    return done.stdout


def _error(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if "error" in line.lower()] or said.split("\n")
    return lines[0].strip()


def _ending(code: int) -> str:
    return f"it was ended by signal {-code}. The file may be damaged." if code < 0 else "no reason given"


def environment() -> dict[str, str]:
    """Which database the tools are to work on, how it is to be reached (``sslmode`` and the like), and the password,
    which no list of processes shows so."""
    from psycopg.pq import Conninfo  # noqa: PLC0415 - psycopg is loaded where it is used

    there = connection.settings_dict
    address = {"PGHOST": there["HOST"], "PGPORT": there["PORT"], "PGUSER": there["USER"], "PGDATABASE": there["NAME"]}
    address["PGPASSWORD"] = there["PASSWORD"]
    for option in Conninfo.get_defaults():
        name = option.keyword.decode()
        # `options` are the limits of a request's statements.
        if option.envvar and name in there["OPTIONS"] and name != "options":
            address[option.envvar.decode()] = there["OPTIONS"][name]
    return {**os.environ, **{name: str(value) for name, value in address.items() if value}}


def _find(tool: str) -> str:
    """Where it is: on PATH, or Debian's newest."""
    found = shutil.which(tool)
    debian = sorted(DEBIAN.glob(f"*/bin/{tool}"), key=lambda path: int(path.parts[-3]), reverse=True)
    if found := found or (str(debian[0]) if debian else None):
        return found
    raise CannotBackUp(f"{tool} is not installed. Debian: apt install postgresql-client.")
