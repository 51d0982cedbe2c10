"""Who reads the audit trail, and by what it is searched."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEvent
from tests.audit.rows import make_row
from tests.conftest import client_of
from tests.factories import at, make_patient, make_user
from tests.pages import AdminPages


@pytest.fixture
def auditor(db: None) -> APIClient:
    return client_of(make_user(Role.AUDITOR))


def found(client: APIClient, query: str) -> list[int]:
    answer = client.get(f"/api/audit/?page_size=100&{query}")
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


@pytest.mark.parametrize("role", [Role.RECEPTIONIST, Role.DOCTOR, Role.PATIENT, ""])
def test_others_do_not_read_it(db: None, role: str) -> None:
    pk = make_row().pk
    client = client_of(make_user(role))
    assert [client.get(url).status_code for url in ("/api/audit/", f"/api/audit/{pk}/")] == [403, 403]
    assert list(AuditEvent.objects.filter(kind="audit_event").values_list("action", "outcome").order_by("id")) == [
        ("audit_event.list", "denied"),
        ("audit_event.read", "denied"),
    ]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_it(api: APIClient, method: str) -> None:
    assert getattr(api, method)(f"/api/audit/{make_row().pk}/", {}).status_code == 405


def test_it_is_searched_by_who_what_whose_and_when(auditor: APIClient) -> None:
    first = make_row(actor=1, username="ann", object_ids=[12], patient_ids=[12], at=at("2026-03-01 10:00")).pk
    second = make_row(actor=2, action="patient.list", object_ids=[12, 112], patient_ids=[12, 112]).pk
    third = make_row(
        action="appointment.read", kind="appointment", object_ids=[12], patient_ids=[1], outcome="denied"
    ).pk
    for query, ids in {
        "actor=1": [first],
        "username=ann": [first],
        "action=patient.list": [second],
        "kind=appointment": [third],
        "patient=12": [second, first],
        "patient=112": [second],
        "patient=11": [],
        "kind=patient&object=12": [second, first],
        "outcome=denied": [third],
        "filter=kind:patient,actor:2": [second],
        "request_id=0123456789abcdef&kind=appointment": [third],
        "at_before=2026-03-02&kind=patient": [first],
        "at_after=2026-03-02T00:00:00Z&kind=patient": [second],
    }.items():
        assert found(auditor, query) == ids, query


def test_reading_it_leaves_a_row(auditor: APIClient) -> None:
    row = make_row()
    auditor.get(f"/api/audit/?patient={row.patient_ids[0]}")
    reading = AuditEvent.objects.latest("id")
    assert (reading.action, reading.role, reading.object_ids) == ("audit_event.list", "auditor", [row.pk])
    assert reading.details == {"query": {"patient": "7"}}


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_three_queries(auditor: APIClient, rows: int, django_assert_num_queries: Any) -> None:
    for _ in range(rows):
        make_row()
    with django_assert_num_queries(3):  # the count, the page, the audit
        assert len(auditor.get("/api/audit/").json()["results"]) == rows


def test_identifiers_are_masked_for_who_does_not_read_them(api: APIClient, auditor: APIClient) -> None:
    patient = make_patient(national_id="123456789")
    api.patch(f"/api/patients/{patient.pk}/", {"national_id": "987654321", "email": "jane@example.com"})
    pk = AuditEvent.objects.get().pk
    [seen] = auditor.get(f"/api/audit/{pk}/").json()["changes"]
    assert seen["fields"] == {"email": ["", "jane@example.com"], "national_id": ["***", "***"]}
    [seen] = api.get(f"/api/audit/{pk}/").json()["changes"]
    assert seen["fields"]["national_id"] == ["123456789", "987654321"]


def test_a_merge_tells_of_no_identifier_by_another_name(api: APIClient, auditor: APIClient) -> None:
    kept, other = make_patient(), make_patient(national_id="QQ778899", insurance_number="INS4455")
    api.post(f"/api/patients/{kept.pk}/merge/", {"duplicate": other.pk})
    said = auditor.get("/api/audit/").content.decode().upper()
    assert [text in said for text in ("NATIONAL_ID", "QQ778899", "INS4455")] == [True, False, False]
    row = make_row(changes=[{"kind": "patient", "id": 1, "fields": {"search_text": ["a b qq778899", "a b"]}}])
    assert "qq778899" not in auditor.get(f"/api/audit/{row.pk}/").content.decode()


# --- The admin ---------------------------------------------------------------------------------------


def test_the_admin_shows_it_and_changes_nothing(client: Client, db: None) -> None:
    user = make_user(Role.AUDITOR)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(User.objects.get(pk=user.pk))
    row = make_row(patient_ids=[12])
    pages = AdminPages(client, AuditEvent)
    listed = client.get(pages.url("changelist"), {"q": "patient:12"})
    assert [event.pk for event in listed.context["cl"].result_list] == [row.pk]
    shown = client.get(pages.url("change", row.pk)).content.decode()
    assert "patient.read" in shown
    assert client.get(pages.url("add")).status_code == 403
    assert client.post(pages.url("change", row.pk), {"username": "x"}).status_code == 403
    assert client.post(pages.url("delete", row.pk), {"post": "yes"}).status_code == 403


def test_the_admin_filters_by_kinds_and_roles_that_it_need_not_look_for_in_every_row(client: Client, db: None) -> None:
    user = make_user(Role.AUDITOR, is_staff=True)
    client.force_login(user)
    wanted = make_row(kind="user", action="user.change", role="admin")
    make_row()
    pages = AdminPages(client, AuditEvent)
    for query in ({"kind": "user"}, {"role": "admin"}, {"kind": "user", "role": "admin", "outcome": "ok"}):
        with CaptureQueriesContext(connection) as asked:
            listed = client.get(pages.url("changelist"), query)
        assert [event.pk for event in listed.context["cl"].result_list] == [wanted.pk], query
        assert not [one for one in asked.captured_queries if "DISTINCT" in one["sql"]]
