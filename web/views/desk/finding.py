"""Finding a patient at the desk, by a few letters of the name or whatever else is known."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.roles import Right, may
from appointments.models import Appointment
from appointments.permissions import visible_to
from common import clock, trail
from common.text import typed
from patients.models import Patient, PatientQuerySet
from web.views.desk.access import AtTheDesk

MOST_PATIENTS = 8


class FindView(AtTheDesk):
    """/desk/find/: a patient's next visits, by a few letters of the name."""

    audited: ClassVar = {"post": "patient.list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown([], "")

    def post(self, request: HttpRequest) -> HttpResponse:
        query = typed(request.POST.get("query", ""))
        people = found_by(self.actor, Patient.objects.unmerged(), query) if query else []
        return self.shown(people, query)

    def shown(self, found: list[Patient], query: str) -> HttpResponse:
        trail.saw(found)
        visits = visible_to(self.actor, Appointment.objects.filter(patient__in=found).upcoming(clock.now()))
        coming = visits.select_related("patient", "doctor", "location").order_by("start", "id")
        next_of: dict[int, list[Appointment]] = {}
        for visit in coming[: MOST_PATIENTS * 10]:
            next_of.setdefault(visit.patient_id, []).append(visit)
        facts = {
            "query": query,
            "found": [{"patient": patient, "visits": next_of.get(patient.pk, [])[:3]} for patient in found],
            "may_book": may(self.actor, Right.BOOK),
            "inside": self.inside,
        }
        return render(self.request, "web/desk/_find.html" if self.inside else "web/desk/find.html", facts)


class PatientsView(AtTheDesk):
    """POST /desk/patients/: those whom a few letters fit, as options of a list."""

    needs = Right.BOOK
    audited: ClassVar = {"post": "patient.list"}

    def post(self, request: HttpRequest) -> HttpResponse:
        query = typed(request.POST.get("query", ""))
        found = found_by(self.actor, Patient.objects.active(), query) if query else []
        trail.saw(found)
        facts = {"found": found, "query": query}
        return render(request, "web/desk/_patients.html", facts)


def found_by(actor: User, people: PatientQuerySet, query: str) -> list[Patient]:
    """The first few of ``people`` whom ``query`` fits and ``actor`` may see; by what they may know of them."""
    found = people.search(query, identifiers=may(actor, Right.READ_IDENTIFIERS)).by_relevance(query)
    return list(visible_to(actor, found).told_apart()[:MOST_PATIENTS])
