"""The API does what its schema says: requests made from the schema, right and wrong, meet no answer it leaves out."""

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date, timedelta
from typing import Any
from zlib import crc32

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from drf_spectacular.renderers import OpenApiJsonRenderer
from hypothesis import HealthCheck, settings

from accounts.models import User
from accounts.roles import Role
from api.views.documentation import description
from appointments import holds, services, waitlist
from appointments.series import services as series_services
from clinics import services as clinic_services
from clinics.models import Location
from core.wsgi import application
from doctors import offering, places
from doctors import services as doctor_services
from doctors.models import Doctor
from patients.models import Patient
from tests.audit.rows import make_row
from tests.factories import NOW, at, book, make_doctor, make_patient, make_user
from tests.tokens import token_of

schemathesis = pytest.importorskip("schemathesis")  # only developers have it

from schemathesis import checks  # noqa: E402
from schemathesis.config import SchemathesisConfig  # noqa: E402
from schemathesis.generation.feedback import FeedbackSources  # noqa: E402
from schemathesis.pytest._test_builder import build_operation_test  # noqa: E402
from schemathesis.specs.openapi import checks as openapi  # noqa: E402

# Left out of all: missing_required_header, since no header is required.
ALWAYS = (
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.response_headers_conformance,
    openapi.unsupported_method,
    openapi.allow_header_conformance,
)
DESCRIBED = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
]
# Well-formed, and yet refused by a rule that no schema can say: the hour is taken, the end is before the start, the
# password is wrong, a value inside `filter` does not fit its field, the thirtieth of February.
RULED = {
    "patients_erase",
    "token_create",
    "patients_list",
    "patients_export",
    "patients_create",
    "patients_update",
    "patients_partial_update",
    "patients_merge",
    "doctors_list",
    "doctors_export",
    "doctors_hours_update",
    "doctors_exceptions_list",
    "doctors_exceptions_create",
    "doctors_exceptions_update",
    "doctors_exceptions_partial_update",
    "locations_create",
    "locations_update",
    "locations_partial_update",
    "locations_destroy",
    "locations_exceptions_list",
    "locations_exceptions_create",
    "locations_exceptions_update",
    "locations_exceptions_partial_update",
    "locations_list",
    "rooms_list",
    "rooms_update",
    "rooms_partial_update",
    "holidays_list",
    "holidays_create",
    "holidays_update",
    "holidays_partial_update",
    "holidays_import",
    "appointment_types_list",
    "appointment_types_create",
    "appointment_types_update",
    "appointment_types_partial_update",
    "slots_list",
    "reports_retrieve",
    "reports_export",
    "holds_list",
    "holds_create",
    "appointments_list",
    "appointments_export",
    "appointments_create",
    "appointments_update",
    "appointments_partial_update",
    "appointments_reschedule",
    "appointments_undo",
    "series_list",
    "series_create",
    "series_partial_update",
    "series_cancel",
    "waitlist_list",
    "audit_list",
    "waitlist_create",
    "waitlist_update",
    "waitlist_partial_update",
    "waitlist_accept",
    "waitlist_decline",
}
SUCCESS = {200, 201, 204}
# What a random answer to a random question would hardly ever meet.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT.*")
REFERENCES = {
    "id",
    "patient",
    "guardian",
    "duplicate",
    "doctor",
    "doctor_id",
    "location",
    "location_id",
    "appointment",
} | {
    "room",
    "appointment_type",
}
MOMENTS = {"appointment_time", "start", "end"}
# What is right by the schema, and what is likely to be possible as well.
LIKELY = {
    "hold": (re.compile(r".{0,100}", re.DOTALL), ""),
    "scope": (re.compile("this|following"), "all"),
    "country": (re.compile(r".{0,49}\S", re.DOTALL), "KE"),
    "subdivision": (re.compile(r".{0,50}", re.DOTALL), ""),
    "time_zone": (re.compile(r".{0,63}\S", re.DOTALL), "Africa/Nairobi"),
    "time": (re.compile(r"\d\d:\d\d(:00)?"), "09:00"),
    "rule": (re.compile(r".{0,254}\S", re.DOTALL), "FREQ=DAILY;COUNT=2"),
    "specialization": (re.compile(r".{0,100}", re.DOTALL), "General"),
    "earliest": (re.compile(r"\d{4}-\d\d-\d\d"), "2026-03-02"),
    "latest": (re.compile(r"\d{4}-\d\d-\d\d"), "2026-03-31"),
}


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, with answers that have no field which it does not name."""
    schema = deepcopy(schema)
    for name, component in schema["components"]["schemas"].items():
        if component.get("type") == "object" and not name.endswith("Request"):
            component.setdefault("additionalProperties", False)
    return schema


def loaded(*phases: str) -> Any:
    """The API, to be asked in these of schemathesis's phases."""
    served = json.loads(OpenApiJsonRenderer().render(description()))
    loaded = schemathesis.openapi.from_dict(closed(served), config=SchemathesisConfig())
    loaded.app = application
    loaded.config.phases.update(phases=list(phases))
    # Null characters are refused everywhere, which a schema cannot say; tests/api/test_bad_input.py holds it.
    loaded.config.generation.update(allow_x00=False)
    return loaded


# "coverage": some fifty requests an operation, with each value at its limits, and beyond them.
api = loaded("examples", "coverage", "fuzzing")
# Of these every one is made seven times; the limits of values are the same for all roles.
api_of_roles = loaded("examples", "fuzzing")
OPERATIONS = [found.ok().label for found in api.get_all_operations()]


def asked(schema: Any, label: str, judged: Callable[[Any], None], *, most: int) -> None:
    """Let schemathesis make each of its requests of an operation, ``most`` of them at random, and ``judged`` judge it.

    Its own `parametrize` thinks them all out while tests are collected: each process would for every operation.
    """
    [operation] = [found.ok() for found in schema.get_all_operations() if found.ok().label == label]
    test = build_operation_test(
        config=schema.config,
        operation=operation,
        test_func=judged,
        given_kwargs={},
        feedback=FeedbackSources(),
        explicit_settings=settings(
            derandomize=True,
            database=None,
            deadline=None,
            max_examples=most,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
    test()


class Clinic:
    """A clinic with something of everything, and what it answered."""

    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"Token {token}"}
        self.statuses: set[int] = set()
        User.objects.create_user("kimutai", password="cosmas@44")  # whom the schema's example signs in
        doctors = [make_doctor(full_name=name) for name in ("Ann Smith", "Élodie O'Neill")]
        patients = [make_patient(full_name=name) for name in ("Jane Doe", "Otieno")]
        doctor_services.deactivate(make_doctor())
        visits = [book(f"2026-03-03 {hour}:00", doctor=doctors[0], patient=patients[0]) for hour in range(10, 15)]
        services.confirm(visits[1], reason="By phone")
        services.complete(visits[2])
        entry = waitlist.join(
            patient=patients[0], doctor=doctors[0], earliest=date(2026, 3, 2), latest=date(2026, 3, 6)
        )
        services.cancel(visits[3])  # which is offered to whoever waits
        services.reschedule(visits[4], start=at("2026-03-04 09:00"))
        exceptions = [
            doctor_services.add_exception(
                doctor, kind="closed", start=at("2026-03-05 12:00"), end=at("2026-03-06 12:00")
            )
            for doctor in doctors
        ]
        series = series_services.create(
            doctor=doctors[1], patient=patients[1], start=at("2026-03-03 09:00"), rule="FREQ=DAILY;COUNT=3"
        ).series
        held, _ = holds.hold(
            doctor=doctors[0], start=at("2026-03-04 15:00"), actor=User.objects.get(username="reception")
        )
        self.ids = {
            "holds": [held.pk],
            "waitlist": [entry.pk],
            "doctor": [doctor.pk for doctor in doctors],
            "patient": [patients[0].pk],
            "erasable": [patients[0].pk, make_patient().pk],
            "appointments": [visit.pk for visit in visits],
            "appointment": [visit.pk for visit in series.appointments.all()],
            "series": [series.pk],
            "exceptions": [exception.pk for exception in exceptions],
            **self._places(),
        }
        self.ids |= {"audit": [make_row().pk]}
        self.ids |= {"guardian": self.ids["patient"], "duplicate": [patients[1].pk]}
        self.ids |= {"room": self.ids["rooms"], "appointment_type": self.ids["appointment-types"]}
        self.ids |= {"location_id": self.ids["location"], "locations": self.ids["location"]}
        self.ids |= {"doctor_id": self.ids["doctor"], "doctors": self.ids["doctor"], "patients": self.ids["patient"]}

    def _places(self) -> dict[str, list[int]]:
        """The clinic's own records, and two locations: one may be deactivated."""
        annex = clinic_services.open_location(name="Annex", time_zone="Africa/Nairobi")
        here = Location.objects.default()
        room = clinic_services.add_room(location=here, name="Room 1", kind="consulting")
        closure = places.add_location_exception(
            here, kind="closed", start=at("2026-03-08 12:00"), end=at("2026-03-09 12:00")
        )
        return {
            "location": [here.pk, annex.pk],
            "rooms": [room.pk],
            "closures": [closure.pk],
            "holidays": [places.add_holiday(date=date(2026, 3, 7), name="Feast").pk],
            "appointment-types": [offering.add_type(name="Scan").pk],
        }

    def fit(self, case: Any) -> None:
        """Let the request be about those who are here, and about the days to come, three times out of four."""
        # A random tag is hardly ever that of the record.
        if "If-Match" in case.headers and crc32(case.headers["If-Match"].encode()) % 4:
            case.headers["If-Match"] = "*"
        things = re.findall(r"/([\w-]+)/\{id\}", case.operation.path)
        if case.operation.path.endswith("/erase/"):
            things = ["erasable"]
        if things == ["exceptions"] and "location_id" in case.path_parameters:
            things = ["closures"]
        for values in (case.path_parameters, case.body):
            for name, value in list(values.items()) if isinstance(values, dict) else ():
                chance = crc32(f"{name} {value!r}".encode())
                if chance % 4 == 0:
                    continue
                if name in REFERENCES and type(value) is int and 0 < value < 2**63:
                    known = self.ids[things[0] if name == "id" else name]
                    values[name] = known[chance // 4 % len(known)]
                elif name in MOMENTS and isinstance(value, str) and MOMENT.fullmatch(value):
                    days = chance // 4 % 4 + (4 if name == "end" else 0)
                    moment = NOW + timedelta(days=days, hours=2 + chance // 16 % 10)
                    values[name] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
                elif name in LIKELY and isinstance(value, str) and LIKELY[name][0].fullmatch(value):
                    values[name] = LIKELY[name][1]

    def knows(self, case: Any) -> bool:
        """Whether every record that the body names is here: another one is refused, which no schema can say."""
        named = case.body.items() if isinstance(case.body, dict) else ()
        return all(value in self.ids[name] for name, value in named if name in self.ids and type(value) is int)


@pytest.fixture(scope="module")
def founded(kept_rows: None) -> Clinic:
    with time_machine.travel(NOW, tick=False):
        return Clinic(token_of(User.objects.create_superuser("reception", password="a-long-password")))


@pytest.fixture
def clinic(founded: Clinic, db: None) -> Iterator[Clinic]:
    founded.statuses.clear()
    # A request's end closes the connection, and with it the test's transaction: Django's own client does as here.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield founded
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)
    # Otherwise the requests have been about nothing.
    assert not founded.statuses or founded.statuses & SUCCESS, founded.statuses


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_answer_is_described(label: str, clinic: Clinic) -> None:
    def judged(case: Any) -> None:
        clinic.fit(case)
        operation = case.operation.definition.raw
        wanted = list(ALWAYS)
        # Until there is a success, which it asks for twice more, without a token. No engine has a say in that.
        if connection.vendor == "sqlite" and not clinic.statuses & SUCCESS:
            wanted.append(openapi.ignored_auth)
        as_it_is = case.headers.get("If-Match", "*") == "*"
        if operation["operationId"] not in RULED and as_it_is and clinic.knows(case):
            wanted.append(openapi.positive_data_acceptance)
        # Bodies are read leniently, as the framework does (0 for false, 7 for "7"); a blank parameter is not given, and
        # one that nobody knows is not read.
        given, known = case.query or {}, {parameter["name"] for parameter in operation.get("parameters", ())}
        if "requestBody" not in operation and "" not in given.values() and set(given) <= known:
            wanted.append(openapi.negative_data_rejection)
        with transaction.atomic():
            answer = case.call(headers=clinic.headers)
            clinic.statuses.add(answer.status_code)
            case.validate_response(answer, checks=wanted, headers=clinic.headers)
            transaction.set_rollback(True)  # each request meets the same clinic

    # What they are drawn from is the same on both engines.
    asked(api, label, judged, most=10 if connection.vendor == "sqlite" else 6)


@pytest.fixture
def headers_of_roles(clinic: Clinic) -> list[dict[str, str]]:
    """Somebody in every role, and the doctor and patient whom most requests are about."""
    doctor, patient = Doctor.objects.get(pk=clinic.ids["doctor"][0]), Patient.objects.get(pk=clinic.ids["patient"][0])
    users = [make_user(role) for role in ("", Role.RECEPTIONIST, Role.ADMIN, Role.AUDITOR)]
    users += [make_user(Role.DOCTOR, doctor=doctor), make_user(Role.PATIENT, patient=patient)]
    return [{"Authorization": f"Token {token_of(user)}"} for user in users]


@pytest.mark.once  # on both, the test above has met whatever the database does
@pytest.mark.parametrize("label", OPERATIONS)
def test_every_role_is_answered_as_described(
    label: str, clinic: Clinic, headers_of_roles: list[dict[str, str]]
) -> None:
    def judged(case: Any) -> None:
        clinic.fit(case)
        for headers in [clinic.headers, *headers_of_roles]:
            with transaction.atomic():
                answer = case.call(headers=headers)
                case.validate_response(answer, checks=DESCRIBED, headers=headers)
                transaction.set_rollback(True)

    asked(api_of_roles, label, judged, most=4)
