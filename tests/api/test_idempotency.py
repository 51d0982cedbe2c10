"""`Idempotency-Key`: what was done is answered again, and not done again."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import OperationalError, transaction
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.models import IdempotencyKey, User
from api.views.documentation import description
from appointments.models import Appointment, AppointmentChange
from common.inserting import insert
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient
from tests.tokens import token_of

KEY = "6f1c9f8e-5f0f-4c1b-9d4e-3f8b6a1d2c7e"
JANE = {"full_name": "Jane Doe", "phone_number": "0712345678"}
REUSED = {"detail": "This Idempotency-Key came with another request before. Use a new key for a new request."}
IN_FLIGHT = {
    "detail": "The first request with this Idempotency-Key is still being worked on. Send it again in a moment."
}
BAD = {"Idempotency-Key": ["Send 1 to 255 visible ASCII characters without spaces, such as a random UUID."]}


@pytest.fixture
def visit(db: None) -> dict[str, Any]:
    return {"patient": make_patient().pk, "doctor": make_doctor().pk, "appointment_time": "2026-03-02T10:00:00Z"}


def register(api: APIClient, key: str = KEY, **fields: Any) -> Any:
    return api.post("/api/patients/", {**JANE, **fields}, headers={"Idempotency-Key": key})


# --- The same request again --------------------------------------------------------------------------


def test_the_same_booking_again_is_answered_alike_and_books_nothing(api: APIClient, visit: dict[str, Any]) -> None:
    first, second = (api.post("/api/appointments/", visit, headers={"Idempotency-Key": KEY}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.content == first.content
    assert [answer.get("Idempotent-Replayed") for answer in (first, second)] == [None, "true"]
    for header in ("Content-Type", "ETag", "Vary", "Allow"):
        assert second.get(header) == first.get(header)
    assert (Appointment.objects.count(), AppointmentChange.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/api/patients/", JANE),
        ("/api/doctors/", {"full_name": "Ann Smith", "email": "ann@clinic.test", "specialization": "Cardiology"}),
        (
            "/api/doctors/{doctor}/exceptions/",
            {"kind": "closed", "start": "2026-03-03T00:00:00Z", "end": "2026-03-04T00:00:00Z"},
        ),
    ],
)
def test_whatever_is_created_is_created_once(api: APIClient, route: str, body: dict[str, Any]) -> None:
    route = route.format(doctor=make_doctor().pk)
    before = api.get(route).json()["count"]
    first, second = (api.post(route, body, headers={"Idempotency-Key": KEY}) for _ in range(2))
    assert (first.status_code, second.status_code, second.content) == (201, 201, first.content)
    assert api.get(route).json()["count"] == before + 1


def test_a_step_sent_again_is_taken_once(api: APIClient) -> None:
    appointment = book()
    api.post(f"/api/appointments/{appointment.pk}/confirm/")
    undo = f"/api/appointments/{appointment.pk}/undo/"
    first, second = (api.post(undo, headers={"Idempotency-Key": KEY}) for _ in range(2))
    assert (first.status_code, second.status_code, second.content) == (200, 200, first.content)
    assert [answer.get("Idempotent-Replayed") for answer in (first, second)] == [None, "true"]
    assert [row.action for row in appointment.history.order_by("id")] == ["booked", "status", "undone"]


def test_a_move_sent_again_does_not_take_back_what_came_after_it(api: APIClient) -> None:
    appointment = book()
    path = f"/api/appointments/{appointment.pk}/"
    headers = {"Idempotency-Key": KEY, "If-Match": api.get(path)["ETag"]}
    first = api.post(f"{path}reschedule/", {"appointment_time": "2026-03-02T14:00:00Z"}, headers=headers)
    api.post(f"{path}reschedule/", {"appointment_time": "2026-03-02T15:00:00Z"})
    second = api.post(f"{path}reschedule/", {"appointment_time": "2026-03-02T14:00:00Z"}, headers=headers)
    assert (first.status_code, second.status_code, second.content) == (200, 200, first.content)
    assert api.get(path).json()["appointment_time"] == "2026-03-02T15:00:00Z"


def test_without_a_key_each_request_counts(api: APIClient) -> None:
    for _ in range(2):
        assert api.post("/api/patients/", JANE).status_code == 201
    assert (Patient.objects.count(), IdempotencyKey.objects.count()) == (2, 0)


def test_the_first_answer_comes_again_after_the_record_has_changed(api: APIClient, visit: dict[str, Any]) -> None:
    first = api.post("/api/appointments/", visit, headers={"Idempotency-Key": KEY})
    api.delete(f"/api/appointments/{first.json()['id']}/")
    second = api.post("/api/appointments/", visit, headers={"Idempotency-Key": KEY})
    assert (second.status_code, second.content) == (201, first.content)
    assert Appointment.objects.get().status == "cancelled"


def test_how_the_json_is_spaced_and_ordered_is_no_matter(api: APIClient) -> None:
    for body in (
        '{"full_name": "Jane", "phone_number": "0712345678"}',
        '{"phone_number":"0712345678","full_name":"Jane"}',
    ):
        answer = api.post("/api/patients/", body, content_type="application/json", headers={"Idempotency-Key": KEY})
        assert answer.status_code == 201
    assert Patient.objects.count() == 1


def test_a_form_asks_for_every_value_of_a_field(api: APIClient) -> None:
    form = {"content_type": "application/x-www-form-urlencoded", "headers": {"Idempotency-Key": KEY}}
    person = "full_name=Jane&phone_number=0712345678"
    assert api.post("/api/patients/", f"{person}&sex=male&sex=female", **form).status_code == 201
    answer = api.post("/api/patients/", f"{person}&sex=female", **form)
    assert (answer.status_code, answer.json()) == (422, REUSED)


def test_a_form_may_come_again_whatever_its_boundary(user: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    client.get("/admin/")
    client.cookies["csrftoken"] = token = "x" * 32
    for boundary in ("one", "two"):
        form = "".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in {**JANE, "csrfmiddlewaretoken": token}.items()
        )
        answer = client.generic(
            "POST",
            "/api/patients/",
            f"{form}--{boundary}--\r\n",
            content_type=f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": KEY},
        )
        assert answer.status_code == 201, answer.content
    assert Patient.objects.count() == 1


# --- The same key for something else -----------------------------------------------------------------


def test_the_same_key_with_another_body_is_refused(api: APIClient) -> None:
    register(api)
    answer = register(api, full_name="John Doe")
    assert (answer.status_code, answer.json()) == (422, REUSED)
    assert Patient.objects.count() == 1


def test_the_same_key_on_another_route_is_refused(api: APIClient) -> None:
    register(api)
    answer = api.post("/api/doctors/", JANE, headers={"Idempotency-Key": KEY})
    assert (answer.status_code, answer.json()) == (422, REUSED)


def test_keys_are_each_users_own(api: APIClient, db: None) -> None:
    other = APIClient()
    user = User.objects.create_superuser("other", password="a-long-password")
    other.credentials(HTTP_AUTHORIZATION=f"Token {token_of(user)}")
    assert [register(client).get("Idempotent-Replayed") for client in (api, other)] == [None, None]
    assert Patient.objects.count() == 2


def test_a_key_tells_upper_from_lower_case(api: APIClient) -> None:
    assert [register(api, key).get("Idempotent-Replayed") for key in ("Key", "key")] == [None, None]


# --- What failed -------------------------------------------------------------------------------------


def test_a_refusal_is_not_kept_and_the_key_can_be_used_again(api: APIClient, visit: dict[str, Any]) -> None:
    past = {**visit, "appointment_time": "2026-03-01T10:00:00Z"}
    refused = api.post("/api/appointments/", past, headers={"Idempotency-Key": KEY})
    assert (refused.status_code, IdempotencyKey.objects.count()) == (400, 0)
    answer = api.post("/api/appointments/", visit, headers={"Idempotency-Key": KEY})
    assert (answer.status_code, answer.get("Idempotent-Replayed")) == (201, None)


def test_what_an_answer_refuses_that_is_given_and_not_raised_is_not_done(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*args: Any, **kwargs: Any) -> Response:
        make_patient()
        return Response({"detail": "No."}, status=409)

    monkeypatch.setattr("api.views.patients.PatientViewSet.create", refused)
    answer = register(api)
    assert (answer.status_code, answer.json()) == (409, {"detail": "No."})
    assert (Patient.objects.count(), IdempotencyKey.objects.count()) == (0, 0)


def test_what_fails_after_the_booking_takes_the_booking_along(
    api: APIClient, visit: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr(IdempotencyKey, "save", full)
    answer = api.post("/api/appointments/", visit, headers={"Idempotency-Key": KEY})
    assert answer.status_code == 503
    assert (Appointment.objects.count(), IdempotencyKey.objects.count()) == (0, 0)


def test_a_lost_race_inside_is_tried_again_as_a_whole(
    api: APIClient, visit: dict[str, Any], monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    tries = []

    def lose_once(visit: Appointment) -> None:
        tries.append(transaction.get_connection().in_atomic_block)
        if len(tries) == 1:
            raise OperationalError("database is locked")
        insert(visit)

    monkeypatch.setattr("appointments.services.insert", lose_once)
    answer = api.post("/api/appointments/", visit, headers={"Idempotency-Key": KEY})
    assert (answer.status_code, tries) == (201, [True, True])
    assert (Appointment.objects.count(), IdempotencyKey.objects.count()) == (1, 1)


def test_a_key_that_is_waited_for_in_vain_is_in_flight(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("accounts.models.IdempotencyKeyQuerySet.claim", locked)
    answer = register(api)
    assert (answer.status_code, answer.json()) == (409, IN_FLIGHT)


def test_a_key_that_cannot_be_stored_is_not_said_to_be_in_flight(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("disk full")

    monkeypatch.setattr("accounts.models.IdempotencyKeyQuerySet.claim", full)
    answer = register(api)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert answer.json() == {"detail": "The system is busy. Nothing was changed; please try again."}


@pytest.mark.parametrize("key", ["", " ", "two words", "é", "\x7f", "x" * 256])
def test_a_key_is_1_to_255_visible_ascii_characters(api: APIClient, key: str) -> None:
    answer = register(api, key)
    assert (answer.status_code, answer.json(), Patient.objects.count()) == (400, BAD, 0)


@pytest.mark.parametrize("key", ["0", "!~", "x" * 255])
def test_the_shortest_the_longest_and_the_oddest_key_will_do(api: APIClient, key: str) -> None:
    assert [register(api, key).get("Idempotent-Replayed") for _ in range(2)] == [None, "true"]


def test_a_key_does_not_let_anybody_in(db: None) -> None:
    assert register(APIClient()).status_code == 401
    assert IdempotencyKey.objects.count() == 0


def test_where_nothing_is_created_the_key_is_not_looked_at(api: APIClient) -> None:
    patient = make_patient()
    for name in ("One", "Two"):
        answer = api.patch(f"/api/patients/{patient.pk}/", {"full_name": name}, headers={"Idempotency-Key": KEY})
        assert answer.json()["full_name"] == name


# --- A day later -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("later", "patients"), [("2026-03-03T05:59:59Z", 1), ("2026-03-03T06:00:00Z", 2)])
def test_an_answer_is_kept_for_24_hours(
    api: APIClient, clock: time_machine.Traveller, later: str, patients: int
) -> None:
    register(api)
    clock.move_to(at(later))
    assert register(api).status_code == 201
    assert (Patient.objects.count(), IdempotencyKey.objects.count()) == (patients, 1)


def test_a_key_that_was_forgotten_may_mean_something_else(api: APIClient, clock: time_machine.Traveller) -> None:
    register(api)
    clock.move_to(at("2026-03-04 06:00"))
    assert register(api, full_name="John Doe").status_code == 201
    assert [register(api, full_name="John Doe").get("Idempotent-Replayed") for _ in range(2)] == ["true", "true"]


def keep(count: int, user: User) -> None:
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(user=user, key=f"old {n}", fingerprint="", status=201, created_at=at("2026-02-01 06:00"))
        for n in range(count)
    )


def test_a_request_that_stores_a_key_clears_a_few_old_ones(api: APIClient, user: User) -> None:
    keep(15, user)
    register(api)
    assert IdempotencyKey.objects.count() == 6


def test_the_command_clears_all_old_ones(api: APIClient, user: User, capsys: pytest.CaptureFixture[str]) -> None:
    register(api)
    keep(15, user)
    call_command("clear_idempotency_keys")
    assert capsys.readouterr().out == "15 expired idempotency keys deleted.\n"
    assert IdempotencyKey.objects.get().key == KEY


# --- What it costs, and where it is ------------------------------------------------------------------


def test_a_key_costs_four_queries(api: APIClient, count_queries: Callable[[Callable[[], Any]], int]) -> None:
    plain = count_queries(lambda: api.post("/api/patients/", JANE))
    keyed = count_queries(lambda: register(api))
    replayed = count_queries(lambda: register(api))
    # Claim it (two), keep the answer, look for old ones. Registering is one transaction as it is.
    assert keyed - plain == 4
    assert replayed == 1 + 2 + 2 + 1  # the token, the claim, in the test's own transaction a savepoint, the audit


@pytest.fixture
def count_queries(django_assert_max_num_queries: Any) -> Callable[[Callable[[], Any]], int]:
    def count(action: Callable[[], Any]) -> int:
        with django_assert_max_num_queries(100) as captured:
            assert action().status_code == 201
        return len(captured)

    return count


def test_every_operation_that_creates_takes_a_key() -> None:
    paths = description()["paths"]
    creating = {
        path: [parameter["name"] for parameter in operations["post"].get("parameters", [])]
        for path, operations in paths.items()
        if "201" in operations.get("post", {}).get("responses", {})
    }
    assert {"/api/patients/", "/api/doctors/", "/api/appointments/", "/api/holds/"} <= set(creating)
    assert [path for path, parameters in creating.items() if "Idempotency-Key" not in parameters] == []


def test_every_post_takes_a_key_but_that_which_issues_tokens() -> None:
    without = [
        path
        for path, operations in description()["paths"].items()
        if "post" in operations
        and "Idempotency-Key" not in [each["name"] for each in operations["post"].get("parameters", [])]
    ]
    assert without == ["/api-token-auth/"]
