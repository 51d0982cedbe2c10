"""The matrix is what the README says it is, and what the code relies on."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from accounts.roles import MATRIX, ORDER, Reach, Right, Role, may, reach

README = Path(__file__).parents[2] / "README.md"


def test_every_right_has_a_row_and_every_role_a_column() -> None:
    assert list(MATRIX) == list(Right)
    assert {len(row) for row in MATRIX.values()} == {len(ORDER)}
    assert set(ORDER) == set(Role)


def test_the_readme_tells_the_matrix() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", README.read_text(encoding="utf-8"), re.MULTILINE)
    told = {name: tuple(cell.strip() for cell in cells.split("|")) for name, cells in rows if name in set(Right)}
    assert told == {right.value: tuple(row) for right, row in MATRIX.items()}


@pytest.mark.parametrize("role", Role)
def test_whose_reading_of_fields_ends_at_their_own_rows_sees_no_others(role: Role) -> None:
    """Serializers ask `may`, not row by row."""
    user = User(role=role)
    for field in (Right.READ_IDENTIFIERS, Right.READ_DESK_NOTES):
        if reach(user, field) is Reach.OWN:
            assert reach(user, Right.READ_PATIENTS) is reach(user, Right.READ_APPOINTMENTS) is Reach.OWN


@pytest.mark.parametrize("role", Role)
def test_nobody_changes_more_than_they_read(role: Role) -> None:
    user = User(role=role)
    order = list(Reach)
    for change, read in (
        (Right.EDIT_PATIENTS, Right.READ_PATIENTS),
        (Right.BOOK, Right.READ_APPOINTMENTS),
        (Right.RUN_THE_DAY, Right.READ_APPOINTMENTS),
        (Right.BOOK_SERIES, Right.READ_APPOINTMENTS),
        (Right.WAIT, Right.READ_WAITLIST),
        (Right.EDIT_AVAILABILITY, Right.READ_AVAILABILITY),
        (Right.EDIT_CLINIC, Right.READ_CLINIC),
    ):
        assert order.index(reach(user, change)) <= order.index(reach(user, read))


def test_an_auditor_changes_nothing() -> None:
    reading = {right for right in Right if right.startswith("read_")} | {Right.EXPORT_LISTS}
    assert {right for right in Right if may(User(role=Role.AUDITOR), right)} <= reading


def test_who_is_nobody_inactive_or_without_a_role_may_nothing() -> None:
    for user in (AnonymousUser(), User(role=""), User(role=Role.ADMIN, is_active=False)):
        assert not any(may(user, right) for right in Right)


def test_a_superuser_may_everything_everywhere() -> None:
    assert {reach(User(is_superuser=True), right) for right in Right} == {Reach.ALL}
