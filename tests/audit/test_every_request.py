"""Every request of the API that reads or changes patient data leaves exactly one row, whatever becomes of it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver
from rest_framework.test import APIClient

from audit.models import AuditEvent
from tests.conftest import client_of
from tests.factories import make_user

# Method, name of the route: the action. A route of the API that is in neither table fails.
AUDITED = {
    "GET patient-list": "patient.list",
    "POST patient-list": "patient.register",
    "GET patient-export": "patient.export",
    "GET patient-detail": "patient.read",
    "PUT patient-detail": "patient.change",
    "PATCH patient-detail": "patient.change",
    "DELETE patient-detail": "patient.deactivate",
    "GET patient-duplicates": "patient.duplicates",
    "POST patient-erase": "patient.erase",
    "GET patient-export-one": "patient.export",
    "POST patient-legal-hold": "patient.legal_hold",
    "POST patient-merge": "patient.merge",
    "POST doctor-list": "doctor.create",
    "GET doctor-export": "doctor.export",
    "PUT doctor-detail": "doctor.change",
    "PATCH doctor-detail": "doctor.change",
    "DELETE doctor-detail": "doctor.deactivate",
    "PUT doctor-hours": "doctor.set_hours",
    "GET doctor-outside-hours": "appointment.list_outside_hours",
    "POST exception-list": "availability_exception.create",
    "PUT exception-detail": "availability_exception.change",
    "PATCH exception-detail": "availability_exception.change",
    "DELETE exception-detail": "availability_exception.remove",
    "GET appointment-list": "appointment.list",
    "POST appointment-list": "appointment.book",
    "GET appointment-export": "appointment.export",
    "GET appointment-detail": "appointment.read",
    "PUT appointment-detail": "appointment.change",
    "PATCH appointment-detail": "appointment.change",
    "DELETE appointment-detail": "appointment.cancel",
    "POST appointment-cancel": "appointment.cancel",
    "POST appointment-check-in": "appointment.check_in",
    "POST appointment-complete": "appointment.complete",
    "POST appointment-confirm": "appointment.confirm",
    "GET appointment-history": "appointment.history",
    "POST appointment-no-show": "appointment.no_show",
    "POST appointment-reschedule": "appointment.reschedule",
    "POST appointment-start": "appointment.start",
    "POST appointment-undo": "appointment.undo",
    "POST location-list": "location.open",
    "PUT location-detail": "location.change",
    "PATCH location-detail": "location.change",
    "DELETE location-detail": "location.deactivate",
    "PUT location-hours": "location.set_hours",
    "GET location-outside-hours": "appointment.list_outside_hours",
    "POST location-exception-list": "location_exception.create",
    "PUT location-exception-detail": "location_exception.change",
    "PATCH location-exception-detail": "location_exception.change",
    "DELETE location-exception-detail": "location_exception.remove",
    "POST room-list": "room.add",
    "PUT room-detail": "room.change",
    "PATCH room-detail": "room.change",
    "DELETE room-detail": "room.deactivate",
    "POST holiday-list": "holiday.create",
    "POST holiday-import": "holiday.import",
    "PUT holiday-detail": "holiday.change",
    "PATCH holiday-detail": "holiday.change",
    "DELETE holiday-detail": "holiday.remove",
    "POST appointment-type-list": "appointment_type.add",
    "PUT appointment-type-detail": "appointment_type.change",
    "PATCH appointment-type-detail": "appointment_type.change",
    "DELETE appointment-type-detail": "appointment_type.deactivate",
    "GET hold-list": "hold.list",
    "POST hold-list": "hold.create",
    "GET hold-detail": "hold.read",
    "DELETE hold-detail": "hold.release",
    "GET series-list": "series.list",
    "POST series-list": "series.create",
    "GET series-detail": "series.read",
    "PATCH series-detail": "series.change",
    "POST series-cancel": "series.cancel",
    "GET waitlist-list": "waitlist_entry.list",
    "POST waitlist-list": "waitlist_entry.join",
    "GET waitlist-detail": "waitlist_entry.read",
    "PUT waitlist-detail": "waitlist_entry.change",
    "PATCH waitlist-detail": "waitlist_entry.change",
    "DELETE waitlist-detail": "waitlist_entry.withdraw",
    "POST waitlist-accept": "waitlist_entry.accept",
    "POST waitlist-decline": "waitlist_entry.decline",
    "GET waitlist-offers": "waitlist_entry.list_offers",
    "GET reports": "report.read",
    "GET reports-export": "report.export",
    "GET audit-list": "audit_event.list",
    "GET audit-detail": "audit_event.read",
}
# Doctors, places, types, what is free and who one is: nothing of patients'. Signing in leaves rows of its own.
NOTHING_OF_PATIENTS = {
    "DELETE token",
    "GET appointment-type-detail",
    "GET appointment-type-list",
    "GET doctor-detail",
    "GET doctor-hours",
    "GET doctor-list",
    "GET exception-detail",
    "GET exception-list",
    "GET holiday-detail",
    "GET holiday-list",
    "GET location-detail",
    "GET location-exception-detail",
    "GET location-exception-list",
    "GET location-hours",
    "GET location-list",
    "GET me",
    "GET redoc",
    "GET room-detail",
    "GET room-list",
    "GET schema",
    "GET slots",
    "GET swagger",
    "POST token",
}
VARIABLE = re.compile(r"\(\?P<\w+>[^)]*\)|<[^>]*>")
UNKNOWN = "4711"


def routes(patterns: Any = None, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Method and name, and the address with an unknown id, of all that the API answers."""
    for pattern in get_resolver("api.urls").url_patterns if patterns is None else patterns:
        address = prefix + VARIABLE.sub(UNKNOWN, str(pattern.pattern)).strip("^$").replace(r"\Z", "").replace("\\", "")
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern.url_patterns, address)
        elif pattern.name:
            view = getattr(pattern.callback, "cls", None) or pattern.callback.view_class
            actions = getattr(pattern.callback, "actions", view.http_method_names)
            for method in actions:
                has_it = hasattr(view, actions[method] if isinstance(actions, dict) else method)
                if has_it and method in view.http_method_names and method not in ("head", "options"):
                    yield f"{method.upper()} {pattern.name}", address


ADDRESSES = dict(routes())


def rows() -> list[Any]:
    return list(AuditEvent.objects.order_by("id").values_list("action", "outcome"))


def test_every_route_is_in_one_of_the_tables() -> None:
    assert AUDITED.keys() & NOTHING_OF_PATIENTS == set()
    assert AUDITED.keys() | NOTHING_OF_PATIENTS == set(ADDRESSES)


@pytest.mark.django_db
@pytest.mark.parametrize("route", AUDITED)
def test_who_is_not_signed_in_leaves_one_row(route: str) -> None:
    answer = APIClient().generic(route.split(maxsplit=1)[0], ADDRESSES[route])
    assert answer.status_code == 401
    assert rows() == [(AUDITED[route], "denied")]


@pytest.mark.django_db
@pytest.mark.parametrize("route", AUDITED)
def test_who_has_no_role_leaves_one_row(route: str) -> None:
    answer = client_of(make_user("")).generic(route.split(maxsplit=1)[0], ADDRESSES[route])
    assert answer.status_code == 403
    assert rows() == [(AUDITED[route], "denied")]


@pytest.mark.parametrize("route", AUDITED)
def test_who_may_leaves_one_row(api: APIClient, route: str) -> None:
    """A list is shown, an empty body is refused, and a record that is not there is not found."""
    answer = api.generic(route.split(maxsplit=1)[0], ADDRESSES[route], "{}", content_type="application/json")
    outcomes = {200: "ok", 400: "refused", 404: "not_found"}
    assert rows() == [(AUDITED[route], outcomes[answer.status_code])]


@pytest.mark.parametrize("route", [route for route in sorted(NOTHING_OF_PATIENTS) if route.startswith("GET")])
def test_what_is_nothing_of_patients_leaves_none(api: APIClient, route: str) -> None:
    api.get(ADDRESSES[route])
    assert rows() == []


@pytest.mark.django_db
def test_what_the_api_does_not_have_leaves_none() -> None:
    client = APIClient()
    assert client.get("/api/nothing/").status_code == 404
    assert client.options("/api/patients/").status_code == 401
    assert rows() == []
