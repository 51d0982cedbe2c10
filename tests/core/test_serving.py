"""The commands of production, for real: collectstatic, migrate, gunicorn, with DEBUG off."""

import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.core.environment import ROOT, run

pytestmark = pytest.mark.xdist_group("serving")  # collectstatic takes seconds: once is enough

HOST = {"Host": "clinic.example.org"}
HTTPS = HOST | {"X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def server(installation: dict[str, str]) -> Iterator[httpx.Client]:
    """What the Procfile says, on a free port: first its release, then its web process."""
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    release, web = shlex.split(procfile["release"]), shlex.split(procfile["web"])
    assert (release[0], web[0]) == ("python", "gunicorn")
    migrated = run(*release[1:], **installation)
    assert migrated.returncode == 0, migrated.stderr
    with socket.create_server(("127.0.0.1", 0)) as listener:  # open before the server is: nobody has to wait or retry
        process = subprocess.Popen(
            [sys.executable, "-m", *web, "--bind", f"fd://{listener.fileno()}"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **installation},
            pass_fds=[listener.fileno()],
            stderr=subprocess.DEVNULL,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30) as client:
                yield client
        finally:
            process.terminate()
            process.wait(30)


def test_a_migrated_installation_is_ready(server: httpx.Client) -> None:
    for path in ("/healthz", "/readyz"):  # asked without TLS
        assert server.get(path, headers=HOST).json() == {"status": "ok"}


def test_http_is_redirected_to_https(server: httpx.Client) -> None:
    response = server.get("/api/patients/", headers=HOST)
    assert (response.status_code, response.headers["Location"]) == (301, "https://clinic.example.org/api/patients/")


def test_https_is_answered_and_insisted_on(server: httpx.Client) -> None:
    response = server.get("/api/patients/", headers=HTTPS)
    detail = {"detail": "Authentication credentials were not provided."}
    assert (response.status_code, response.json()) == (401, detail)
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_cookies_travel_over_https_only(server: httpx.Client) -> None:
    assert "; Secure" in server.get("/accounts/login/", headers=HTTPS).headers["Set-Cookie"]


def test_another_host_name_is_refused(server: httpx.Client) -> None:
    assert server.get("/healthz", headers={"Host": "evil.example.org"}).status_code == 400


def test_errors_show_no_code(server: httpx.Client) -> None:
    response = server.get("/nowhere", headers=HTTPS)
    assert response.status_code == 404
    assert "DEBUG" not in response.text


@pytest.mark.parametrize("page", ["/swagger/", "/redoc/", "/accounts/login/"])
def test_pages_come_with_their_static_files(server: httpx.Client, page: str) -> None:
    response = server.get(page, headers=HTTPS)
    assert response.status_code == 200
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', response.text)
    assert files
    for path in files:
        assert server.get(path, headers=HTTPS).headers["Cache-Control"] == "max-age=315360000, public, immutable"
