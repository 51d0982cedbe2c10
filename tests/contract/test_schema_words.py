"""The API's description is complete, in one style, and its examples are true."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.roles import Role
from api.views.documentation import description
from appointments import erasure
from tests.conftest import client_of
from tests.factories import book, make_patient, make_user

JSON = "application/json"
OPERATIONS = [
    "appointment_types_create",
    "appointment_types_destroy",
    "appointment_types_list",
    "appointment_types_partial_update",
    "appointment_types_retrieve",
    "appointment_types_update",
    "appointments_cancel",
    "appointments_check_in",
    "appointments_complete",
    "appointments_confirm",
    "appointments_create",
    "appointments_destroy",
    "appointments_export",
    "appointments_history_list",
    "appointments_list",
    "appointments_no_show",
    "appointments_partial_update",
    "appointments_reschedule",
    "appointments_retrieve",
    "appointments_start",
    "appointments_undo",
    "appointments_update",
    "audit_list",
    "audit_retrieve",
    "doctors_create",
    "doctors_destroy",
    "doctors_exceptions_create",
    "doctors_exceptions_destroy",
    "doctors_exceptions_list",
    "doctors_exceptions_partial_update",
    "doctors_exceptions_retrieve",
    "doctors_exceptions_update",
    "doctors_export",
    "doctors_hours_list",
    "doctors_hours_update",
    "doctors_list",
    "doctors_outside_hours_list",
    "doctors_partial_update",
    "doctors_retrieve",
    "doctors_update",
    "holds_create",
    "holds_destroy",
    "holds_list",
    "holds_retrieve",
    "holidays_create",
    "holidays_destroy",
    "holidays_import",
    "holidays_list",
    "holidays_partial_update",
    "holidays_retrieve",
    "holidays_update",
    "locations_create",
    "locations_destroy",
    "locations_exceptions_create",
    "locations_exceptions_destroy",
    "locations_exceptions_list",
    "locations_exceptions_partial_update",
    "locations_exceptions_retrieve",
    "locations_exceptions_update",
    "locations_hours_list",
    "locations_hours_update",
    "locations_list",
    "locations_outside_hours",
    "locations_partial_update",
    "locations_retrieve",
    "locations_update",
    "me_retrieve",
    "patients_create",
    "patients_destroy",
    "patients_duplicates_list",
    "patients_erase",
    "patients_export",
    "patients_export_one",
    "patients_legal_hold",
    "patients_list",
    "patients_merge",
    "patients_partial_update",
    "patients_retrieve",
    "patients_update",
    "reports_export",
    "reports_retrieve",
    "rooms_create",
    "rooms_destroy",
    "rooms_list",
    "rooms_partial_update",
    "rooms_retrieve",
    "rooms_update",
    "schema_retrieve",
    "series_cancel",
    "series_create",
    "series_list",
    "series_partial_update",
    "series_retrieve",
    "slots_list",
    "token_create",
    "token_destroy",
    "waitlist_accept",
    "waitlist_create",
    "waitlist_decline",
    "waitlist_destroy",
    "waitlist_list",
    "waitlist_offers_list",
    "waitlist_partial_update",
    "waitlist_retrieve",
    "waitlist_update",
]
# Only looked at, it answers 200.
CAN_BE_TRIED = {"series_create"}
OPEN_TO_ALL = {"token_create", "schema_retrieve"}
# Their summaries say all there is to say.
SELF_EXPLAINING = {
    "Read a patient's record",
    "Read a doctor",
    "Read an appointment",
    "Read an exception",
}

schema: dict[str, Any] = description()
operations = {
    operation["operationId"]: operation for methods in schema["paths"].values() for operation in methods.values()
}
each_operation = pytest.mark.parametrize("name", sorted(operations))


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """The component that ``node`` refers to, or ``node`` itself."""
    while "$ref" in node:
        *_, kind, name = node["$ref"].split("/")
        node = schema["components"][kind][name]
    return node


def as_json_schema(node: Any) -> Any:
    """OpenAPI 3.0 says null in its own way."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = {name: as_json_schema(value) for name, value in node.items() if name not in ("example", "examples")}
    return {"anyOf": [node, {"type": "null"}]} if node.pop("nullable", False) else node


components = as_json_schema(schema["components"])


def bodies(operation: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every JSON body that the operation takes or gives, under a name."""
    found = [("request", operation["requestBody"])] if "requestBody" in operation else []
    found += [(status, resolved(answer)) for status, answer in operation["responses"].items()]
    return [(name, body["content"][JSON]) for name, body in found if JSON in body.get("content", {})]


def example(body: dict[str, Any], name: str) -> Any:
    return body["examples"][name]["value"]


# --- Names ---------------------------------------------------------------------------------------


def test_operations_keep_their_names() -> None:
    """Generated clients are made of them: a new one is added here, and none is ever renamed."""
    assert sorted(operations) == OPERATIONS


def test_the_tags_are_described_in_reading_order() -> None:
    names = ["authentication", "patients", "doctors", "availability", "clinic"]
    names += ["appointments", "series", "waitlist", "holds", "audit", "reports", "documentation"]
    assert [tag["name"] for tag in schema["tags"]] == names
    assert all(tag["description"].endswith(".") for tag in schema["tags"])
    assert {tag for operation in operations.values() for tag in operation["tags"]} == set(names)


@each_operation
def test_an_operation_says_what_it_does(name: str) -> None:
    operation = operations[name]
    assert operation["summary"][0].isupper()
    assert operation["summary"][-1] not in ".!"
    assert operation.get("description", "").endswith(".") or operation["summary"] in SELF_EXPLAINING
    assert len(operation["tags"]) == 1


def test_a_schema_speaks_of_what_it_describes_and_not_of_serializers() -> None:
    told = {name: schema["description"] for name, schema in components["schemas"].items() if "description" in schema}
    assert [name for name, words in told.items() if "serializer" in words.lower()] == []
    assert told["Patient"].startswith("A patient's record.")


def test_no_two_operations_have_the_same_summary() -> None:
    summaries = [operation["summary"] for operation in operations.values()]
    assert len(summaries) == len(set(summaries))


@each_operation
def test_a_parameter_says_what_it_does(name: str) -> None:
    for parameter in operations[name].get("parameters", []):
        assert parameter.get("description", "").endswith("."), parameter["name"]
        assert parameter["schema"], parameter["name"]


# --- Answers -------------------------------------------------------------------------------------


@each_operation
def test_an_operation_lists_its_answers(name: str) -> None:
    operation = operations[name]
    statuses = set(operation["responses"])
    assert len(statuses & {"200", "201", "204"}) == (2 if name in CAN_BE_TRIED else 1)
    assert ("401" in statuses) == (name not in OPEN_TO_ALL)
    assert ("415" in statuses) == ("requestBody" in operation)
    assert "406" in statuses
    for status, answer in operation["responses"].items():
        assert resolved(answer)["description"].endswith("."), status


@each_operation
def test_a_body_has_examples_and_they_fit(name: str) -> None:
    import jsonschema  # here, since it takes seconds, which every process would spend that runs other tests

    for where, body in bodies(operations[name]):
        if (name, where) == ("schema_retrieve", "200"):
            continue  # it is the page that is being read
        assert body["examples"], where
        expected = as_json_schema(body["schema"]) | {"components": components}
        for title, given in body["examples"].items():
            try:
                jsonschema.validate(given["value"], expected, format_checker=jsonschema.FormatChecker())
            except jsonschema.ValidationError as error:
                pytest.fail(f"{where}, {title}: {error.message}")


def test_the_documents_examples_are_the_examples() -> None:
    token = dict(bodies(operations["token_create"]))
    assert example(token["request"], "A name and a password") == {"username": "kimutai", "password": "cosmas@44"}
    assert example(token["200"], "Get a token") == {"token": "43dca77ace84f995ffee2267f9cd070e1d4cff73"}
    patient = dict(bodies(operations["patients_create"]))
    assert example(patient["request"], "Register a patient") == {
        "full_name": "Jane Doe",
        "email": "jane@example.com",
        "phone_number": "0712345678",
        "national_id": "123456789",
        "insurance_number": "NHIF0001",
    }
    booking = dict(bodies(operations["appointments_create"]))
    assert example(booking["request"], "Book an appointment") == {
        "patient": 1,
        "doctor": 2,
        "appointment_time": "2025-05-29T10:00:00Z",
        "status": "scheduled",
    }
    refusals = [refusal["value"] for refusal in booking["400"]["examples"].values()]
    assert refusals[:3] == [
        {"appointment_time": ["Appointment time must be in the future."]},
        {"non_field_errors": ["This doctor is already booked at that time."]},
        {"non_field_errors": ["Doctor is not available at this time."]},
    ]


@pytest.mark.parametrize(
    ("component", "which", "request_of"),
    [
        ("Unauthorized", 0, lambda api: APIClient().get("/api/patients/")),
        ("Unauthorized", 0, lambda api: APIClient().get("/api/patients/", HTTP_AUTHORIZATION="Token wrong")),
        ("NotFound", 0, lambda api: api.get("/api/patients/99/")),
        ("NoSuchPage", 0, lambda api: api.get("/api/patients/?page=99")),
        ("NotAcceptable", 0, lambda api: api.get("/api/patients/", HTTP_ACCEPT="text/html")),
        ("UnsupportedMediaType", 0, lambda api: api.post("/api/patients/", "hello", content_type="text/plain")),
    ],
)
def test_the_shared_answers_are_what_is_answered(api: APIClient, component: str, which: int, request_of: Any) -> None:
    answer = request_of(api)
    examples = schema["components"]["responses"][component]["content"][JSON]["examples"]
    assert answer.json() == [given["value"] for given in examples.values()][which]
    answers = {operations["patients_list"]["responses"][status]["$ref"] for status in ("401", "404", "406")}
    assert {"#/components/responses/Unauthorized", "#/components/responses/NoSuchPage"} < answers


def test_what_an_erased_record_answers_is_described(api: APIClient) -> None:
    patient = erasure.erase(make_patient(), reason="Asked in writing.")
    for name, method in (
        ("patients_update", "PUT"),
        ("patients_partial_update", "PATCH"),
        ("patients_destroy", "DELETE"),
    ):
        body = {"full_name": "Jane Doe", "phone_number": "0712345678"}
        answer = api.generic(method, f"/api/patients/{patient.pk}/", json.dumps(body), content_type=JSON)
        assert answer.status_code == 409
        assert answer.json() in refusals_of(name, "409")


def test_what_a_removal_is_refused_with_is_described(api: APIClient) -> None:
    patient = make_patient()
    visit = book("2026-03-02 10:00", patient=patient)  # in four hours, and patients may cancel until a day before
    answer = client_of(make_user(Role.PATIENT, patient=patient)).delete(f"/api/appointments/{visit.pk}/")
    assert answer.status_code == 400
    assert answer.json() in refusals_of("appointments_destroy", "400")
    answer = api.delete(f"/api/locations/{visit.location_id}/")
    assert answer.status_code == 400
    assert answer.json() in refusals_of("locations_destroy", "400")


def refusals_of(name: str, status: str) -> list[Any]:
    return [given["value"] for given in operations[name]["responses"][status]["content"][JSON]["examples"].values()]


def test_a_browsers_session_needs_its_csrf_token(user: User) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(user)
    client.cookies["csrftoken"] = "x" * 32
    answer = client.delete(f"/api/patients/{make_patient().pk}/")
    examples = schema["components"]["responses"]["Forbidden"]["content"][JSON]["examples"]
    assert answer.status_code == 403
    assert answer.json() in [given["value"] for given in examples.values()]


def test_who_has_no_role_is_told_so_and_who_has_another_as_well(db: None) -> None:
    examples = schema["components"]["responses"]["Forbidden"]["content"][JSON]["examples"]
    answers = [client_of(make_user(role)).get("/api/doctors/export/") for role in (Role.PATIENT, "")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert [answer.json() for answer in answers] == [given["value"] for given in list(examples.values())[:2]]


def test_the_token_is_entered_with_its_word() -> None:
    [scheme] = schema["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Authorization")
    assert "`Token 43dca77ace84f995ffee2267f9cd070e1d4cff73`" in scheme["description"]


def test_an_answer_that_is_described_may_be_given() -> None:
    """A phone number in Arabic digits, and the trail of a request for the record 0, broke clients made from it."""
    known = description()["components"]["schemas"]
    for name in ("Patient", "PatientResult"):
        assert known[name]["properties"]["phone_number"] == {"type": "string", "maxLength": 40}, name
    assert "pattern" in known["PatientRequest"]["properties"]["phone_number"]
    assert known["AuditEvent"]["properties"]["objects"]["items"]["minimum"] == 0


def test_every_operation_that_takes_a_body_may_ask_for_its_length() -> None:
    for path, operations in description()["paths"].items():
        for method, operation in operations.items():
            assert ("411" in operation["responses"]) == ("requestBody" in operation), (path, method)
