"""Names and kinds are the same whatever their case, of letters beyond ASCII too: on SQLite as well."""

import pytest
from django.db import connection
from rest_framework.test import APIClient

from appointments.finding import Search, find_slots
from clinics import services
from clinics.errors import LocationNameTaken, RoomNameTaken, TypeNameTaken
from clinics.models import Location, Room
from common import clock
from doctors import places
from tests.factories import at, book, make_doctor, make_room, make_type

pytestmark = pytest.mark.django_db
SPELLINGS = ("Échographie", "échographie", "ÉCHOGRAPHIE")
each_spelling = pytest.mark.parametrize("spelling", SPELLINGS[1:])


@each_spelling
def test_two_names_that_differ_only_in_case_are_one(spelling: str) -> None:
    make_room(name=SPELLINGS[0])
    make_type(name=SPELLINGS[0])
    services.open_location(name=SPELLINGS[0], time_zone="UTC")
    with pytest.raises(RoomNameTaken):
        make_room(name=spelling)
    with pytest.raises(TypeNameTaken):
        make_type(name=spelling)
    with pytest.raises(LocationNameTaken):
        services.open_location(name=spelling, time_zone="UTC")
    with pytest.raises(LocationNameTaken):
        places.amend_location(Location.objects.default(), name=spelling)


def test_a_name_may_change_its_case_and_is_free_elsewhere() -> None:
    room = make_room(name=SPELLINGS[0])
    assert services.amend_room(room, name=SPELLINGS[1]).name == "échographie"
    assert make_room(name=SPELLINGS[0], location=services.open_location(name="Annex", time_zone="UTC"))


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has never had such names")
def test_those_that_are_called_alike_already_can_be_changed_all_the_same() -> None:
    room = make_room(name=SPELLINGS[0])
    Room.objects.create(location=room.location, name=SPELLINGS[1], kind="scan")
    assert services.amend_room(room, name=room.name, kind="scan").kind == "scan"


@each_spelling
def test_a_room_of_the_kind_is_found(spelling: str) -> None:
    room, doctor = make_room(SPELLINGS[0]), make_doctor()
    kind = make_type(room_kind=spelling)
    search = Search(
        [doctor],
        since=at("2026-03-02 10:00"),
        until=at("2026-03-02 10:30"),
        now=clock.now(),
        limit=1,
        appointment_type=kind,
    )
    assert [slot.start for slot in find_slots(search)] == [at("2026-03-02 10:00")]
    assert book(doctor=doctor, appointment_type=kind).room == room


@each_spelling
def test_lists_are_narrowed_down_by_it(api: APIClient, spelling: str) -> None:
    room = make_room(SPELLINGS[0], name=SPELLINGS[0])
    make_room("consulting (3.1)", name="Other")
    for field in ("kind", "name"):
        found = api.get("/api/rooms/", {field: spelling}).json()["results"]
        assert (field, [row["id"] for row in found]) == (field, [room.pk])
    assert api.get("/api/rooms/", {"name": "é.*"}).json()["count"] == 0
