"""The audit trail as a page: for whom, and what is found."""

from typing import Any

import pytest

from accounts.roles import Role
from tests.audit.rows import make_row
from tests.web.clients import queries, signed_in

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
