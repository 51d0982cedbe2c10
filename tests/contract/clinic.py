"""A clinic in which patient A has one of everything, somebody in every role, and every route that there is."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.urls import URLResolver, get_resolver
from rest_framework.views import APIView

from accounts.models import User
from accounts.roles import Role
from appointments import holds, services, waitlist
from appointments.series import services as series_services
from clinics.models import Location
from doctors import places
from doctors import services as doctor_services
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import at, book, make_doctor, make_patient, make_room, make_type, make_user

ROLES = (
    *("anonymous", "no role", "patient A", "patient B", "guardian"),
    *("own doctor", "other doctor", "receptionist", "admin", "auditor"),
)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Row = tuple[str, str]
# What is patient A's, and in nothing that another patient or an uninvolved doctor receives.
CANARY_ID = 7700001
CANARY = {
    "full_name": "Zebulon Quagga",
    "phone_number": "0799 123 123",
    "email": "canary@quagga.test",
    "national_id": "CNRY555019",
    "insurance_number": "NHIFQ7719",
    "desk_notes": "Deskcanary.",
}
CANARY_NOTES, CANARY_REASON = "Notecanary.", "Reasoncanary."


# --- The routes ----------------------------------------------------------------------------------


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route below the admin's, tidied: api/patients/{pk}/merge/."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from routes(pattern, route)
        else:
            route = re.sub(r"\(\?P<(\w+)>[^)]*\)|<(?:\w+:)?(\w+)>", lambda m: f"{{{m[1] or m[2]}}}", route)
            yield route.replace("^", "").replace("$", ""), pattern.callback


def methods(view: Any) -> list[str]:
    """Those that a view of the API takes; of a page GET and POST, since a function does not tell."""
    kind: Any = getattr(view, "cls", None)
    if kind is None or not issubclass(kind, APIView):
        return ["GET", "POST"]
    offered = getattr(view, "actions", None) or {name for name in kind.http_method_names if hasattr(kind, name)}
    return [method for method in METHODS if method.lower() in offered and method.lower() in kind.http_method_names]


# --- A clinic in which patient A has one of everything -------------------------------------------


class Clinic:
    """Records by the routes that name them, and users by role."""

    def __init__(self) -> None:
        self.here = Location.objects.default()
        self.parent = make_patient(full_name="Grace Doe")
        self.a = Patient(pk=CANARY_ID, guardian=self.parent, **CANARY)
        self.a.save()
        self.doctor, self.other_doctor = make_doctor(full_name="Ann Smith"), make_doctor(full_name="Bob Jones")
        self.b = make_patient(full_name="Otieno")
        self.users: dict[str, User | None] = {
            "anonymous": None,
            "no role": make_user(),
            "patient A": make_user(Role.PATIENT, patient=self.a),
            "patient B": make_user(Role.PATIENT, patient=self.b),
            "guardian": make_user(Role.PATIENT, patient=self.parent),
            "own doctor": make_user(Role.DOCTOR, doctor=self.doctor),
            "other doctor": make_user(Role.DOCTOR, doctor=self.other_doctor),
            "receptionist": make_user(Role.RECEPTIONIST),
            "admin": make_user(Role.ADMIN),
            "auditor": make_user(Role.AUDITOR),
        }
        self.visit = book("2026-03-04 10:00", patient=self.a, doctor=self.doctor, notes=CANARY_NOTES)
        services.confirm(self.visit, reason=CANARY_REASON, actor=self.users["receptionist"])
        self.leave = doctor_services.add_exception(
            self.doctor, kind="closed", start=at("2026-03-12 08:00"), end=at("2026-03-12 12:00")
        )
        self.closure = places.add_location_exception(
            self.here, kind="closed", start=at("2026-03-15 08:00"), end=at("2026-03-15 12:00")
        )
        self.holiday = places.add_holiday(date=date(2026, 3, 14), name="Feast")
        self.room, self.kind = make_room(), make_type()
        self.series = series_services.create(
            patient=self.a, doctor=self.doctor, start=at("2026-03-05 09:00"), rule="FREQ=DAILY;COUNT=2"
        ).series
        self.held, _ = holds.hold(doctor=self.doctor, start=at("2026-03-06 15:00"), actor=self.users["patient A"])
        self.entry = waitlist.join(
            patient=self.a, doctor=self.doctor, earliest=date(2026, 3, 4), latest=date(2026, 3, 6)
        )
        services.cancel(book("2026-03-04 14:00", doctor=self.doctor))  # and so it is offered
        self.duplicate = make_patient(full_name="Zebulon Quaga", phone_number=CANARY["phone_number"])

        self.of_other_doctor = book("2026-03-05 14:00", doctor=self.other_doctor).patient

    def take(self, doctor: Doctor, moment: str) -> None:
        """Let somebody else have this time of the doctor."""
        services.book(patient=make_patient(), doctor=doctor, start=at(moment))

    def address(self, route: str) -> str:
        known = {
            "patients": self.a.pk,
            "doctors": self.doctor.pk,
            "appointments": self.visit.pk,
            "doctors/exceptions": self.leave.pk,
            "locations": self.here.pk,
            "locations/exceptions": self.closure.pk,
            "rooms": self.room.pk,
            "holidays": self.holiday.pk,
            "appointment-types": self.kind.pk,
            "holds": self.held.pk,
            "series": self.series.pk,
            "waitlist": self.entry.pk,
        }
        parts = [part for part in route.split("/") if part not in ("api", "") and "{" not in part]
        thing = "/".join(parts[:2]) if "/".join(parts[:2]) in known else parts[0] if parts else ""
        values = {"pk": known.get(thing), "doctor_pk": self.doctor.pk, "location_pk": self.here.pk}
        return "/" + re.sub(r"\{(\w+)\}", lambda m: str(values.get(m[1]) or 999999), re.sub(r"\(.*", "/nowhere", route))

    def body(self, row: Row) -> Any:
        booking = {"patient": self.a.pk, "doctor": self.doctor.pk, "appointment_time": "2026-03-06T10:00:00Z"}
        doctor = {"full_name": "New", "email": "new@clinic.test", "specialization": "General"}
        closed = {"kind": "closed", "start": "2026-03-20T08:00:00Z", "end": "2026-03-20T12:00:00Z"}
        room = {"location": self.here.pk, "name": "New", "kind": "consulting"}
        wish = {"patient": self.a.pk, "doctor": self.doctor.pk, "earliest": "2026-03-04", "latest": "2026-03-06"}
        contact = {"full_name": CANARY["full_name"], "phone_number": "0712 000 002"}
        bodies: dict[Row, Any] = {
            ("api/patients/", "POST"): contact,
            ("api/patients/{pk}/", "PUT"): contact,
            ("api/patients/{pk}/merge/", "POST"): {"duplicate": self.duplicate.pk},
            ("api/doctors/", "POST"): doctor,
            ("api/doctors/{pk}/", "PUT"): doctor,
            ("api/doctors/{pk}/hours/", "PUT"): [],
            ("api/doctors/{doctor_pk}/exceptions/", "POST"): closed,
            ("api/doctors/{doctor_pk}/exceptions/{pk}/", "PUT"): closed,
            ("api/appointments/", "POST"): booking,
            ("api/appointments/{pk}/", "PUT"): booking,
            ("api/appointments/{pk}/reschedule/", "POST"): {"appointment_time": "2026-03-06T10:00:00Z"},
            ("api/locations/", "POST"): {"name": "Annex", "time_zone": "UTC"},
            ("api/locations/{pk}/", "PUT"): {"name": "Annex", "time_zone": "UTC"},
            ("api/locations/{pk}/hours/", "PUT"): [],
            ("api/locations/{location_pk}/exceptions/", "POST"): closed,
            ("api/locations/{location_pk}/exceptions/{pk}/", "PUT"): closed,
            ("api/rooms/", "POST"): room,
            ("api/rooms/{pk}/", "PUT"): room,
            ("api/holidays/", "POST"): {"date": "2026-03-21", "name": "Feast"},
            ("api/holidays/{pk}/", "PUT"): {"date": "2026-03-21", "name": "Feast"},
            ("api/holidays/import/", "POST"): {"country": "KE", "year": 2026},
            ("api/appointment-types/", "POST"): {"name": "Scan"},
            ("api/appointment-types/{pk}/", "PUT"): {"name": "Scan"},
            ("api/holds/", "POST"): booking,
            ("api/series/", "POST"): {**booking, "rule": "FREQ=DAILY;COUNT=1"},
            ("api/series/{pk}/", "PATCH"): {"scope": "all", "notes": "New"},
            ("api/series/{pk}/cancel/", "POST"): {"scope": "all"},
            ("api/waitlist/", "POST"): wish,
            ("api/waitlist/{pk}/", "PUT"): wish,
        }
        return bodies.get(row, None if row[1] in ("GET", "DELETE") else {})
