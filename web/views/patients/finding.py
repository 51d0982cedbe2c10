"""Finding a patient. What is searched for is sent in the request's body: names stay out of addresses and logs."""

from dataclasses import dataclass
from typing import ClassVar

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.roles import Right, may
from appointments.models import OnlineBooking
from appointments.permissions import visible_to
from common import trail
from common.ids import read_id
from common.text import typed
from patients.models import Patient
from web.access import StaffPage

PAGE = 25


@dataclass(frozen=True, slots=True)
class Found:
    """A page of patients by name. ``after`` is the id from which the next page goes on, None if there is none."""

    query: str
    patients: list[Patient]
    after: int | None
    is_first: bool


def find(actor: User, query: str, after: int | None = None) -> Found:
    """Those whom ``actor`` may see, by name; two queries at most, however many there are.

    The reference of a visit that was booked online finds its patient.
    """
    query = typed(query)
    rows = visible_to(actor, Patient.objects.unmerged()).order_by("name_key", "id")
    if query:
        found = Patient.objects.search(query, identifiers=may(actor, Right.READ_IDENTIFIERS))
        called = OnlineBooking.objects.called(query)
        rows = rows.filter(Q(pk__in=found.values("pk")) | Q(pk__in=called.values("appointment__patient")))
    last = rows.filter(pk=after).first() if after else None
    if last:
        rows = rows.filter(Q(name_key__gt=last.name_key) | Q(name_key=last.name_key, pk__gt=last.pk))
    page = list(rows[: PAGE + 1])
    trail.saw(page[:PAGE])
    return Found(query, page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None, last is None)


class PatientsView(StaffPage):
    right: ClassVar = Right.READ_PATIENTS
    audited: ClassVar = {"get": "patient.list", "post": "patient.list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, find(self.actor, ""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """A search, which changes nothing, or its next page."""
        found = find(self.actor, request.POST.get("q", ""), read_id(request.POST.get("after")))
        return self._page(request, found)

    def _page(self, request: HttpRequest, found: Found) -> HttpResponse:
        template = "web/patients/results.html" if self.inside else "web/patients/find.html"
        return render(
            request,
            template,
            {"found": found, "may_register": may(self.actor, Right.REGISTER_PATIENTS)},
        )
