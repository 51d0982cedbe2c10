"""/api/waitlist/: what is answered and refused, and in which words."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from appointments import waitlist
from appointments.models import Appointment, WaitlistEntry
from clinics.models import Location
from doctors.models import Doctor
from tests.factories import book, make_doctor, make_patient, make_type, set_hours

pytestmark = pytest.mark.django_db
Clock = time_machine.Traveller
NumQueries = Callable[[int], AbstractContextManager[Any]]
URL = "/api/waitlist/"
WEEK = {"earliest": "2026-03-02", "latest": "2026-03-06"}
NO_OFFER = {"detail": "There is no offer to answer: it was answered, or its time is over."}


@pytest.fixture
def doctor() -> Doctor:
    """Sees patients on Mondays from nine to half past ten."""
    doctor = make_doctor(full_name="Wanjiru Mwangi", specialization="Cardiology")
    set_hours(doctor, "mon 09:00-10:30")
    return doctor


@pytest.fixture
def visit(doctor: Doctor) -> Appointment:
    return book("2026-03-02 09:00", doctor=doctor, duration_minutes=90)


def put_on(api: APIClient, doctor: Doctor, **wishes: Any) -> Any:
    patient = wishes.pop("patient", None) or make_patient().pk
    answer = api.post(URL, {"patient": patient, "doctor": doctor.pk, **WEEK, **wishes}, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()


def read(api: APIClient, entry: Any) -> Any:
    answer = api.get(f"{URL}{entry['id']}/")
    assert answer.status_code == 200
    return answer.json()


def cancel(api: APIClient, visit: Appointment) -> None:
    assert api.post(f"/api/appointments/{visit.pk}/cancel/", {}, format="json").status_code == 200


def refusal(api: APIClient, **wishes: Any) -> Any:
    answer = api.post(URL, {"patient": make_patient().pk, "doctor": make_doctor().pk, **WEEK, **wishes}, format="json")
    assert answer.status_code == 400
    return answer.json()


# --- Entries -----------------------------------------------------------------------------------------


def test_an_entry_shows_what_the_patient_waits_for(api: APIClient, doctor: Doctor) -> None:
    patient, kind = make_patient(full_name="Jane Doe"), make_type()
    wishes = {
        "patient": patient.pk,
        "doctor": doctor.pk,
        "specialization": "Cardiology",
        "appointment_type": kind.pk,
        "location": Location.objects.default().pk,
        **WEEK,
        "weekdays": ["thu", "mon"],
        "part_of_day": "morning",
        "priority": 5,
    }
    answer = api.post(URL, wishes, format="json")
    assert answer.status_code == 201
    made = {
        **wishes,
        "id": answer.json()["id"],
        "patient_name": "Jane Doe",
        "weekdays": ["mon", "thu"],
        "status": "waiting",
        "appointment": None,
        "offer": None,
        "created_at": "2026-03-02T06:00:00Z",
        "updated_at": "2026-03-02T06:00:00Z",
    }
    assert answer.json() == made
    assert read(api, made) == made


def test_a_doctor_alone_will_do(api: APIClient, doctor: Doctor) -> None:
    entry = put_on(api, doctor)
    wishes = {name: entry[name] for name in ("specialization", "appointment_type", "location", "weekdays", "priority")}
    assert wishes == {"specialization": "", "appointment_type": None, "location": None, "weekdays": [], "priority": 0}
    assert entry["part_of_day"] == ""


@pytest.mark.parametrize(
    ("wishes", "body"),
    [
        (
            {"doctor": None},
            {"non_field_errors": ["Name a doctor, a specialization or an appointment type to wait for."]},
        ),
        ({"latest": "2026-03-01", "earliest": "2026-03-01"}, {"latest": ["This day is over."]}),
        ({"earliest": "2026-03-07"}, {"latest": ["This is before earliest."]}),
        ({"earliest": "soon"}, {"earliest": ["Date has wrong format. Use one of these formats instead: YYYY-MM-DD."]}),
        ({"latest": "0001-01-01"}, {"latest": ["Enter a date from 1900 to 2199."]}),
        ({"weekdays": ["noday"]}, {"weekdays": ['Item 1: "noday" is not a valid choice.']}),
        ({"weekdays": ["mon"] * 8}, {"weekdays": ["Ensure this field has no more than 7 elements."]}),
        ({"weekdays": ["noday"] * 8}, {"weekdays": ["Ensure this field has no more than 7 elements."]}),
        ({"part_of_day": "night"}, {"part_of_day": ['"night" is not a valid choice.']}),
        ({"priority": 10}, {"priority": ["Ensure this value is less than or equal to 9."]}),
        ({"priority": -1}, {"priority": ["Ensure this value is greater than or equal to 0."]}),
        ({"doctor": 2**62}, {"doctor": [f'Invalid pk "{2**62}" - object does not exist.']}),
    ],
)
def test_what_is_refused(api: APIClient, wishes: Any, body: Any) -> None:
    assert refusal(api, **wishes) == body


def test_wishes_change_but_not_the_patient(api: APIClient, doctor: Doctor) -> None:
    entry = put_on(api, doctor)
    answer = api.patch(f"{URL}{entry['id']}/", {"priority": 7, "weekdays": ["fri"]}, format="json")
    assert (answer.status_code, answer.json()) == (200, {**entry, "priority": 7, "weekdays": ["fri"]})
    answer = api.patch(f"{URL}{entry['id']}/", {"patient": make_patient().pk}, format="json")
    stays = "An entry stays with its patient. Take it off the list and make a new one."
    assert (answer.status_code, answer.json()) == (400, {"patient": [stays]})


def test_a_change_is_judged_with_what_stays(api: APIClient, doctor: Doctor) -> None:
    entry = put_on(api, doctor)
    answer = api.patch(f"{URL}{entry['id']}/", {"earliest": "2026-03-07"}, format="json")
    assert (answer.status_code, answer.json()) == (400, {"latest": ["This is before earliest."]})
    answer = api.patch(f"{URL}{entry['id']}/", {"doctor": None}, format="json")
    assert answer.status_code == 400


def test_an_entry_is_withdrawn_and_kept(api: APIClient, doctor: Doctor) -> None:
    entry = put_on(api, doctor)
    for _ in range(2):
        assert api.delete(f"{URL}{entry['id']}/").status_code == 204
    assert read(api, entry)["status"] == "withdrawn"
    answer = api.patch(f"{URL}{entry['id']}/", {"priority": 1}, format="json")
    over = {"detail": "This entry is withdrawn. Put the patient on the list again."}
    assert (answer.status_code, answer.json()) == (409, over)


def test_an_unknown_entry_is_404(api: APIClient) -> None:
    for path in ("1/", "x/", "1/offers/", f"{2**63}/"):
        answer = api.get(f"{URL}{path}")
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."}), path
    for path in ("1/accept/", "1/decline/", "x/accept/"):
        assert api.post(f"{URL}{path}").status_code == 404, path


def test_the_list_has_the_most_urgent_first_then_who_has_waited_longest(
    api: APIClient, doctor: Doctor, clock: Clock
) -> None:
    first = put_on(api, doctor)
    clock.shift(timedelta(minutes=1))
    second = put_on(api, doctor)
    urgent = put_on(api, doctor, priority=9)
    listed = api.get(URL).json()["results"]
    assert [entry["id"] for entry in listed] == [urgent["id"], first["id"], second["id"]]
    listed = api.get(URL, {"ordering": "-created_at"}).json()["results"]
    assert [entry["id"] for entry in listed] == [urgent["id"], second["id"], first["id"]]


def test_the_list_is_narrowed(api: APIClient, doctor: Doctor) -> None:
    kind = make_type()
    jane = put_on(api, doctor, patient=make_patient(full_name="Jane Doe").pk, specialization="Cardiology")
    other = put_on(api, make_doctor(), appointment_type=kind.pk)
    api.delete(f"{URL}{other['id']}/")
    for query in (
        {"search": "doe"},
        {"patient": jane["patient"]},
        {"doctor": doctor.pk},
        {"specialization": "cardiology"},
        {"status": "waiting"},
        {"filter": f"doctor:{doctor.pk},status:waiting"},
    ):
        assert [entry["id"] for entry in api.get(URL, query).json()["results"]] == [jane["id"]], query
    assert [entry["id"] for entry in api.get(URL, {"appointment_type": kind.pk}).json()["results"]] == [other["id"]]


@pytest.mark.parametrize("entries", [1, 5])
def test_the_list_costs_six_queries(
    api: APIClient, doctor: Doctor, visit: Appointment, entries: int, django_assert_num_queries: NumQueries
) -> None:
    for _ in range(entries):
        put_on(api, doctor)
    cancel(api, visit)
    with django_assert_num_queries(6):  # the token, lapsed offers, the count, the entries, their offers, the audit
        assert len(api.get(URL).json()["results"]) == entries


# --- Offers ------------------------------------------------------------------------------------------


def test_an_offer_is_shown_with_its_entry(api: APIClient, doctor: Doctor, visit: Appointment) -> None:
    entry = put_on(api, doctor)
    cancel(api, visit)
    offer = {
        "doctor": doctor.pk,
        "location": Location.objects.default().pk,
        "appointment_time": "2026-03-02T09:00:00Z",
        "end": "2026-03-02T09:30:00Z",
        "offered_at": "2026-03-02T06:00:00Z",
        "expires_at": "2026-03-02T07:00:00Z",
        "status": "pending",
    }
    assert read(api, entry) == {**entry, "status": "offered", "offer": offer}
    assert api.get(f"{URL}{entry['id']}/offers/").json() == [offer]


def test_what_is_on_offer_is_not_listed_as_free(api: APIClient, doctor: Doctor, visit: Appointment) -> None:
    put_on(api, doctor)
    cancel(api, visit)
    query = {"doctor": doctor.pk, "from": "2026-03-02", "to": "2026-03-02"}
    slots = api.get("/api/slots/", query).json()["results"]
    assert [slot["start"] for slot in slots] == ["2026-03-02T09:30:00Z", "2026-03-02T10:00:00Z"]
    body = {"patient": make_patient().pk, "doctor": doctor.pk, "appointment_time": "2026-03-02T09:00:00Z"}
    answer = api.post("/api/appointments/", body, format="json")
    taken = {"non_field_errors": ["This doctor is already booked at that time."]}
    assert (answer.status_code, answer.json()) == (400, taken)


def test_accepting_books(api: APIClient, doctor: Doctor, visit: Appointment) -> None:
    entry = put_on(api, doctor)
    cancel(api, visit)
    answer = api.post(f"{URL}{entry['id']}/accept/")
    booked = answer.json()
    assert answer.status_code == 201
    assert api.get(f"/api/appointments/{booked['id']}/").json() == booked
    assert answer["ETag"] == api.get(f"/api/appointments/{booked['id']}/")["ETag"]
    assert (booked["patient"], booked["doctor"], booked["appointment_time"], booked["end"]) == (
        entry["patient"],
        doctor.pk,
        "2026-03-02T09:00:00Z",
        "2026-03-02T09:30:00Z",
    )
    assert read(api, entry) == {**entry, "status": "booked", "appointment": booked["id"]}
    again = api.post(f"{URL}{entry['id']}/accept/")
    assert (again.status_code, again.json()) == (409, NO_OFFER)


def test_an_acceptance_that_is_sent_again_books_once(api: APIClient, doctor: Doctor, visit: Appointment) -> None:
    entry = put_on(api, doctor)
    cancel(api, visit)
    key = {"HTTP_IDEMPOTENCY_KEY": "accept-1"}
    first, second = (api.post(f"{URL}{entry['id']}/accept/", **key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second["Idempotent-Replayed"] == "true"


def test_accepting_what_the_patient_cannot_keep_says_why(api: APIClient, doctor: Doctor, visit: Appointment) -> None:
    entry = put_on(api, doctor)
    cancel(api, visit)
    Doctor.objects.update(active=False)
    answer = api.post(f"{URL}{entry['id']}/accept/")
    gone = {"doctor": ["This doctor no longer sees patients. Choose another doctor."]}
    assert (answer.status_code, answer.json()) == (400, gone)


def test_declining_offers_it_to_the_next(api: APIClient, doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    first, second = put_on(api, doctor), put_on(api, doctor)
    cancel(api, visit)
    answer = api.post(f"{URL}{first['id']}/decline/")
    assert (answer.status_code, answer.json()) == (200, first)
    assert answer["ETag"] == api.get(f"{URL}{first['id']}/")["ETag"]
    assert read(api, second)["offer"]["appointment_time"] == "2026-03-02T09:00:00Z"
    assert [offer["status"] for offer in api.get(f"{URL}{first['id']}/offers/").json()] == ["declined"]
    again = api.post(f"{URL}{first['id']}/decline/")
    assert (again.status_code, again.json()) == (409, NO_OFFER)


def test_taking_an_entry_off_the_list_offers_its_time_to_the_next(api: APIClient, doctor: Doctor) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    first, second = put_on(api, doctor), put_on(api, doctor)
    cancel(api, visit)
    assert api.delete(f"{URL}{first['id']}/").status_code == 204
    assert read(api, second)["status"] == "offered"


@pytest.mark.parametrize("path", ["", "{id}/", "{id}/offers/"])
def test_an_offer_that_is_read_late_has_lapsed(api: APIClient, doctor: Doctor, clock: Clock, path: str) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    first, second = put_on(api, doctor), put_on(api, doctor)
    cancel(api, visit)
    clock.shift(timedelta(minutes=60))
    api.get(URL + path.format(**first))
    assert list(WaitlistEntry.objects.order_by("id").values_list("id", "status")) == [
        (first["id"], "waiting"),
        (second["id"], "offered"),
    ]


def test_an_offer_that_is_answered_late_is_gone(api: APIClient, doctor: Doctor, clock: Clock) -> None:
    visit = book("2026-03-02 09:00", doctor=doctor)
    first, second = put_on(api, doctor), put_on(api, doctor)
    cancel(api, visit)
    clock.shift(timedelta(minutes=60))
    answer = api.post(f"{URL}{first['id']}/accept/")
    assert (answer.status_code, answer.json()) == (409, NO_OFFER)
    assert read(api, second)["status"] == "offered"


def test_whoever_has_seen_an_older_state_changes_nothing(api: APIClient, doctor: Doctor, visit: Appointment) -> None:
    entry = put_on(api, doctor)
    seen = api.get(f"{URL}{entry['id']}/")["ETag"]
    cancel(api, visit)
    answer = api.delete(f"{URL}{entry['id']}/", HTTP_IF_MATCH=seen)
    assert answer.status_code == 412
    assert read(api, entry)["status"] == "offered"
    newest = api.get(f"{URL}{entry['id']}/")["ETag"]
    assert api.post(f"{URL}{entry['id']}/accept/", HTTP_IF_MATCH=newest).status_code == 201


# --- Hours, through the API --------------------------------------------------------------------------


def test_new_hours_removed_leave_and_extra_clinics_are_offered(api: APIClient, doctor: Doctor) -> None:
    entries = [put_on(api, doctor, latest="2026-03-31") for _ in range(5)]
    window = {"weekday": "mon", "start": "09:00", "end": "10:30"}
    thursday = {"weekday": "thu", "start": "14:00", "end": "14:30", "valid_until": "2026-03-05"}
    api.put(f"/api/doctors/{doctor.pk}/hours/", [window, thursday], format="json")
    exceptions = f"/api/doctors/{doctor.pk}/exceptions/"
    edges = {"start": "2026-03-04T10:00:00Z", "end": "2026-03-04T10:30:00Z"}
    api.post(exceptions, {"kind": "open", **edges}, format="json")
    leave = {"kind": "closed", "start": "2026-03-09T09:00:00Z", "end": "2026-03-09T10:30:00Z"}
    closed = api.post(exceptions, leave, format="json").json()
    api.patch(f"{exceptions}{closed['id']}/", {"end": "2026-03-09T10:00:00Z"}, format="json")
    api.delete(f"{exceptions}{closed['id']}/")
    offered = [(read(api, entry)["offer"] or {}).get("appointment_time") for entry in entries]
    assert offered == [
        "2026-03-05T14:00:00Z",
        "2026-03-04T10:00:00Z",
        "2026-03-09T10:00:00Z",
        "2026-03-09T09:00:00Z",
        "2026-03-09T09:30:00Z",
    ]


def test_a_removed_holiday_and_closure_are_offered(api: APIClient, doctor: Doctor) -> None:
    place = Location.objects.default().pk
    day = api.post("/api/holidays/", {"date": "2026-03-02", "name": "Founder's Day"}, format="json").json()
    closures = f"/api/locations/{place}/exceptions/"
    edges = {"start": "2026-03-09T00:00:00Z", "end": "2026-03-10T00:00:00Z"}
    closure = api.post(closures, {"kind": "closed", **edges}, format="json").json()
    first = put_on(api, doctor)
    second = put_on(api, doctor, earliest="2026-03-09", latest="2026-03-09")
    api.delete(f"/api/holidays/{day['id']}/")
    api.delete(f"{closures}{closure['id']}/")
    offered = [read(api, entry)["offer"]["appointment_time"] for entry in (first, second)]
    assert offered == ["2026-03-02T09:00:00Z", "2026-03-09T09:00:00Z"]


def test_nobody_without_a_token_sees_who_waits(api: APIClient, doctor: Doctor) -> None:
    entry = put_on(api, doctor)
    for answer in (APIClient().get(URL), APIClient().post(f"{URL}{entry['id']}/accept/")):
        assert answer.status_code == 401
    assert waitlist.lapse_due() == 0
