"""What the documents promise in words: refusals, soft rules, defaults, and what can be asked."""

import json
import re
from typing import Any

import common.errors
from api.errors import STATUSES
from api.views.documentation import description
from appointments import errors
from appointments.policy import SOFT
from common.errors import DomainError, Refused
from tests.docs.test_docs import BOOKING, README, ROOT, rows


def gaps(template: str) -> re.Pattern[str]:
    """What a sentence can be, whatever fills its gaps."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)))


def sayings() -> dict[str, list[re.Pattern[str]]]:
    """What a booking can be refused with, by the field that it is said of."""
    said: dict[str, list[re.Pattern[str]]] = {}
    for error in vars(errors).values():
        if isinstance(error, type) and issubclass(error, Refused):
            said.setdefault(error.field or "non_field_errors", []).append(gaps(error.message))
    return said


def is_said(body: dict[str, Any]) -> bool:
    [(field, [sentence])] = body.items()
    return any(saying.fullmatch(sentence) for saying in sayings().get(field, ()))


def test_the_booking_guide_says_each_refusal_in_its_words() -> None:
    told = [json.loads(answer.strip("`")) for _, answer in rows(BOOKING, "| Rule | Answer |")]
    assert [body for body in told if not is_said(body)] == []


def test_the_readme_says_each_refusal_in_its_words() -> None:
    table = rows(README, "| Refused because | Status | Body |")
    told = [json.loads(body.strip("`")) for _, status, body in table if status == "400"]
    assert len(told) == 4
    assert [body for body in told if not is_said(body)] == []


def test_the_booking_guide_names_the_soft_rules() -> None:
    [sentence] = re.findall(r"Four of them are soft: (.+?)\. ", BOOKING)
    assert sorted(re.findall(r"`(\w+)`", sentence)) == sorted(rule.__name__ for rule in SOFT)


def test_the_readme_has_the_defaults_of_the_example() -> None:
    example = dict(re.findall(r"^(?:# )?([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    told = {name.strip("`"): cell for name, cell, _ in rows(README, "| Variable | Default | Meaning |")}
    plain = {name: cell.strip("`") for name, cell in told.items() if re.fullmatch(r"`[^`]+`", cell)}
    assert {name: example[name] for name in plain} == plain


def test_the_map_has_every_kind_of_error_with_its_status() -> None:
    tree = (ROOT / "docs/architecture.md").read_text().partition("\nDomainError\n")[2].partition("```")[0]
    told = {name: int(status) for name, status in re.findall(r"── (\w+) .*? ([45]\d\d) ", tree)}
    kinds = [kind for kind in vars(common.errors).values() if isinstance(kind, type) and kind is not DomainError]
    found = {
        kind.__name__: next(status for of, status in STATUSES if issubclass(kind, of))
        for kind in kinds
        if issubclass(kind, DomainError)
    }
    assert told == found


def test_only_migrations_and_the_trail_of_sign_ins_listen_to_signals() -> None:
    listening = {
        str(path.relative_to(ROOT))
        for package in (
            "accounts",
            "api",
            "appointments",
            "audit",
            "clinics",
            "common",
            "core",
            "doctors",
            "patients",
            "web",
        )
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"dispatch_uid|@receiver", path.read_text())
    }
    apps = {f"{package}/apps.py" for package in ("appointments", "audit", "clinics", "doctors")}
    assert listening == {"audit/logins.py", *apps}


def test_the_readme_has_every_parameter_of_a_search_for_slots() -> None:
    told = [name for cell, _ in rows(README, "| Parameter | Meaning |") for name in re.findall(r"`(\w+)`", cell)]
    asked = [parameter["name"] for parameter in description()["paths"]["/api/slots/"]["get"]["parameters"]]
    assert sorted(told) == sorted(asked)


def test_the_readme_has_every_field_of_a_booking() -> None:
    """Beside those of its first example."""
    told = [name for cell, _ in rows(README, "| Field | Meaning |") for name in re.findall(r"`(\w+)`", cell)]
    schema = description()["components"]["schemas"]["AppointmentRequest"]["properties"]
    assert sorted(told) == sorted(schema.keys() - {"patient", "doctor", "appointment_time", "status"})
