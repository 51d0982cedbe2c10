"""The bill of materials names what is installed, at its version, with its licence."""

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.skipif(find_spec("cyclonedx_py") is None, reason="only with requirements-dev.txt"),
    pytest.mark.once,
]


def test_every_package_of_production_is_in_the_bill_of_materials(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--output-file", written]
    # To hold its own writing against its schema takes it ten seconds; `make sbom` lets it.
    command.append("--no-validate")
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
    assert "python -m tools.bill sbom.json" in recipe


def test_what_browsers_load_is_in_it_as_the_lock_file_names_it(tmp_path: Path) -> None:
    written = tmp_path / "sbom.json"
    django = {"type": "library", "bom-ref": "Django==5", "name": "Django", "version": "5"}
    written.write_text(json.dumps({"bomFormat": "CycloneDX", "components": [django]}))
    for _ in range(2):  # again it adds nothing
        subprocess.run([sys.executable, "-m", "tools.bill", written], check=True, cwd=ROOT, timeout=60)
    parts = json.loads(written.read_text())["components"]
    wanted = json.loads((ROOT / "assets/package.json").read_text())["dependencies"]
    assert len(parts) == len({part["bom-ref"] for part in parts})
    listed = {part["name"]: part for part in parts}
    assert {name: listed[name]["version"] for name in wanted} == wanted
    assert {"Django", "@kurkle/color"} < set(listed)  # what those bring along, too
    chart = listed["chart.js"]
    assert (chart["purl"], chart["licenses"]) == (f"pkg:npm/chart.js@{chart['version']}", [{"license": {"id": "MIT"}}])
    assert [(one["alg"], len(one["content"])) for one in chart["hashes"]] == [("SHA-512", 128)]
