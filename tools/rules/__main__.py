"""``python -m tools.rules``: every line of the project that breaks a rule of its own; 1 if there is one."""

import sys
from pathlib import Path

from tools.rules import python, templates

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "accounts api appointments audit clinics common core doctors fhir notifications patients scheduling tools web"
)


def main() -> int:
    findings = 0
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            known = path.suffix in (".py", ".html") and "migrations" not in path.parts
            if not known:
                continue
            inside = path.relative_to(ROOT)
            check = python.check if path.suffix == ".py" else templates.check
            for finding in check(inside, path.read_text()):
                print(f"{inside}:{finding.line}: {finding.rule}: {finding.sentence}")
                findings += 1
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
