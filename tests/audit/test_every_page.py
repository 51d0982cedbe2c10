"""Every page that shows patients' data, or changes anything, leaves one row in the trail; all others are named."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.models import User
from audit.models import AuditEvent
from tests.audit.test_every_request import UNKNOWN, VARIABLE

# Method, name of the address and what the button says: the action, and what comes of it for a superuser who sends no
# more than that, about a record that is not there.
AUDITED = {
    "GET patients": ("patient.list", "ok"),
    "POST patients": ("patient.list", "ok"),
    "POST patient-register": ("patient.register", "refused"),
    "GET patient": ("patient.read", "not_found"),
    "GET patient-edit": ("patient.read", "not_found"),
    "POST patient-edit": ("patient.change", "not_found"),
    "POST patient-active": ("patient.change", "not_found"),
    "GET patient-guardian": ("patient.read", "not_found"),
    "POST patient-guardian": ("patient.change", "not_found"),
    "GET patient-merge": ("patient.read", "not_found"),
    "POST patient-merge": ("patient.merge", "not_found"),
    "GET my-day": ("appointment.list", "ok"),
    "GET doctor-day": ("appointment.list", "not_found"),
    "GET my-hours": ("appointment.list_outside_hours", "ok"),
    "POST my-hours": ("doctor.set_hours", "not_found"),
    "POST my-hours preview=1": ("appointment.list_outside_hours", "not_found"),
    "GET doctor-hours": ("appointment.list_outside_hours", "not_found"),
    "POST doctor-hours": ("doctor.set_hours", "not_found"),
    "POST my-leave": ("appointment.list_outside_hours", "not_found"),
    "POST my-leave save=1": ("availability_exception.create", "not_found"),
    "POST doctor-leave": ("appointment.list_outside_hours", "not_found"),
    "POST doctor-leave save=1": ("availability_exception.create", "not_found"),
    "GET leave": ("appointment.list_outside_hours", "not_found"),
    "POST leave-remove": ("availability_exception.remove", "not_found"),
    "POST leave-move": ("appointment.reschedule", "not_found"),
    "POST my-calendar": ("calendar_feed.create", "not_found"),
    "POST my-calendar do=revoke": ("calendar_feed.remove", "not_found"),
    "POST visit-step": ("appointment.change", "not_found"),
    "GET dashboard": ("report.read", "ok"),
    "GET manage-users": ("user.list", "ok"),
    "POST manage-users": ("user.create", "refused"),
    "POST manage-users q=a": ("user.list", "ok"),
    "GET manage-user": ("user.read", "not_found"),
    "POST manage-user": ("user.change", "not_found"),
    "POST manage-access do=deactivate": ("user.deactivate", "not_found"),
    "POST manage-access do=reactivate": ("user.reactivate", "not_found"),
    "POST manage-access do=password": ("user.change_password", "not_found"),
    "POST manage-locations": ("location.open", "refused"),
    "GET manage-location": ("appointment.list_outside_hours", "not_found"),
    "POST manage-location": ("location.change", "not_found"),
    "GET manage-opening": ("appointment.list_outside_hours", "not_found"),
    "POST manage-opening": ("location.set_hours", "not_found"),
    "GET manage-closures": ("appointment.list_outside_hours", "not_found"),
    "POST manage-closures": ("location_exception.create", "not_found"),
    "POST manage-closure-remove": ("location_exception.remove", "not_found"),
    "POST manage-rooms": ("room.add", "refused"),
    "POST manage-room": ("room.change", "not_found"),
    "POST manage-types": ("appointment_type.add", "refused"),
    "POST manage-type": ("appointment_type.change", "not_found"),
    "POST manage-holidays do=add": ("holiday.create", "refused"),
    "POST manage-holidays do=import": ("holiday.import", "refused"),
    "POST manage-holiday-remove": ("holiday.remove", "not_found"),
    "GET audit": ("audit_event.list", "ok"),
    "POST book-check": ("appointment.book", "refused"),
    "GET visit-link": ("appointment.read", "not_found"),
    "GET visit-booked": ("appointment.read", "not_found"),
    "GET visit-calendar": ("appointment.read", "not_found"),
    "GET visit-move": ("appointment.read", "not_found"),
    "POST visit-move": ("appointment.reschedule", "not_found"),
    "GET visit-cancel": ("appointment.read", "not_found"),
    "POST visit-cancel": ("appointment.cancel", "not_found"),
    "GET desk": ("appointment.list", "ok"),
    "GET desk-day": ("appointment.list", "ok"),
    "POST desk-book": ("appointment.book", "refused"),
    "POST desk-book do=find": ("patient.list", "ok"),
    "POST desk-book do=use-4711": ("patient.read", "ok"),
    "POST desk-book do=register": ("patient.register", "refused"),
    "POST desk-book do=wait": ("waitlist_entry.join", "refused"),
    "POST desk-patients": ("patient.list", "ok"),
    "POST desk-find": ("patient.list", "ok"),
    "GET desk-visit": ("appointment.read", "not_found"),
    "GET desk-move": ("appointment.read", "not_found"),
    "POST desk-move": ("appointment.reschedule", "not_found"),
    "POST desk-drop": ("appointment.reschedule", "not_found"),
    "POST desk-undo": ("appointment.undo", "not_found"),
    "GET board": ("appointment.list", "ok"),
    "GET board-list": ("appointment.list", "ok"),
    "GET my": ("appointment.list", "denied"),
    "GET my-visit-link": ("appointment.read", "denied"),
    "GET my-visit-move": ("appointment.read", "denied"),
    "POST my-visit-move": ("appointment.reschedule", "denied"),
    "GET my-visit-cancel": ("appointment.read", "denied"),
    "POST my-visit-cancel": ("appointment.cancel", "denied"),
    "GET my-visit-calendar": ("appointment.read", "denied"),
    "GET my-people": ("patient.list", "denied"),
    "GET my-contact": ("patient.read", "denied"),
    "POST my-contact": ("patient.change", "denied"),
    "GET my-waiting": ("waitlist_entry.list", "denied"),
    "POST my-waiting-join": ("waitlist_entry.join", "denied"),
    "POST my-waiting-accept": ("waitlist_entry.accept", "denied"),
    "POST my-waiting-decline": ("waitlist_entry.decline", "denied"),
    "POST my-waiting-leave": ("waitlist_entry.withdraw", "denied"),
    "POST my-book-check": ("appointment.book", "denied"),
}
# Whoever has a link, or wants to book, need not sign in.
OPEN_TO_ALL = ("GET visit-", "POST visit-move", "POST visit-cancel", "POST book-check")
# They ask every few seconds whether something has changed, and find out that somebody has been signed out.
ASKED_AGAIN = {"GET desk-day", "GET board-list"}
# Forms before anything is in them, places, types and what is free; a step that no visit has; and the table of a file
# that there is not. A time is kept for whoever is about to book, and given back: no booking, and nobody's name.
NOTHING_OF_PATIENTS = {
    *("GET home", "GET favicon", "POST favicon", "GET language", "POST language", "GET manage", "GET doctors"),
    *("GET patient-register", "GET my-leave", "GET doctor-leave", "GET my-calendar", "GET calendar-feed"),
    *("GET manage-locations", "GET manage-rooms", "GET manage-room", "GET manage-types", "GET manage-type"),
    *("GET manage-holidays", "GET dashboard-table", "GET desk-book", "POST desk-times", "GET desk-find"),
    "GET doctor-options",
    *("POST desk-step", "POST board-step", "GET my-waiting-join"),
    *(f"GET {whose}book-{step}" for whose in ("", "my-") for step in ("what", "who", "times", "details", "check")),
    *(f"{method} {whose}book-lost" for method in ("GET", "POST") for whose in ("", "my-")),
    *(f"POST {whose}book-{step}" for whose in ("", "my-") for step in ("times", "details")),
}


def routes(patterns: Any = None, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Method and name, and the address with an unknown id, of all pages but those of signing in."""
    for pattern in get_resolver("web.urls").url_patterns if patterns is None else patterns:
        address = prefix + VARIABLE.sub(UNKNOWN, str(pattern.pattern))
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern.url_patterns, address)
        elif pattern.name and not pattern.name.startswith(("account_", "mfa_", "sign-out")):
            view = getattr(pattern.callback, "view_class", None)
            for method in ("get", "post"):
                if view is None or hasattr(view, method):
                    yield f"{method.upper()} {pattern.name}", address


ADDRESSES = dict(routes())


def asked(client: Client, route: str) -> list[tuple[str, str]]:
    """Ask for it, and return the rows that it left."""
    method, name, *said = route.split()
    body = dict(one.split("=") for one in said)
    before = AuditEvent.objects.count()
    getattr(client, method.lower())(ADDRESSES[f"{method} {name}"], body)
    return list(AuditEvent.objects.order_by("id").values_list("action", "outcome"))[before:]


def test_every_page_is_in_one_of_the_tables() -> None:
    audited = {" ".join(route.split()[:2]) for route in AUDITED}
    assert audited & NOTHING_OF_PATIENTS == set()
    # Pages that are only sent to, and answer with 405.
    sent_to = {f"GET {page}" for page in ("desk-drop", "desk-undo", "desk-step")}
    assert audited | NOTHING_OF_PATIENTS | sent_to | {"GET board-step"} == set(ADDRESSES)


@pytest.mark.parametrize("route", AUDITED)
def test_it_leaves_one_row(client: Client, user: User, route: str) -> None:
    client.force_login(user)
    assert asked(client, route) == [AUDITED[route]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", [route for route in AUDITED if not route.startswith(OPEN_TO_ALL) and route not in ASKED_AGAIN]
)
def test_who_is_sent_to_sign_in_leaves_one_row(client: Client, route: str) -> None:
    assert asked(client, route) == [(AUDITED[route][0], "denied")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "action"),
    [
        ("/desk/visits/4711/no-show/", "appointment.no_show"),
        ("/desk/visits/4711/put-back/", "appointment.change"),
        ("/board/visits/4711/check-in/", "appointment.check_in"),
        ("/board/visits/4711/undo/", "appointment.undo"),
    ],
)
def test_a_step_that_nobody_signed_in_for_leaves_one_row(client: Client, address: str, action: str) -> None:
    client.post(address)
    assert AuditEvent.objects.values_list("action", "outcome", "object_ids").get() == (action, "denied", [4711])


@pytest.mark.django_db
def test_a_file_of_numbers_that_nobody_signed_in_for_leaves_one_row(client: Client) -> None:
    client.get("/dashboard/bookings.csv")
    assert list(AuditEvent.objects.values_list("action", "outcome")) == [("report.export", "denied")]


@pytest.mark.parametrize("route", sorted(NOTHING_OF_PATIENTS))
def test_what_is_nothing_of_patients_leaves_none(client: Client, user: User, route: str) -> None:
    client.force_login(user)
    assert asked(client, route) == []
