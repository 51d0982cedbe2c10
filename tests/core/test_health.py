"""Liveness and readiness, as a load balancer asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from tests import collected

GUARD = {"sqlite": "doctor_not_double_booked_insert", "postgresql": "doctor_not_double_booked"}[connection.vendor]


def drop_guard() -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {GUARD}")
        else:
            cursor.execute(f"ALTER TABLE appointments_appointment DROP CONSTRAINT {GUARD}")


def test_a_live_process_asks_no_database(client: Client) -> None:
    response = client.get("/healthz")  # the database is out of bounds for a test that did not ask for it
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


def test_health_is_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
    assert client.post("/readyz").status_code == 405


@pytest.mark.django_db
def test_a_migrated_database_is_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.fixture
def static_root(tmp_path: Path) -> Iterator[Path]:
    """Files are named as in production: by the list that is found there."""
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": "core.storage.HashedFiles"}}
    with override_settings(STATIC_ROOT=str(tmp_path), STORAGES=storages):
        yield tmp_path


NOT_COLLECTED = {
    "status": "not ready",
    "missing": ["static files: run manage.py collectstatic, and start the server anew"],
}


@pytest.mark.django_db
def test_with_the_static_files_of_this_version_it_is_ready(client: Client, static_root: Path) -> None:
    collected.put_down(static_root, collected.names())
    assert client.get("/readyz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_without_static_files_it_is_not_ready(client: Client, static_root: Path) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, NOT_COLLECTED)


@pytest.mark.django_db
def test_with_the_static_files_of_an_older_version_it_is_not_ready(client: Client, static_root: Path) -> None:
    older = collected.names()
    del older["web/desk.js"]
    collected.put_down(static_root, older)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, NOT_COLLECTED)


@pytest.mark.django_db
def test_without_a_guard_it_is_not_ready_until_migrate_restores_it(client: Client) -> None:
    drop_guard()
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "missing": [f"guard {GUARD}"]})
    call_command("migrate", verbosity=0)
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_with_an_unapplied_migration_it_is_not_ready(client: Client) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="appointments").latest("id")
    last.delete()
    response = client.get("/readyz")
    missing = [f"migration appointments.{last.name}"]
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "missing": missing})


@pytest.mark.django_db
def test_without_a_database_it_is_not_ready_and_tells_nothing_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise OperationalError("connection to server at db.internal failed for user clinic")

    monkeypatch.setattr(connection, "cursor", fail)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "missing": ["database"]})
    assert response["Retry-After"] == "1"


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no standby")
def test_a_database_that_only_reads_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")
    response = client.get("/readyz")
    missing = ["database that can be written"]
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "missing": missing})


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no roles")
def test_a_role_for_which_the_grants_were_forgotten_is_not_ready(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE clinic_app_of_a_test")
        cursor.execute("GRANT USAGE ON SCHEMA public TO clinic_app_of_a_test")
        cursor.execute("GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO clinic_app_of_a_test")
        cursor.execute("SET LOCAL ROLE clinic_app_of_a_test")
        assert client.get("/readyz").json() == {"status": "ok"}
        cursor.execute("RESET ROLE")
        cursor.execute("REVOKE INSERT ON appointments_hold FROM clinic_app_of_a_test")
        cursor.execute("SET LOCAL ROLE clinic_app_of_a_test")
    response = client.get("/readyz")
    missing = ["rights to appointments_hold: see deploy/audit-grants.sql"]
    assert (response.status_code, response.json()) == (503, {"status": "not ready", "missing": missing})
