"""``python -m tools.licences``: the licence of every package that is installed; 1 if one does not go with ours.

The project is MIT. What is only used (LGPL, MPL) goes with that; what asks the same of whoever uses it (GPL, AGPL) does
not, unless it may be had under another licence as well.
"""

import re
import sys
from importlib.metadata import Distribution, distributions
from typing import Any

REFUSED = re.compile(r"(?<!L)(?<!Lesser )(?:\bA?GPL|GNU (?:Affero )?General Public License|SSPL|BUSL)", re.IGNORECASE)
# Whose metadata says nothing; read from their repositories.
KNOWN = {"axe-playwright-python": "MIT"}
OURS = frozenset({"clinic-assets"})


def licence_of(package: Distribution) -> str:
    """What the metadata says, as short as it can: an SPDX expression, the classifiers, or the first line of a text."""
    told: Any = package.metadata
    if expression := told.get("License-Expression"):
        return str(expression)
    classifiers = [line.split(" :: ")[-1] for line in told.get_all("Classifier") or () if line.startswith("License ::")]
    text = (told.get("License") or "").strip().partition("\n")[0]
    return " OR ".join(name for name in classifiers if name != "OSI Approved") or text or KNOWN.get(_name(package), "")


def goes_with_ours(licence: str) -> bool:
    """Whether one of the licences that can be chosen does; what is not known does not."""
    choices = re.split(r"\bOR\b|/|;", licence)
    return bool(licence) and any(choice.strip() and not REFUSED.search(choice) for choice in choices)


def main() -> int:
    refused = 0
    for package in sorted(distributions(), key=_name):
        licence = licence_of(package)
        if _name(package) not in OURS and not goes_with_ours(licence):
            print(f"{_name(package)} {package.version}: {licence or 'no licence is named'}")
            refused += 1
    return 1 if refused else 0


def _name(package: Distribution) -> str:
    return re.sub(r"[-_.]+", "-", package.metadata["Name"]).lower()


if __name__ == "__main__":
    sys.exit(main())
