"""The bill of materials names what is installed, at its version, with its licence."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(find_spec("cyclonedx_py") is None, reason="only with requirements-dev.txt")


def test_every_package_of_production_is_in_the_bill_of_materials(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--output-file", written]
    subprocess.run([*command, sys.executable], check=True, cwd=ROOT, capture_output=True, timeout=300)
    bill = json.loads(written.read_text())
    assert bill["bomFormat"] == "CycloneDX"
    listed = {part["name"].lower(): part for part in bill["components"]}
    pinned = re.findall(
        r"^([\w-]+)(?:\[.*?\])?==(\S+)$", (ROOT / "requirements-production.txt").read_text(), re.MULTILINE
    )
    assert len(pinned) > 10
    for name, version in pinned:
        assert listed[name.lower()]["version"] == version
        assert listed[name.lower()]["licenses"], name


def test_the_command_is_made_of_what_production_installs() -> None:
    recipe = (ROOT / "Makefile").read_text().partition("\nsbom:")[2].partition("\n\n")[0]
    assert "install --quiet --disable-pip-version-check -r requirements-production.txt" in recipe
    assert "cyclonedx-py environment" in recipe
