"""What the documents say is so: links, commands, variables, the life cycle, and the README's examples."""

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.test import Client

from accounts.models import User
from appointments.importing.run import IMPORTERS
from appointments.lifecycle import MOVABLE, TRANSITIONS, Status, blocks
from appointments.policy import RULES
from clinics.models import Location
from clinics.services import ensure_first_location
from tests.factories import make_patient
from tools.checker.rules import RULES as CHECKS

ROOT = Path(__file__).resolve().parent.parent.parent
README = (ROOT / "README.md").read_text()
BOOKING = (ROOT / "docs/booking.md").read_text()
FILES = (ROOT / "docs/files.md").read_text()
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCED = re.compile(r"^ *```(?P<language>\w*)\n(?P<body>.*?)^ *```", re.MULTILINE | re.DOTALL)
OURS = ("appointments", "audit", "clinics", "doctors", "patients")
TOKEN = "43dca77ace84f995ffee2267f9cd070e1d4cff73"  # the document's
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")


def cells(row: str) -> list[str]:
    """The cells of a row of a Markdown table."""
    return [cell.strip() for cell in row.strip().strip("|").split("|")]


def rows(text: str, heading: str) -> list[list[str]]:
    """The rows of the table whose first row is ``heading``, below its rule."""
    table = text.partition(heading + "\n")[2].partition("\n\n")[0]
    return [cells(row) for row in table.splitlines()[1:]]


def commands(text: str) -> str:
    """All that a document tells people to type in a shell."""
    return "\n".join(block["body"] for block in FENCED.finditer(text) if block["language"] == "bash")


def anchors(path: Path) -> set[str]:
    """The names of a document's headings, as links write them."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    broken = []
    for match in LINK.finditer(FENCED.sub("", path.read_text())):
        target, _, anchor = match["target"].partition("#")
        if target.startswith("https://"):
            continue
        there = path.parent / target if target else path
        if not there.exists() or (anchor and anchor not in anchors(there)):
            broken.append(match["target"])
    assert broken == []


def test_every_decision_is_in_the_index() -> None:
    adr = ROOT / "docs/adr"
    indexed = {match["target"] for match in LINK.finditer(FENCED.sub("", (adr / "README.md").read_text()))}
    assert indexed == {path.name for path in adr.glob("[0-9]*.md")}


def test_the_readme_explains_every_variable_that_the_settings_read() -> None:
    explained = [row[0].strip("`") for row in rows(README, "| Variable | Default | Meaning |")]
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "core/settings.py").read_text()))
    assert sorted(explained) == sorted(read)


def test_the_readme_explains_every_variable_of_the_example() -> None:
    explained = {row[0].strip("`") for row in rows(README, "| Variable | Default | Meaning |")}
    offered = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert offered - explained == set()


def test_the_booking_guide_has_the_whole_life_cycle() -> None:
    def yes(what: bool) -> str:
        return "yes" if what else "no"

    told = {
        row[0].strip("`"): (set(re.findall(r"`(\w+)`", row[1])), *row[2:])
        for row in rows(BOOKING, "| From | May become | Takes time | May move |")
    }
    assert told == {
        status.value: (set(TRANSITIONS[status]), yes(blocks(status)), yes(status in MOVABLE)) for status in Status
    }


def test_the_booking_guide_has_every_rule_in_order() -> None:
    told = [row[0].strip("`") for row in rows(BOOKING, "| Rule | Answer |")]
    assert told == [rule.__name__ for rule in RULES]


def test_the_tests_that_the_booking_guide_names_exist() -> None:
    broken = []
    for _, file, names in rows(BOOKING, "| Claim | File | Tests |"):
        path = ROOT / "docs" / LINK.search(file)["target"]
        text = path.read_text() if path.exists() else ""
        broken += [name for name in re.findall(r"`(\w+)`", names) if f"def {name}(" not in text]
    assert broken == []


def test_every_rule_of_the_checker_is_told_of() -> None:
    told = rows((ROOT / "docs/reliability.md").read_text(), "| Rule | What it finds |")
    named = [name for row in told for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == sorted(rule.__name__ for rule in CHECKS)


def test_the_tests_of_faults_that_are_named_exist() -> None:
    told = rows((ROOT / "docs/reliability.md").read_text(), "| Fault | Promise | Shown by |")
    written = "".join(path.read_text() for path in (ROOT / "tests/faults").glob("test_*.py"))
    named = [name for _, _, names in told for name in re.findall(r"`(\w+)`", names)]
    assert named
    assert [name for name in named if f"def {name}(" not in written] == []


def test_the_guide_to_files_has_every_column() -> None:
    told = {}
    for kind, known, required, unread in rows(FILES, "| Kind | Read | Required | May be there, but not read |"):
        groups = [re.findall(r"`(\w+)`", group) for group in required.split(",")]
        told[kind] = (re.findall(r"`(\w+)`", known), groups, re.findall(r"`(\w+)`", unread))
    assert told == {
        kind: (list(columns.known), [list(group) for group in columns.required], list(columns.unread))
        for kind, columns in ((kind, importer.columns) for kind, importer in IMPORTERS.items())
    }


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_commands_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    made = set(re.findall(r"(?:^ *|`)make ([a-z]+)", text, re.MULTILINE))
    managed = set(re.findall(r"python manage\.py ([a-z_]+)", text))
    assert made
    assert managed
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert (made - targets, managed - set(get_commands())) == (set(), set())


def test_the_diagram_of_the_database_shows_the_columns_that_there_are() -> None:
    models = {re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).upper(): model for model in apps.get_models()}
    drawn = {
        entity: re.findall(r"^ +\w+ (\w+)", body, re.MULTILINE)
        for entity, body in re.findall(r"^    ([A-Z_]+) \{\n(.*?)\}", README, re.MULTILINE | re.DOTALL)
    }
    drawn.pop("USER")  # Django's own has more
    assert {entity: set(columns) for entity, columns in drawn.items()} == {
        entity: {field.attname for field in models[entity]._meta.concrete_fields} for entity in drawn
    }
    ours = {model for model in models.values() if model._meta.app_label in OURS}
    assert {models[entity] for entity in drawn} == ours


def is_told(shown: Any, answer: Any) -> bool:
    """Whether an answer is as the document shows it, in which "..." stands for anything, or for the rest."""
    if isinstance(shown, dict) and isinstance(answer, dict):
        fields = shown.keys() - {"..."}
        whole = "..." in shown or fields == answer.keys()
        return whole and fields <= answer.keys() and all(is_told(shown[name], answer[name]) for name in fields)
    if isinstance(shown, list) and isinstance(answer, list):
        return len(shown) == len(answer) and all(map(is_told, shown, answer))
    return shown in ("...", TOKEN, answer)


def asked(client: Client, command: str, token: str) -> Any:
    """The answer to a line of curl."""
    words = shlex.split(command.replace("$TOKEN", token))
    options = dict(pairwise(words))
    [address] = [word for word in words if word.startswith("http://")]
    headers = dict(word.split(": ", 1) for flag, word in pairwise(words) if flag == "-H")
    return client.generic(
        options.get("-X", "GET"),
        address.removeprefix("http://127.0.0.1:8000"),
        options.get("-d", ""),
        content_type=headers.pop("Content-Type", ""),
        headers=headers,
    )


@pytest.mark.django_db(transaction=True, reset_sequences=True)  # the examples name the first ids
def test_the_examples_of_the_readme_work_in_order_and_answer_as_it_shows() -> None:
    Location.objects.all().delete()  # its sequence begins again, and so does the clinic
    ensure_first_location()
    User.objects.create_superuser("kimutai", password="cosmas@44")
    client, token, statuses, shown = Client(), "", [], 0
    answer: Any = None
    examples = README.partition("## The API by example")[2].partition("\n## Environment")[0]
    for block in FENCED.finditer(examples):
        if block["language"] == "bash":
            for command in re.findall(r"^curl .+?(?<!\\)\n(?!  )", block["body"], re.MULTILINE | re.DOTALL):
                answer = asked(client, command, token)
                token = token or answer.json()["token"]
                statuses.append(answer.status_code)
        elif block["language"] == "json":
            if answer is None:  # after none of the commands: what the next patient hears who wants that time
                body = {"patient": make_patient().pk, "doctor": 1, "appointment_time": "2030-05-29T10:00:00Z"}
                headers = {"Authorization": f"Token {token}", "Accept": "application/problem+json"}
                answer = client.post("/api/appointments/", body, content_type="application/json", headers=headers)
            assert is_told(json.loads(block["body"]), answer.json()), answer.json()
            answer, shown = None, shown + 1
    clinic = [201, 201, 201, 200]
    assert statuses == [200, 201, 201, 200, 200, 201, 201, 200, 200, 200, 201, 200, 201, *clinic, 200, 200, 200]
    assert shown == 6
