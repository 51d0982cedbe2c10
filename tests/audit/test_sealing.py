"""The chain of seals: what it covers, and that it finds whatever the tables' owner does to the rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from audit import guards, sealing
from audit.models import AuditEvent, AuditSeal
from tests.audit.rows import make_row

pytestmark = pytest.mark.django_db


def as_owner(statement: str, *values: Any) -> None:
    """What only the owner of the tables can do: with the triggers off."""
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount == 1


def problems(**options: Any) -> list[str]:
    return [problem for checked in sealing.verify(**options) for problem in checked.problems]


@pytest.fixture
def ids() -> list[int]:
    """Seven rows in three seals."""
    rows = [make_row(username=f"user {number}") for number in range(7)]
    assert [made.count for made in sealing.seal(batch=3)] == [3, 3, 1]
    return [row.pk for row in rows]


def test_an_untouched_trail_is_as_it_was_sealed(ids: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    make_row()
    assert problems() == []
    call_command("audit", "verify")
    assert capsys.readouterr().out == "7 rows are as they were sealed. Not sealed yet: 1.\n"


def test_sealing_goes_on_where_it_ended_and_twice_seals_nothing(ids: list[int]) -> None:
    assert list(sealing.seal()) == []
    row = make_row()
    [made] = sealing.seal()
    assert (made.number, made.first_id, made.last_id, made.count) == (4, row.pk, row.pk, 1)
    assert made.previous == AuditSeal.objects.get(number=3).digest
    assert problems() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "2026-03-02 06:00:01+00:00"),
        ("actor", "8"),
        ("username", "user 5"),
        ("role", "patienu"),
        ("action", "patient.reae"),
        ("kind", "patienu"),
        ("object_ids", "[8]"),
        ("patient_ids", "[7, 8]"),
        ("outcome", "pk"),
        ("changes", '[{"id": 7, "kind": "patient", "fields": {"email": ["a@b.c", "a@b.d"]}}]'),
        ("details", '{"count": 2}'),
        ("request_id", "0123456789abcdeg"),
        ("address", "127.0.0.2"),
        ("route", "GET patient-lisu"),
    ],
)
def test_one_changed_byte_of_any_column_is_found(ids: list[int], column: str, value: str) -> None:
    as_owner(f"UPDATE audit_auditevent SET {column} = %s WHERE id = %s", value, ids[4])
    assert problems() == [f"Row {ids[4]} was changed."]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL stores no such value")
@pytest.mark.parametrize("column", ["at", "object_ids", "changes"])
def test_a_value_that_cannot_be_read_any_more_is_found(ids: list[int], column: str) -> None:
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(f"UPDATE audit_auditevent SET {column} = 'x{{' WHERE id = %s", [ids[4]])
        cursor.execute("PRAGMA ignore_check_constraints = OFF")
    assert problems() == [f"Row {ids[4]} was changed."]


def test_a_missing_row_is_found(ids: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    as_owner("DELETE FROM audit_auditevent WHERE id = %s", ids[1])
    with pytest.raises(CommandError, match=r"^The audit trail is not as it was sealed: 1 problems\.$"):
        call_command("audit", "verify")
    assert capsys.readouterr().out == f"Row {ids[1]} is missing.\n"


def test_a_row_that_was_slipped_in_is_found(ids: list[int]) -> None:
    as_owner("DELETE FROM audit_auditevent WHERE id = %s", ids[3])
    make_row(id=ids[3], username="somebody else")
    assert problems() == [f"Row {ids[3]} was changed."]


def test_a_row_in_a_gap_between_others_is_found() -> None:
    """Ids are drawn and given up: what has one of them later was not there when its neighbours were sealed."""
    first = make_row().pk
    [make_row(id=first + step) for step in (2, 4)]
    assert [made.count for made in sealing.seal(batch=2)] == [2, 1]
    [make_row(id=first + step) for step in (1, 3)]
    assert problems() == [
        f"Row {first + 1} was added after seal 1 was made.",
        f"Row {first + 3} was added after seal 2 was made.",
    ]


def test_a_removed_seal_is_found(ids: list[int]) -> None:
    as_owner("DELETE FROM audit_auditseal WHERE number = %s", 2)
    assert problems() == ["Seal 2 is missing."]


def test_a_beginning_that_was_cut_off_is_found(ids: list[int]) -> None:
    with guards.lifted():
        AuditEvent.objects.filter(id__lte=ids[2]).delete()
    as_owner("DELETE FROM audit_auditseal WHERE number = 1")
    for number, previous in ((2, None), (3, 1)):
        made = AuditSeal.objects.get(number=number)
        made.number = number - 1
        made.previous = AuditSeal.objects.get(number=previous).digest if previous else made.previous
        as_owner(
            "UPDATE audit_auditseal SET number = %s, previous = %s, digest = %s WHERE number = %s",
            made.number,
            made.previous,
            sealing.seal_digest(made),
            number,
        )
    assert problems() == ["Seal 1 is not the first one that was made."]


def test_a_seal_that_was_made_to_fit_a_changed_row_breaks_the_chain(ids: list[int]) -> None:
    as_owner("UPDATE audit_auditevent SET username = 'x' WHERE id = %s", ids[0])
    first = AuditSeal.objects.get(number=1)
    rows = AuditEvent.objects.filter(id__lte=ids[2]).order_by("id").values_list(*sealing.FIELDS)
    first.rows = b"".join(row[0].to_bytes(8, "big") + sealing.row_digest(row) for row in rows)
    as_owner(
        "UPDATE audit_auditseal SET rows = %s, digest = %s WHERE number = 1", first.rows, sealing.seal_digest(first)
    )
    assert problems() == ["Seal 2 does not follow seal 1 as it is now."]


def test_a_seal_with_another_digest_of_a_row_was_changed(ids: list[int]) -> None:
    leaves = bytearray(AuditSeal.objects.get(number=1).rows)
    leaves[-1] ^= 1
    as_owner("UPDATE audit_auditseal SET rows = %s WHERE number = 1", bytes(leaves))
    assert problems() == ["Seal 1 was changed.", f"Row {ids[2]} was changed."]


def remake(ids: list[int]) -> None:
    """A chain made anew over other rows."""
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditseal")
        cursor.execute("UPDATE audit_auditevent SET username = 'x' WHERE id = %s", [ids[0]])
    list(sealing.seal(batch=3))


def cut(ids: list[int]) -> None:
    with guards.lifted(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditseal WHERE number > 1")
        cursor.execute("DELETE FROM audit_auditevent WHERE id > %s", [ids[2]])


@pytest.mark.parametrize(
    ("attack", "found"),
    [(remake, "Seal 3 is not the one that was kept elsewhere."), (cut, "Seals 2 to 3 are missing.")],
)
def test_what_the_chain_alone_cannot_show_the_anchor_does(
    ids: list[int], attack: Callable[[list[int]], None], found: str
) -> None:
    anchor = sealing.Anchor(3, AuditSeal.objects.get(number=3).digest)
    assert problems(anchor=anchor) == []
    attack(ids)
    assert problems() == []
    assert problems(anchor=anchor) == [found]


def test_what_was_archived_and_pruned_is_left_out(ids: list[int]) -> None:
    with guards.lifted():
        AuditEvent.objects.filter(id__lte=ids[2]).delete()
    assert problems() == [f"Row {pk} is missing." for pk in ids[:3]]
    assert problems(after=1) == []
    assert problems(after=4) == ["Seal 4 is missing."]


def test_of_two_who_seal_at_once_one_wins(ids: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    make_row()
    seal_digest = sealing.seal_digest

    def after_another(made: AuditSeal) -> str:
        monkeypatch.setattr(sealing, "seal_digest", seal_digest)
        list(sealing.seal())
        return seal_digest(made)

    monkeypatch.setattr(sealing, "seal_digest", after_another)
    with pytest.raises(CommandError, match="Somebody else seals the audit trail at the same time"):
        call_command("audit", "seal")
    assert AuditSeal.objects.count() == 4
    assert problems() == []


def test_the_command_says_what_to_keep(capsys: pytest.CaptureFixture[str]) -> None:
    make_row()
    call_command("audit", "seal")
    digest = AuditSeal.objects.get().digest
    assert capsys.readouterr().out == f"Rows sealed: 1.\nKeep this elsewhere: 1:{digest}\n"
    call_command("audit", "verify", "--anchor", f"1:{digest}")
    call_command("audit", "seal")
    assert capsys.readouterr().out.endswith("Rows sealed: 0.\n")
