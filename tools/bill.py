"""``python -m tools.bill sbom.json``: add what browsers load, from npm, to a bill of materials (CycloneDX)."""

import json
import sys
from base64 import b64decode
from pathlib import Path
from typing import Any
from urllib.parse import quote

LOCK = Path(__file__).resolve().parents[1] / "assets/package-lock.json"


def components(lock: dict[str, Any]) -> list[dict[str, Any]]:
    """Every package that the lock file names, with its version, licence and checksum."""
    return [
        _component(path.rpartition("node_modules/")[2], package) for path, package in lock["packages"].items() if path
    ]


def _component(name: str, package: dict[str, Any]) -> dict[str, Any]:
    algorithm, _, digest = package["integrity"].partition("-")
    purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
    return {
        "type": "library",
        "bom-ref": purl,
        "purl": purl,
        "name": name,
        "version": package["version"],
        "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": b64decode(digest).hex()}],
        "licenses": [{"license": {"id": package["license"]}}],
    }


def add(bill: dict[str, Any], lock: dict[str, Any]) -> dict[str, Any]:
    found = components(lock)
    known = {part["bom-ref"] for part in found}
    others = [part for part in bill["components"] if part["bom-ref"] not in known]
    return {**bill, "components": sorted(others + found, key=lambda part: (part["name"], part.get("version", "")))}


def main() -> None:
    path = Path(sys.argv[1])
    bill = add(json.loads(path.read_text()), json.loads(LOCK.read_text()))
    path.write_text(json.dumps(bill, indent=2) + "\n")


if __name__ == "__main__":
    main()
