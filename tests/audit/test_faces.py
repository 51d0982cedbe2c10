"""What the admin, pages, jobs and log-ins leave in the audit trail."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.test import Client, RequestFactory
from django.views.generic import View
from rest_framework.test import APIClient

from accounts.models import User
from appointments.models import Appointment
from audit.middleware import Audited
from audit.models import AuditEvent
from audit.pages import AuditedPage
from clinics.models import Location
from common import trail
from patients.models import Patient
from tests.factories import book, make_patient
from tests.pages import AdminPages


def rows(*names: str) -> list[Any]:
    events = AuditEvent.objects.exclude(kind__in=["session", "token"]).order_by("id")
    return list(events.values_list(*(names or ("action", "outcome", "object_ids"))))


@pytest.fixture
def pages(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, Patient)


# --- The admin ---------------------------------------------------------------------------------------


def test_the_admins_pages_leave_a_row_each(pages: AdminPages) -> None:
    jane = make_patient(full_name="Jane Doe")
    pages.client.get(pages.url("changelist"), {"q": "Jane"})
    pages.client.get(pages.url("change", jane.pk))
    pages.client.get(pages.url("history", jane.pk))
    pages.client.get(pages.url("change", 4711))
    pages.client.post(pages.url("change", 4711))
    assert rows() == [
        ("patient.list", "ok", [jane.pk]),
        ("patient.read", "ok", [jane.pk]),
        ("patient.history", "ok", [jane.pk]),
        ("patient.read", "not_found", [4711]),
        ("patient.change", "not_found", [4711]),
    ]
    assert AuditEvent.objects.get(action="patient.list").details == {"query": {"q": "***"}}


def test_what_the_admin_changes_and_what_it_refuses(pages: AdminPages) -> None:
    jane = make_patient(full_name="Jane Doe")
    pages.change(jane.pk, full_name="Jane Smith")
    pages.change(jane.pk, phone_number="none")
    told = [row for row in rows("action", "outcome", "changes") if row[0] == "patient.change"]
    fields = {"full_name": ["Jane Doe", "Jane Smith"]}
    assert told == [
        ("patient.change", "ok", [{"kind": "patient", "id": jane.pk, "fields": fields}]),
        ("patient.change", "refused", []),
    ]


def test_an_action_of_the_admin_leaves_a_row_for_each_record(client: Client, user: User) -> None:
    client.force_login(user)
    first, second = book("2026-03-02 10:00"), book("2026-03-02 11:00")
    call = AdminPages(client, Appointment)
    call.run("cancel", first)
    call.run("confirm", second, first)
    told = [row for row in rows() if row[0] in ("appointment.cancel", "appointment.confirm")]
    assert sorted(told) == [
        ("appointment.cancel", "ok", [first.pk]),
        ("appointment.confirm", "ok", [second.pk]),
        ("appointment.confirm", "refused", [first.pk]),
    ]


def test_what_a_form_of_the_admin_looks_up_is_told(pages: AdminPages) -> None:
    jane = make_patient(full_name="Jane Doe")
    query = {"app_label": "appointments", "model_name": "appointment", "field_name": "patient", "term": "jane"}
    answer = pages.client.get("/admin/autocomplete/", query)
    assert [found["id"] for found in answer.json()["results"]] == [str(jane.pk)]
    assert rows() == [("patient.search", "ok", [jane.pk])]


# --- Pages -------------------------------------------------------------------------------------------


class Page(AuditedPage):
    audited = {"get": "patient.read", "post": "patient.change"}  # noqa: RUF012 - as views have it

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect("/accounts/login/")
        trail.saw([Patient.objects.get(pk=pk)])
        return HttpResponse("Jane")

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        trail.refused()
        return HttpResponse("shown again")


class Plain(View):
    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("Hello")


def visit(view: Any, user: Any, method: str = "get", **kwargs: int) -> HttpResponse:
    request = getattr(RequestFactory(), method)("/")
    request.user, request.resolver_match = user, None
    answer = Audited(lambda request: view.as_view()(request, **kwargs))(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_page_names_what_it_does(user: User) -> None:
    jane = make_patient()
    assert visit(Page, user, pk=jane.pk).content == b"Jane"
    visit(Page, AnonymousUser(), pk=jane.pk)
    visit(Page, user, "post", pk=jane.pk)
    visit(Plain, user)
    assert rows("action", "outcome", "actor", "patient_ids") == [
        ("patient.read", "ok", user.pk, [jane.pk]),
        ("patient.read", "denied", None, []),
        ("patient.change", "refused", user.pk, []),
    ]


# --- Jobs --------------------------------------------------------------------------------------------


def test_a_job_leaves_a_row_for_what_it_changes(db: None, clock: Any) -> None:
    Location.objects.update(marks_no_shows=True)
    visit = book("2026-03-02 10:00")
    clock.shift(86_400)
    call_command("mark_no_shows")
    call_command("mark_no_shows")
    assert rows("action", "outcome", "actor", "username", "route", "object_ids", "patient_ids") == [
        ("appointment.no_show", "ok", None, "", "manage.py mark_no_shows", [visit.pk], [visit.patient_id])
    ]


def test_an_import_leaves_a_row_for_each_record(db: None, tmp_path: Path) -> None:
    file = tmp_path / "patients.csv"
    file.write_text("full_name,phone_number\nJane Doe,0712345678\nJohn Doe,0712345679\nNobody,\n")
    with pytest.raises(Exception, match="1 row was refused"):
        call_command("import_csv", "patients", str(file), verbosity=0)
    jane, john = Patient.objects.order_by("id")
    assert rows("action", "route", "object_ids") == [
        ("patient.import", "manage.py import_csv", [jane.pk]),
        ("patient.import", "manage.py import_csv", [john.pk]),
    ]
    call_command("export_csv", "patients", str(tmp_path / "out.csv"))
    assert rows("action", "route", "details")[2:] == [("patient.export", "manage.py export_csv", {"count": 2})]


# --- Log-ins -----------------------------------------------------------------------------------------


def test_signing_in_and_out_and_failing_to_are_told(client: Client, user: User) -> None:
    client.force_login(user)
    client.logout()
    told = AuditEvent.objects.filter(kind="session").order_by("id").values_list("action", "outcome", "username")
    assert list(told) == [("session.begin", "ok", "reception"), ("session.end", "ok", "reception")]


def test_a_wrong_password_is_told_without_it(db: None) -> None:
    User.objects.create_user("jane", password="a-long-password")
    answer = APIClient().post("/api-token-auth/", {"username": "jane", "password": "a-wrong-password"})
    assert answer.status_code == 400
    row = AuditEvent.objects.get(kind="session")
    assert (row.action, row.outcome, row.actor, row.username) == ("session.begin", "denied", None, "jane")
    assert "wrong" not in str(AuditEvent.objects.values().get())
