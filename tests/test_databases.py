"""The databases of a run: migrated once, shared by its processes, and copied with all that protects them."""

from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import connection

from clinics.models import Location
from core.health import missing_of_database
from tests.databases import shared
from tools.serving.database import Database


class Maker:
    """Makes "one", then "two", ..., and notes what is made and dropped."""

    def __init__(self) -> None:
        self.did: list[str] = []
        self.names = iter(("one", "two"))

    def make(self) -> str:
        name = next(self.names)
        self.did.append(f"made {name}")
        return name

    def drop(self, name: str) -> None:
        self.did.append(f"dropped {name}")


def test_what_the_first_process_makes_is_everybodys_until_the_last_one_has_left(tmp_path: Path) -> None:
    maker, file = Maker(), tmp_path / "thing"
    with ExitStack() as first:
        assert first.enter_context(shared(file, maker.make, maker.drop)) == "one"
        with shared(file, maker.make, maker.drop) as second:
            assert second == "one"
            first.close()
            assert maker.did == ["made one"]
        assert maker.did == ["made one", "dropped one"]
    with shared(file, maker.make, maker.drop) as late:
        assert late == "two"
    assert maker.did == ["made one", "dropped one", "made two", "dropped two"]


def test_what_could_not_be_made_is_made_by_the_next(tmp_path: Path) -> None:
    def fail() -> str:
        raise RuntimeError("no space")

    maker, file = Maker(), tmp_path / "thing"
    with pytest.raises(RuntimeError, match="no space"), shared(file, fail, maker.drop):
        pass
    with shared(file, maker.make, maker.drop) as made:
        assert made == "one"


def test_a_test_database_has_all_that_migrating_leaves(db: None) -> None:
    assert missing_of_database() == []  # tables, and guards against double booking, of the trail, and of searches
    assert list(Location.objects.values_list("pk", flat=True)) == [1]


# Triggers, and on PostgreSQL exclusion constraints.
GUARDS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": """
        SELECT conname::text AS name FROM pg_constraint WHERE contype = 'x'
        UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal ORDER BY name
    """,
}


def test_every_copy_has_the_guards_of_what_was_migrated(
    db: None, migrated: Database, seeded: tuple[Database, object]
) -> None:
    query = GUARDS[connection.vendor]
    guards = [name for (name,) in migrated.rows(query)]
    assert [name for name in guards if name.startswith("doctor_not_double_booked")] != []
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert [name for (name,) in cursor.fetchall()] == guards
    assert [name for (name,) in seeded[0].rows(query)] == guards


def test_nobody_works_in_the_database_that_is_copied(db: None, migrated: Database) -> None:
    assert migrated.url.rpartition("/")[2] != Path(connection.settings_dict["NAME"]).name
    assert migrated.rows("SELECT count(*) FROM doctors_doctor") == [(0,)]
