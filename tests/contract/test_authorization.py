"""Every route, method and role against one table, `authorization.csv`: the status that each gets of patient A's things.

A route that the table lacks fails. Whoever adds one runs this with AUTHORIZATION=write in the environment, which writes
the table anew, and reads in the diff whether each status is what it should be. The admin's many pages go by model, in
tests/appointments/test_by_role.py.
"""

import csv
import os
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from tests.contract.clinic import ROLES, Clinic, Row, methods, routes

TABLE = Path(__file__).with_name("authorization.csv")


def rows() -> dict[Row, None]:
    return {(route, method): None for route, view in routes() for method in methods(view)}


def table() -> dict[Row, list[str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["route"], row["method"]): [row[role] for role in ROLES] for row in csv.DictReader(file)}


def answered(clinic: Clinic, role: str) -> dict[Row, str]:
    """What a role gets for each row, every request in the same clinic."""
    program, browser = APIClient(), APIClient()
    if user := clinic.users[role]:
        program.force_authenticate(user)
        browser.force_login(user)
    session = browser.cookies.output(header="", sep=";")
    found = {}
    for row in rows():
        client, cookies = (program, "") if row[0].startswith("api") else (browser, session)
        client.cookies = SimpleCookie(cookies)  # what an answer has set is gone again, as what it has written is
        with transaction.atomic():
            answer = client.generic(
                row[1],
                clinic.address(row[0]),
                client._encode_data(clinic.body(row), "json")[0] if row[0].startswith("api") else "",
                "application/json" if row[0].startswith("api") else "application/x-www-form-urlencoded",
            )
            found[row] = str(answer.status_code)
            list(answer)  # a file is written while it is read, in this clinic still
            transaction.set_rollback(True)
    return found


@pytest.mark.once  # what each role reaches, test_canary.py asks of both databases
@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_the_table_says(role: str, db: None) -> None:
    if os.environ.get("AUTHORIZATION") == "write":
        pytest.skip("The table is written, not read.")
    expected = {row: statuses[ROLES.index(role)] for row, statuses in table().items()}
    found = answered(Clinic(), role)
    wrong = {row: (expected.get(row), status) for row, status in found.items() if expected.get(row) != status}
    assert wrong == {}, "(route, method): (what the table says, what was answered)"


def test_the_table_has_every_route_and_no_other() -> None:
    assert sorted(table()) == sorted(rows())


@pytest.mark.skipif(os.environ.get("AUTHORIZATION") != "write", reason="writes the table")
def test_the_table_is_written(db: None) -> None:
    columns = []
    for role in ROLES:
        with transaction.atomic():
            columns.append(answered(Clinic(), role))
            transaction.set_rollback(True)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("route", "method", *ROLES))
        writer.writerows((*row, *(column[row] for column in columns)) for row in rows())


def test_who_may_nothing_is_told_nothing() -> None:
    """By the table: 401 before anybody signs in, 403 without a role, but for what is public or says who one is."""
    public = ("api/schema/", "api/me/")
    private = {row: statuses for row, statuses in table().items() if row[0].startswith("api/") and row[0] not in public}
    assert {statuses[0] for statuses in private.values()} == {"401"}
    assert {statuses[1] for statuses in private.values()} == {"403"}


def test_an_auditor_changes_nothing() -> None:
    auditor = ROLES.index("auditor")
    changes = {row: statuses[auditor] for row, statuses in table().items() if row[1] != "GET" and row[0][:4] == "api/"}
    assert set(changes.values()) <= {"403", "404"}
