"""The threat model names tests that there are, for every kind of threat."""

import re

from tests.docs.test_docs import ROOT, rows

THREATS = rows((ROOT / "docs/threat-model.md").read_text(), "| Kind | Threat | What is in the way | Tests |")


def test_every_test_that_the_threat_model_names_exists() -> None:
    written = "\n".join(path.read_text() for path in sorted((ROOT / "tests").rglob("test_*.py")))
    there = set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    named = {name for *_, tests in THREATS for name in re.findall(r"`(\w+)`", tests)}
    assert named - there == set()


def test_every_threat_names_its_kind_what_is_in_the_way_and_a_test() -> None:
    assert {kind for kind, *_ in THREATS} == set("STRIDE")
    assert [row for row in THREATS if len(row) != 4 or not all(row) or "`test_" not in row[3]] == []
