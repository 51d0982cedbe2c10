"""What a rule says, and where."""

import re
from typing import NamedTuple

ALLOWED = re.compile(r"allowed: (?P<rule>[a-z-]+) - \S+")


class Finding(NamedTuple):
    line: int
    rule: str
    sentence: str


def without_allowed(findings: list[Finding], text: str) -> list[Finding]:
    """Those whose line gives no reason."""
    lines = text.splitlines()

    def is_allowed(finding: Finding) -> bool:
        return any(match["rule"] == finding.rule for match in ALLOWED.finditer(lines[finding.line - 1]))

    return [finding for finding in findings if not is_allowed(finding)]
