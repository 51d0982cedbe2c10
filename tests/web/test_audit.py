"""The audit trail as a page: for whom, and what is found."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin import site
from django.utils import translation

from accounts.roles import Role
from clinics.models import Location
from common.open_trail import kind_of
from tests.audit import test_every_admin_page, test_every_page, test_every_request
from tests.audit.rows import make_row
from tests.web.clients import queries, signed_in, text
from web.actions import action_words

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.django_db


def actions(page: Any) -> list[str]:
    return [event.action for event, _ in page.context["events"]]


def test_only_auditors_and_administrators_read_it() -> None:
    roles = (Role.ADMIN, Role.AUDITOR, Role.RECEPTIONIST, Role.DOCTOR, Role.PATIENT)
    assert [signed_in(role).get("/audit/").status_code for role in roles] == [200, 200, 403, 403, 403]


def test_rows_are_found_by_patient_user_and_outcome() -> None:
    make_row(action="patient.read", patient_ids=[7], actor=3)
    make_row(action="patient.change", patient_ids=[8], actor=4, outcome="denied")
    client = signed_in(Role.AUDITOR)
    assert actions(client.get("/audit/", {"patient": 7})) == ["patient.read"]
    assert actions(client.get("/audit/", {"actor": 4})) == ["patient.change"]
    assert actions(client.get("/audit/", {"outcome": "denied"})) == ["patient.change"]
    assert actions(client.get("/audit/", {"patient": 9})) == []


def test_rows_go_on_page_by_page_newest_first() -> None:
    for number in range(60):
        make_row(actor=5, object_ids=[number])
    client = signed_in(Role.AUDITOR)
    first = client.get("/audit/", {"actor": 5})
    second = client.get("/audit/", {"actor": 5, "before": first.context["older"]})
    seen = [event.object_ids[0] for page in (first, second) for event, _ in page.context["events"]]
    assert (seen, second.context["older"]) == (list(range(59, -1, -1)), None)


def test_looking_leaves_a_row_and_bad_input_is_said() -> None:
    client = signed_in(Role.AUDITOR)
    client.get("/audit/")
    assert "audit_event.list" in actions(client.get("/audit/"))
    wrong = client.get("/audit/", {"patient": "jane"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (400, ["patient"])


def test_page_takes_the_same_queries_however_many_rows_there_are() -> None:
    client = signed_in(Role.AUDITOR)
    make_row(actor=5)
    one = queries(lambda: client.get("/audit/", {"actor": 5}))
    make_row(actor=5), make_row(actor=5)
    assert queries(lambda: client.get("/audit/", {"actor": 5})) == one


def noted() -> set[str]:
    """Every action that pages, programs, the admin, commands and signing in leave in the trail."""
    named = {action for action, _ in test_every_page.AUDITED.values()} | {*test_every_request.AUDITED.values()}
    verbs = {verb for pair in test_every_admin_page.OF_A_MODEL.values() for verb in pair}
    for model, admin in site._registry.items():
        named |= {f"{kind_of(model)}.{verb}" for verb in (*verbs, *(admin.actions or ()))}
    sources = [ROOT / "audit" / "logins.py", *(ROOT / "appointments" / "management").rglob("*.py")]
    return named.union(*(re.findall(r'"((?:session|user|\w+_entry)\.[a-z_]+)"', path.read_text()) for path in sources))


def test_every_action_has_words_in_every_language() -> None:
    actions = noted()
    assert {"patient.read", "appointment.book", "user.revoke_tokens", "waitlist_entry.lapse"} <= actions
    for language in ("en", "fr"):
        with translation.override(language):
            assert [action for action in sorted(actions) if action_words(action) == action] == []


def test_rows_are_told_in_words_and_by_the_clinics_clock() -> None:
    Location.objects.update(time_zone="Africa/Nairobi")
    at = datetime(2026, 3, 2, 22, 5, 9, tzinfo=UTC)
    make_row(action="appointment.no_show", actor=3, role="superuser", username="root", at=at)
    make_row(action="report.of_before", actor=4, role="receptionist", username="amina", at=at)
    page = text(signed_in(Role.AUDITOR).get("/audit/"))
    assert '22:05:09+00:00">3 Mar 2026, 01:05:09</time>' in page
    assert '>root</a> <span class="quiet small">Superuser</span></td> <td>Visit: did not come</td>' in page
    assert '>amina</a> <span class="quiet small">Receptionist</span></td> <td>report.of_before</td>' in page
    french = signed_in(Role.AUDITOR).get("/audit/", headers={"Accept-Language": "fr"})
    assert "<td>Rendez-vous : absence</td>" in text(french)
