"""Environments, and what the settings make of them."""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEY = "only-for-tests-abcdefghijklmnopqrstuvwxyz-0123456789"
PRODUCTION = {"SECRET_KEY": KEY, "ALLOWED_HOSTS": "clinic.example.org"}
Settings = Callable[..., dict[str, Any]]


def documented() -> list[str]:
    return re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


@pytest.fixture
def settings_of(monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that an environment with only these variables gives."""

    def load(**environment: str) -> dict[str, Any]:
        for name in documented():
            monkeypatch.delenv(name, raising=False)
        for name, value in ({"ENV_FILE": os.devnull} | environment).items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(ROOT / "core/settings.py"))

    return load


def run(*command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,  # on a machine that is busy with other tests
    )
