"""Whoever keeps a copy reads what is new since they last asked: `?updated_at_after=`, in the order of the changes."""

from datetime import timedelta
from typing import Any

import time_machine
from rest_framework.test import APIClient

from appointments import services
from tests.api.lists import names, refusal
from tests.factories import at, book, make_doctor, make_patient


def test_records_changed_since_come_in_the_order_of_their_changes(
    api: APIClient, clock: time_machine.Traveller
) -> None:
    first, second, third = (make_patient(full_name=name) for name in "ABC")
    clock.shift(timedelta(hours=1))
    for patient in (third, first):
        assert api.patch(f"/api/patients/{patient.pk}/", {"sex": "female"}).status_code == 200
        clock.shift(timedelta(seconds=1))
    url = "/api/patients/?updated_at_after=2026-03-02T07:00:00Z&ordering=updated_at"
    assert names(api, url, "id") == [third.pk, first.pk]
    assert names(api, "/api/patients/?ordering=-updated_at", "id") == [first.pk, third.pk, second.pk]
    assert names(api, "/api/patients/?filter=updated_at_after:2026-03-03", "id") == []


def test_what_was_taken_out_of_use_is_told_where_it_is_asked_for(api: APIClient, clock: time_machine.Traveller) -> None:
    doctor = make_doctor()
    make_doctor()
    clock.shift(timedelta(hours=1))
    assert api.delete(f"/api/doctors/{doctor.pk}/").status_code == 204
    url = "/api/doctors/?updated_at_after=2026-03-02T07:00:00Z&ordering=updated_at"
    assert names(api, url) == []
    assert names(api, f"{url}&active=false", "id") == [doctor.pk]


def test_a_moved_or_cancelled_visit_has_changed(api: APIClient, clock: time_machine.Traveller) -> None:
    doctor = make_doctor()
    book("2026-03-03 09:00", doctor=doctor)
    moved, cancelled = (book(f"2026-03-04 {hour}:00", doctor=doctor) for hour in ("09", "10"))
    clock.shift(timedelta(hours=1))
    services.reschedule(moved, start=at("2026-03-05 09:00"))
    clock.shift(timedelta(seconds=1))
    services.cancel(cancelled)
    url = "/api/appointments/?updated_at_after=2026-03-02T07:00:00Z&ordering=updated_at"
    assert names(api, url, "status") == ["scheduled", "cancelled"]
    assert names(api, url, "id") == [moved.pk, cancelled.pk]


def test_reading_on_from_the_last_change_misses_nothing_that_others_write_meanwhile(
    api: APIClient, clock: time_machine.Traveller
) -> None:
    """As the README says. A page counted from the first one would leave out C: what changes moves to the end."""
    patients = {}
    for name in "ABCDE":
        patients[name] = make_patient(full_name=name)
        clock.shift(timedelta(seconds=1))
    seen: dict[int, Any] = {}
    since, more = "2026-03-02", "a page"
    while more:
        page = api.get(f"/api/patients/?ordering=updated_at&updated_at_after={since}&page_size=2").json()
        seen |= {row["id"]: row["sex"] for row in page["results"]}
        since, more = page["results"][-1]["updated_at"], page["next"]
        if len(seen) == 2:
            assert api.patch(f"/api/patients/{patients['A'].pk}/", {"sex": "female"}).status_code == 200
            clock.shift(timedelta(seconds=1))
    assert seen == {patients[name].pk: "female" if name == "A" else "" for name in "ABCDE"}


def test_since_when_is_a_time_or_a_day(api: APIClient) -> None:
    assert refusal(api, "/api/appointments/?updated_at_after=lately") == {
        "updated_at_after": ["Enter a date and time such as 2026-05-29T10:00:00Z or 2026-05-29T13:00:00+03:00."]
    }
