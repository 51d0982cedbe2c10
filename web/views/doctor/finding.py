"""Doctors whose name is being typed, as options of a list."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.roles import Right, works_here
from appointments.permissions import visible_to
from common.text import typed
from doctors.models import Doctor
from web.access import Private

MOST_OPTIONS = 10


class OptionsView(Private):
    """``/doctors/options/?q=``: those in use whom it fits; with ``everybody`` the others, too, for the clinic's own."""

    right: ClassVar = Right.READ_DOCTORS

    def get(self, request: HttpRequest) -> HttpResponse:
        query = typed(request.GET.get("q", ""))
        doctors = visible_to(self.actor, Doctor.objects.all())
        if "everybody" not in request.GET or not works_here(self.actor):
            doctors = doctors.active()
        found = list(doctors.search(query).by_relevance(query)[:MOST_OPTIONS]) if query else []
        return render(request, "web/doctor_options.html", {"found": found})
