"""Whom and what a row means: patients and doctors by id or by a key of theirs, a batch at a time; places by name."""

from collections.abc import Callable, Collection, Iterable
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Lower

from appointments.importing.outcomes import bad_cell
from common.csv import Row
from common.ids import is_id
from common.text import folded
from doctors.models import Doctor
from patients.models import Patient

M = TypeVar("M", bound=Model)
P = TypeVar("P", Patient, Doctor)


def known_by(records: QuerySet[P], key: str, keys: Collection[str], ids: Collection[int] = ()) -> QuerySet[P]:
    """Those who have one of the ids, or one of the keys, whatever its case (SQLite folds ASCII only)."""
    folded_keys = {text.lower() for text in keys}
    return records.alias(_key=Lower(key)).filter(Q(pk__in=ids) | Q(_key__in=folded_keys) | Q(**{f"{key}__in": keys}))


class People(Generic[P]):
    """People whom rows name in the columns ``column`` (id), ``column_key`` and ``column_name``.

    The id or the key is enough. The name is held against the record that was found, since ids of another system name
    other people here; where it agrees with the key, the id does not matter.
    """

    def __init__(self, column: str, key: str, normal: Callable[[str], str], records: QuerySet[P]) -> None:
        self.column, self.key_column, self.name_column = column, f"{column}_{key}", f"{column}_name"
        self.columns = (self.column, self.key_column, self.name_column)
        self._key, self._normal = key, normal
        self._records: QuerySet[P] = records
        self._by_id: dict[int, P] = {}
        self._by_key: dict[str, P] = {}

    def load(self, rows: Iterable[Row]) -> None:
        """Read whom these rows name, in one query; the people of the rows before are forgotten."""
        rows = list(rows)
        self._by_id, self._by_key = {}, {}
        ids = {int(row.cells[self.column]) for row in rows if is_id(row.cells.get(self.column, ""))}
        keys = {self._normal(row.cells[self.key_column]) for row in rows if row.cells.get(self.key_column)}
        if not ids and not keys:
            return
        for person in known_by(self._records, self._key, keys, ids):
            self.put(person)

    def put(self, person: P) -> None:
        """Know somebody who was not there when the rows were loaded."""
        self._by_id[person.pk] = person
        if key := getattr(person, self._key):
            self._by_key[self._normal(key)] = person

    def named_by(self, row: Row) -> P | None:
        """Whom the row names; None where it names nobody. Raises BadCells."""
        number, key = row.cells.get(self.column, ""), row.cells.get(self.key_column, "")
        name = row.cells.get(self.name_column, "")
        if not number and not key:
            if name:
                raise bad_cell(row, self.name_column, f"A name alone is not enough: give {self._choice}.")
            return None
        if number and not is_id(number):
            raise bad_cell(row, self.column, f"Enter an id, or leave this out and give {self.key_column}.")
        by_id = self._by_id.get(int(number)) if number else None
        by_key = self._by_key.get(self._normal(key)) if key else None
        if key and by_key is None:
            raise bad_cell(row, self.key_column, "There is nobody of whom this is known.")
        if not key and by_id is None:
            raise bad_cell(row, self.column, "There is nobody with this id.")
        if key and number and by_id != by_key and not name:
            raise bad_cell(row, self.column, f"This and {self.key_column} name different people. Leave one out.")
        person = by_key or by_id
        if person and name and folded(name) != folded(person.full_name):
            raise bad_cell(row, self.name_column, "The person who was found has another name.")
        return person

    def of(self, row: Row) -> P:
        """Whom the row names. Raises BadCells where it names nobody."""
        person = self.named_by(row)
        if person is None:
            raise bad_cell(row, self.column, f"Give {self._choice}.")
        return person

    @property
    def _choice(self) -> str:
        return f"{self.column} (an id) or {self.key_column}"


def patients(column: str = "patient") -> People[Patient]:
    def normal(national_id: str) -> str:
        return str(Patient._meta.get_field("national_id").to_python(national_id) or "")

    return People(column, "national_id", normal, Patient.objects.all())


def doctors(column: str = "doctor") -> People[Doctor]:
    return People(column, "email", str.lower, Doctor.objects.all())


class Things(Generic[M]):
    """Locations, rooms or types, which a clinic has few of: named in ``column`` (id or name) or ``column_name``.

    Digits in ``column`` are an id: a room that is called "2" is named in ``column_name``. Where both are given, the
    name counts, and the id says which one it is among several of that name.
    """

    def __init__(self, column: str, things: QuerySet[M], noun: str) -> None:
        self.column, self.name_column = column, f"{column}_name"
        self.columns = (self.column, self.name_column)
        self._things, self._noun = things, noun
        self._known: tuple[dict[int, M], dict[str, list[M]]] | None = None

    def named_by(self, row: Row) -> M | None:
        """What the row names; None where it names nothing. Raises BadCells."""
        number, name = row.cells.get(self.column, ""), row.cells.get(self.name_column, "")
        by_id, by_name = self._all()
        if number and not is_id(number):
            column, found = self.column, by_name.get(folded(number), [])
        elif name:
            column, found = self.name_column, by_name.get(folded(name), [])
            found = [thing for thing in found if str(thing.pk) == number] or found
        elif number:
            column, found = self.column, [by_id[int(number)]] if int(number) in by_id else []
        else:
            return None
        if len(found) > 1:
            raise bad_cell(row, column, f"Several have this name: give the {self._noun}'s id.")
        if not found:
            known_as = "id" if column == self.column and is_id(number) else "name"
            raise bad_cell(row, column, f"There is no {self._noun} with this {known_as}.")
        return found[0]

    def _all(self) -> tuple[dict[int, M], dict[str, list[M]]]:
        if self._known is None:
            by_id: dict[int, M] = {}
            by_name: dict[str, list[M]] = {}
            for thing in self._things:
                by_id[thing.pk] = thing
                by_name.setdefault(folded(str(thing)), []).append(thing)
            self._known = by_id, by_name
        return self._known
