"""Rules about templates: what the content security policy would block, and what would not be escaped."""

import re
from pathlib import PurePath

from tools.rules.finding import Finding, without_allowed

RULES = {
    "inline-script": (
        re.compile(r"<script(?![^>]*\b(?:src=|nonce=|type=\"application/json\"))[^>]*>", re.IGNORECASE),
        "A script is a file, or carries the nonce.",
    ),
    "inline-handler": (re.compile(r"<[^>{]*\son[a-z]+\s*=", re.IGNORECASE), "A script's file listens for events."),
    "inline-style": (
        re.compile(r"<style(?![^>]*\bnonce=)|<[^>{]*\sstyle\s*=", re.IGNORECASE),
        "A style is a class of a file.",
    ),
    "unescaped": (re.compile(r"\|\s*safe\b|\|\s*safeseq\b|{%\s*autoescape\s+off"), "What people typed is escaped."),
    "other-host": (
        re.compile(r"<(?:script|link|img|iframe)[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE),
        "A page loads nothing from another host.",
    ),
}


def check(path: PurePath, text: str) -> list[Finding]:
    """What the rules say about a template."""
    found = [
        Finding(text.count("\n", 0, match.start()) + 1, name, sentence)
        for name, (pattern, sentence) in RULES.items()
        for match in pattern.finditer(text)
    ]
    return without_allowed(sorted(found), text)
