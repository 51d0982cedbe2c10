"""What is written stays: no role of the database changes or deletes a row, whatever way it tries."""

from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from audit import guards, sealing
from audit.models import AuditEvent, AuditSeal
from tests.audit.rows import make_row

pytestmark = pytest.mark.django_db
TABLES = ["audit_auditevent", "audit_auditseal"]


@pytest.fixture(autouse=True)
def written() -> None:
    make_row()
    list(sealing.seal())


def contents() -> list[list[object]]:
    return [list(AuditEvent.objects.values_list()), [row[:5] for row in AuditSeal.objects.values_list()]]


def raw(statement: str) -> Callable[[], object]:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    return run


def save_again() -> None:
    row = AuditEvent.objects.get()
    row.username = "somebody else"
    row.save()


CHANGES = {
    "save": save_again,
    "update": lambda: AuditEvent.objects.update(username="x"),
    "update of nothing": lambda: AuditEvent.objects.filter(pk=0).update(username="x"),
    "delete": lambda: AuditEvent.objects.get().delete(),
    "delete all": lambda: AuditEvent.objects.all().delete(),
    "seal update": lambda: AuditSeal.objects.update(digest="x"),
    "seal delete": lambda: AuditSeal.objects.all().delete(),
    "raw update": raw("UPDATE audit_auditevent SET username = 'x'"),
    "raw delete": raw("DELETE FROM audit_auditevent"),
    "raw seal update": raw("UPDATE audit_auditseal SET digest = 'x'"),
    "raw seal delete": raw("DELETE FROM audit_auditseal"),
}
if connection.vendor == "sqlite":
    del CHANGES["update of nothing"]  # there is no row to refuse
    CHANGES |= {
        "update or ignore": raw("UPDATE OR IGNORE audit_auditevent SET username = 'x'"),
        "replace": raw(
            "INSERT OR REPLACE INTO audit_auditevent SELECT id, at, actor, 'x', role, action, kind, object_ids, "
            "patient_ids, outcome, changes, details, request_id, address, route FROM audit_auditevent"
        ),
    }
else:
    CHANGES |= {f"truncate {table}": raw(f"TRUNCATE {table}") for table in TABLES}
    CHANGES["truncate with what refers to it"] = raw("TRUNCATE audit_auditevent, audit_auditseal CASCADE")
    CHANGES["upsert"] = raw(
        "INSERT INTO audit_auditevent SELECT * FROM audit_auditevent ON CONFLICT (id) DO UPDATE SET username = 'x'"
    )


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_row_is_neither_changed_nor_deleted(change: Callable[[], object]) -> None:
    before = contents()
    with pytest.raises(IntegrityError, match=r"The audit trail is never changed\."), transaction.atomic():
        change()
    assert contents() == before


def test_without_the_guards_it_would_be() -> None:
    """The negative control."""
    with guards.lifted():
        AuditEvent.objects.update(username="x")
        AuditSeal.objects.all().delete()
    assert AuditEvent.objects.get().username == "x"
    assert guards.missing() == []


def test_without_a_guard_it_is_not_ready_until_migrate_restores_it(client: Client) -> None:
    table, (name, _) = TABLES[0], (f"{TABLES[0]}_no_update", "")
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + ("" if connection.vendor == "sqlite" else f" ON {table}"))
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "missing": [f"guard {name}"]})
    call_command("migrate", verbosity=0)
    assert client.get("/readyz").status_code == 200


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's triggers are there or not")
def test_a_guard_that_is_switched_off_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditevent DISABLE TRIGGER audit_auditevent_no_update")
    assert guards.missing() == ["audit_auditevent_no_update"]
    assert guards.restore() == ["audit_auditevent_no_update"]
    assert guards.missing() == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_the_role_of_the_application_may_only_add_and_read() -> None:
    """deploy/audit-grants.sql, with the triggers off: the rights hold by themselves."""
    from pathlib import Path

    from django.db import ProgrammingError

    text = (Path(__file__).resolve().parents[2] / "deploy/audit-grants.sql").read_text()
    script = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    statements = [
        statement
        for statement in script.replace(':"app"', "audit_test_app").split(";")
        if statement.strip() and statement.split()[-1] not in ("BEGIN", "COMMIT")
    ]
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE audit_test_app")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL ROLE audit_test_app")
        make_row()
        assert AuditEvent.objects.count() == 2
        for statement in (
            "UPDATE audit_auditevent SET username = 'x'",
            "DELETE FROM audit_auditseal",
            "TRUNCATE audit_auditevent",
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("RESET ROLE")
