"""Locations in the admin."""

from datetime import time

import pytest
from django.test import Client

from accounts.models import User
from clinics import services
from clinics.errors import UnknownTimeZone
from clinics.models import Location
from doctors import places
from tests.pages import AdminPages, entries, errors

NOT_A_ZONE = "'Mars/Olympus' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."


@pytest.fixture
def pages(client: Client, user: User) -> AdminPages:
    client.force_login(user)
    return AdminPages(client, Location)


def test_added_location_opens_with_the_usual_hours(pages: AdminPages) -> None:
    assert errors(pages.add(name="Annex", time_zone="Asia/Kolkata")) == {}
    hours = Location.objects.get(name="Annex").opening_hours.values_list("weekday", "start", "end")
    assert list(hours) == [(weekday, time(8), time(18)) for weekday in range(5)]


def test_unknown_time_zone_is_refused_beside_the_field(pages: AdminPages) -> None:
    response = pages.add(name="Annex", time_zone="Mars/Olympus")
    assert errors(response) == {"time_zone": [NOT_A_ZONE]}
    assert Location.objects.count() == 1


@pytest.mark.django_db
def test_service_refuses_an_unknown_time_zone() -> None:
    with pytest.raises(UnknownTimeZone) as refusal:
        places.amend_location(Location.objects.default(), time_zone="Mars/Olympus")
    assert refusal.value.message == NOT_A_ZONE
    assert Location.objects.get().time_zone == "UTC"


def test_opening_hours_are_changed_as_one_week(pages: AdminPages) -> None:
    location = Location.objects.default()
    typed = {"opening_hours-0-end": "12:00", **{f"opening_hours-{row}-DELETE": "on" for row in (1, 2, 3)}}
    assert errors(pages.change(location.pk, **typed)) == {}
    hours = location.opening_hours.values_list("weekday", "start", "end")
    assert list(hours) == [(0, time(8), time(12)), (4, time(8), time(18))]


def test_last_active_location_stays_active(pages: AdminPages) -> None:
    location = Location.objects.default()
    unticked = entries(pages.client.get(pages.url("change", location.pk)))
    del unticked["active"]
    response = pages.client.post(pages.url("change", location.pk), unticked)
    assert errors(response) == {"active": ["A clinic keeps at least one active location. Open another one first."]}
    location.refresh_from_db()
    assert location.active


def test_another_location_can_be_deactivated(pages: AdminPages) -> None:
    annex = services.open_location(name="Annex", time_zone="UTC")
    unticked = entries(pages.client.get(pages.url("change", annex.pk)))
    del unticked["active"]
    pages.client.post(pages.url("change", annex.pk), unticked)
    assert list(Location.objects.active()) == [Location.objects.default()]


def test_locations_cannot_be_deleted(pages: AdminPages) -> None:
    location = Location.objects.default()
    assert pages.client.post(pages.url("delete", location.pk), {"post": "yes"}).status_code == 403
    assert Location.objects.count() == 1
