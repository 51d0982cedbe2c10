"""The commands of the document's quick start, run as a newcomer runs them on a fresh clone: no variable is set.

Production's are in tests/core/test_serving.py.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from json import loads
from pathlib import Path

import httpx
import pytest

from tests.contract.test_baseline import CREDENTIALS, JANE, ROOT, Addresses

SECONDS_TO_START = 60

pytestmark = [
    pytest.mark.xdist_group("quick-start"),
    pytest.mark.skipif(
        bool(os.environ.get("TEST_DATABASE_URL")), reason="a fresh clone is on SQLite; it was run there"
    ),
]


@pytest.fixture(autouse=True)
def clock() -> None:
    """Other processes have the real time: so has this one."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of somebody without a configuration, whose database is not there yet."""
    home = tmp_path_factory.mktemp("clone")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "ENV_FILE": str(home / ".env"), "DATABASE_URL": f"sqlite:///{home / 'db.sqlite3'}"}


@pytest.fixture(scope="module")
def server(environment: dict[str, str]) -> Iterator[httpx.Client]:
    """After ``migrate`` and ``createsuperuser``: ``runserver``, on a free port."""
    manage("migrate --verbosity 0", environment)
    superuser = {
        "DJANGO_SUPERUSER_USERNAME": "kimutai",
        "DJANGO_SUPERUSER_PASSWORD": "cosmas@44",
        "DJANGO_SUPERUSER_EMAIL": "kimutai@example.com",
    }
    output = manage("createsuperuser --noinput", environment | superuser)
    assert output == "Superuser created successfully.\n"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "runserver", "--noreload", f"127.0.0.1:{port}"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(port, process)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client
    finally:
        process.terminate()
        process.wait(30)


def manage(command: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """runserver cannot be handed an open socket: ask until it listens."""
    deadline = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"runserver does not answer; it returned {process.poll()}.")


def test_the_quick_start_ends_in_a_system_that_answers(server: httpx.Client) -> None:
    answer = server.post("/api-token-auth/", content=CREDENTIALS, headers={"Content-Type": "application/json"})
    assert re.fullmatch("[0-9a-f]{40}", answer.json()["token"])
    headers = {"Authorization": f"Token {answer.json()['token']}"}
    assert server.post("/api/patients/", json=JANE, headers=headers).status_code == 201
    for page in ("/", "/swagger/", "/redoc/", "/accounts/login/"):
        answer = server.get(page)
        assert (page, answer.status_code) == (page, 200)
        for address in Addresses(answer.text).loaded:
            if address.startswith("/"):
                assert (address, server.get(address).status_code) == (address, 200)


@pytest.mark.skipif(not shutil.which("curl"), reason="what the demo prints is for curl")
def test_what_the_demo_prints_can_be_pasted_into_a_shell(server: httpx.Client, environment: dict[str, str]) -> None:
    output = manage(f"demo --address {server.base_url}", environment)
    script = "\n".join(line for line in output.splitlines() if "curl" in line)
    answers = [
        loads(subprocess.run(["sh", "-c", script], env=environment, capture_output=True, check=True).stdout)
        for _ in range(2)
    ]
    assert answers[0]["status"] == "scheduled"
    assert answers[1] == {"non_field_errors": ["This doctor is already booked at that time."]}


def test_the_test_command_runs_tests(environment: dict[str, str]) -> None:
    label = "tests.contract.test_baseline.test_the_procfile_has_the_documents_line"
    assert "\nSQLite: 1 passed in " in manage(f"test {label} --parallel 0", environment)
