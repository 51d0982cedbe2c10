"""/api/holidays/, their import, and `manage.py import_holidays`."""

from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from clinics.models import Holiday, Location
from clinics.services import open_location
from doctors import places
from doctors.models import Doctor
from tests.factories import book, make_doctor

MADE = {"created_at": "2026-03-02T06:00:00Z", "updated_at": "2026-03-02T06:00:00Z"}
TAKEN = {"date": ["This day already is a holiday there. Change that one instead."]}
KENYA_2026 = [
    ("2026-01-01", "New Year's Day"),
    ("2026-03-20", "Idd-ul-Fitr"),
    ("2026-04-03", "Good Friday"),
    ("2026-04-06", "Easter Monday"),
    ("2026-05-01", "Labour Day"),
    ("2026-06-01", "Madaraka Day"),
    ("2026-10-10", "Mazingira Day"),
    ("2026-10-20", "Mashujaa Day"),
    ("2026-12-12", "Jamhuri Day"),
    ("2026-12-25", "Christmas Day"),
    ("2026-12-26", "Boxing Day"),
]


def test_a_holiday_answers_with_the_visits_it_touches(api: APIClient) -> None:
    visit = book("2026-03-03 09:00")
    book("2026-03-04 09:00", doctor=visit.doctor)
    answer = api.post("/api/holidays/", {"date": "2026-03-03", "name": "Founders' Day"})
    assert answer.status_code == 201
    body: dict[str, Any] = answer.json()
    assert [found["id"] for found in body.pop("outside_hours")] == [visit.pk]
    assert body == {
        "id": Holiday.objects.get().pk,
        "date": "2026-03-03",
        "name": "Founders' Day",
        "location": None,
        **MADE,
        "outside_hours_more": False,
    }
    visit.refresh_from_db()
    assert visit.status == "scheduled"


def test_a_holidays_visits_are_those_of_the_local_day(api: APIClient) -> None:
    place = Location.objects.default()
    doctor = make_doctor()
    api.put(f"/api/doctors/{doctor.pk}/hours/", [{"weekday": "tue", "start": "00:00", "end": "00:00"}])
    places.amend_location(place, time_zone="Pacific/Auckland")  # 2 March 11:00 to 3 March 11:00 in UTC
    first, last = (book(start, doctor=doctor) for start in ("2026-03-02 11:00", "2026-03-03 10:30"))
    body = api.post("/api/holidays/", {"date": "2026-03-03", "name": "Tuesday", "location": place.pk}).json()
    assert [found["id"] for found in body["outside_hours"]] == [first.pk, last.pk]
    moved = api.patch(f"/api/holidays/{body['id']}/", {"date": "2026-03-02"}).json()
    assert moved["outside_hours"] == []


def test_a_holiday_is_moved_and_removed(api: APIClient) -> None:
    url = f"/api/holidays/{api.post('/api/holidays/', {'date': '2026-03-03', 'name': 'Feast'}).json()['id']}/"
    assert api.put(url, {"date": "2026-03-04", "name": "Feast"}).json()["date"] == "2026-03-04"
    assert api.patch(url, {"name": "Fast"}).json()["name"] == "Fast"
    assert api.get(url).json()["date"] == "2026-03-04"
    assert api.delete(url).status_code == 204
    assert api.get(url).status_code == 404


def test_a_day_is_a_holiday_once_everywhere_and_once_at_each_place(api: APIClient) -> None:
    place = Location.objects.default().pk
    everywhere = {"date": "2026-03-03", "name": "Feast"}
    here = {**everywhere, "location": place}
    assert [api.post("/api/holidays/", body).status_code for body in (everywhere, here)] == [201, 201]
    for body in (everywhere, here):
        answer = api.post("/api/holidays/", {**body, "name": "Another"})
        assert (answer.status_code, answer.json()) == (400, TAKEN)
    other = api.post("/api/holidays/", {**here, "date": "2026-03-04"}).json()["id"]
    answer = api.patch(f"/api/holidays/{other}/", {"date": "2026-03-03"})
    assert (answer.status_code, answer.json()) == (400, TAKEN)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        ("2026-02-30", "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."),
        ("1899-12-31", "Enter a date from 1900 to 2199."),
        ("9999-12-31", "Enter a date from 1900 to 2199."),
    ],
)
def test_a_day_that_is_none_is_refused(api: APIClient, value: str, error: str) -> None:
    answer = api.post("/api/holidays/", {"date": value, "name": "Feast"})
    assert (answer.status_code, answer.json()) == (400, {"date": [error]})


def test_a_holiday_that_was_removed_meanwhile_is_a_conflict(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    pk = api.post("/api/holidays/", {"date": "2026-03-03", "name": "Feast"}).json()["id"]
    lock = places.lock_everybody

    def somebody_was_faster(*locations: Location | None) -> list[Doctor]:
        Holiday.objects.all().delete()
        return lock(*locations)

    monkeypatch.setattr(places, "lock_everybody", somebody_was_faster)
    answer = api.patch(f"/api/holidays/{pk}/", {"name": "Fast"})
    assert answer.status_code == 409
    assert answer.json() == {
        "detail": "Somebody else has just changed or removed this. Nothing was changed; read it again."
    }


def test_holidays_are_found_by_date_and_place(api: APIClient) -> None:
    here, annex = Location.objects.default(), open_location(name="Annex", time_zone="UTC")
    for day, location in (("2026-03-03", None), ("2026-03-04", here), ("2026-03-05", annex), ("2026-04-01", None)):
        places.add_holiday(date=date.fromisoformat(day), name=day, location=location)

    def found(query: str) -> list[str]:
        return [holiday["date"] for holiday in api.get(f"/api/holidays/?{query}").json()["results"]]

    assert found("") == ["2026-03-03", "2026-03-04", "2026-03-05", "2026-04-01"]
    assert found(f"location={annex.pk}") == ["2026-03-03", "2026-03-05", "2026-04-01"]
    assert found("date_from=2026-03-04&date_to=2026-03-05") == ["2026-03-04", "2026-03-05"]
    assert found("filter=date:2026-04-01") == ["2026-04-01"]
    assert api.get("/api/holidays/?date_from=2026-02-30").json() == {
        "date_from": ["2026-02-30 is not a day of the calendar."]
    }
    assert api.get("/api/holidays/?date_to=soon").json() == {"date_to": ["Enter a date such as 2026-05-29."]}


# --- Import ----------------------------------------------------------------------------------------


def told(holidays: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(holiday["date"], holiday["name"]) for holiday in holidays]


def test_public_holidays_are_imported_once(api: APIClient) -> None:
    own = api.post("/api/holidays/", {"date": "2026-12-25", "name": "The clinic's own"}).json()["id"]
    answer = api.post("/api/holidays/import/", {"country": "ke", "year": 2026})
    assert answer.status_code == 200
    assert told(answer.json()["created"]) == [day for day in KENYA_2026 if day[0] != "2026-12-25"]
    assert [(day["id"], day["name"]) for day in answer.json()["existing"]] == [(own, "The clinic's own")]
    again = api.post("/api/holidays/import/", {"country": "KE", "year": 2026}).json()
    assert (again["created"], len(again["existing"])) == ([], 11)
    assert Holiday.objects.count() == 11


def test_holidays_have_their_countrys_names_whatever_the_servers_language(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANGUAGE", "uk")
    named = told(api.post("/api/holidays/import/", {"country": "DE", "year": 2026}).json()["created"])
    assert ("2026-10-03", "Tag der Deutschen Einheit") in named


def test_an_import_for_one_place_closes_no_other(api: APIClient) -> None:
    annex = open_location(name="Annex", time_zone="UTC")
    body = {"country": "KE", "year": 2026, "location": annex.pk}
    assert len(api.post("/api/holidays/import/", body).json()["created"]) == 11
    assert set(Holiday.objects.values_list("location", flat=True)) == {annex.pk}


def test_a_subdivision_has_days_of_its_own(api: APIClient) -> None:
    body = {"country": "US", "subdivision": "California", "year": 2026}
    named = told(api.post("/api/holidays/import/", body).json()["created"])
    assert ("2026-03-31", "Cesar Chavez Day") in named
    again = api.post("/api/holidays/import/", {**body, "subdivision": "ca"}).json()
    assert (again["created"], told(again["existing"])) == ([], named)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (
            {"country": "Atlantis", "year": 2026},
            {"country": ["No public holidays are known for 'Atlantis'. Use a two-letter country code such as KE."]},
        ),
        (
            {"country": "KE", "subdivision": "CA", "year": 2026},
            {"subdivision": ["KE has no subdivision 'CA'. It has none: leave it out."]},
        ),
        (
            {"country": "GB", "subdivision": "Essex", "year": 2026},
            {"subdivision": ["GB has no subdivision 'Essex'. Choose from: ENG, NIR, SCT, WLS."]},
        ),
        ({"country": "KE", "year": 1950}, {"year": ["No public holidays of KE are known for 1950."]}),
        ({"country": "KE", "year": 20266}, {"year": ["Ensure this value is less than or equal to 2199."]}),
        ({}, {"country": ["This field is required."], "year": ["This field is required."]}),
    ],
)
def test_an_import_of_what_is_unknown_is_refused(api: APIClient, body: Any, error: Any) -> None:
    answer = api.post("/api/holidays/import/", body)
    assert (answer.status_code, answer.json()) == (400, error)
    assert not Holiday.objects.exists()


def run(*words: str) -> str:
    output = StringIO()
    call_command("import_holidays", *words, stdout=output)
    return output.getvalue()


@pytest.mark.django_db
def test_the_command_imports_years_once() -> None:
    assert run("KE", "2026", "2027") == "KE 2026: 11 new, 0 already there.\nKE 2027: 14 new, 0 already there.\n"
    assert run("ke", "2026") == "KE 2026: 0 new, 11 already there.\n"


@pytest.mark.django_db
def test_the_command_imports_for_one_place() -> None:
    annex = open_location(name="Annex", time_zone="UTC")
    assert run("GB", "2026", "--subdivision", "SCT", "--location", "annex") == "GB 2026: 11 new, 0 already there.\n"
    assert set(Holiday.objects.values_list("location", flat=True)) == {annex.pk}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["XX", "2026"], "No public holidays are known for 'XX'. Use a two-letter country code such as KE."),
        (["KE", "2026", "1950"], "No public holidays of KE are known for 1950."),
        (["KE", "2026", "--location", "Nowhere"], "There is no location 'Nowhere'. Choose from: Test Clinic."),
    ],
)
def test_the_command_says_what_is_unknown_and_imports_nothing(words: list[str], error: str) -> None:
    with pytest.raises(CommandError) as refusal:
        run(*words)
    assert str(refusal.value) == error
    assert not Holiday.objects.exists()
