"""Quick booking: a patient, somebody who can see them, the next free times. One form, also without JavaScript."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from accounts.roles import Right, may
from appointments import services, waitlist
from appointments.models import Appointment
from appointments.walk_ins import walk_in
from clinics.models import Location
from common import clock, trail
from common.errors import DomainError
from common.text import typed
from patients import duplicates
from patients import services as patient_services
from patients.models import Patient
from web.forms.quick import DOCTOR, SPECIALTY, BookingForm, NewPatientForm, Place
from web.refusals import refuse, status_of, words
from web.views.desk.finding import found_by
from web.views.desk.offers import OffersTimes
from web.views.desk.visits import other_times

WAIT = timedelta(days=30)
RENAMED = {"appointment_time": "slot", "doctor": "slot", "duration_minutes": "appointment_type", "room": "slot"}


class BookingView(OffersTimes):
    """/desk/book/: the form, and what its buttons do: find, register, times, book, wait."""

    buttons: ClassVar = {
        **dict.fromkeys(("find", "times"), "patient.list"),
        **dict.fromkeys(("register", "register-anyway"), "patient.register"),
        "other": "patient.read",
        "wait": "waitlist_entry.join",
    }

    def action(self, request: HttpRequest) -> str | None:
        if request.method != "POST":
            return "patient.read" if "patient" in request.GET else None
        if "many" in request.POST:
            return None
        do = request.POST.get("do", "book")
        return "patient.read" if do.startswith("use-") else self.buttons.get(do, "appointment.book")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(self.form(initial=request.GET.dict() | {"walk_in": request.GET.get("walk_in", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(data=request.POST)
        match request.POST.get("do", "book"):
            case _ if "many" in request.POST:
                return self.shown(form, unbound=True)
            case "find" | "times":
                return self.shown(form, unbound=True)
            case str(how) if how == "other" or how.startswith("use-"):
                told = {**request.POST.dict(), "patient": how.removeprefix("use-").removeprefix("other"), "query": ""}
                return self.shown(self.form(data=told), unbound=True)
            case "register" | "register-anyway" as how:
                return self.register(form, anyway=how == "register-anyway")
            case "wait":
                return self.wait(form)
            case _:
                return self.book(form)

    # --- What the buttons do ----------------------------------------------------------------------

    def book(self, form: BookingForm) -> HttpResponse:
        if not form.is_valid():
            return self.shown(form, status=400)
        told = form.cleaned_data
        where: Place = told["slot"]
        asked: dict[str, Any] = {
            "patient": told["patient"],
            "doctor": where.doctor,
            "start": where.start,
            "appointment_type": told["appointment_type"],
            "notes": told["notes"],
            "actor": self.actor,
        }
        try:
            if self.walks_in and may(self.actor, Right.OVERRIDE):
                visit = walk_in(**asked)
            else:
                visit = services.book(**asked, override=told.get("override", False), reason=told["reason"])
        except DomainError as error:
            refuse(form, error, RENAMED)
            return self.shown(form, others=other_times(error), status=status_of(error))
        return self.done(booked_text(visit), visit)

    def register(self, form: BookingForm, *, anyway: bool) -> HttpResponse:
        """Open a record for somebody new, unless somebody like that is known: then that is asked first."""
        new = NewPatientForm(self.request.POST)
        if not may(self.actor, Right.REGISTER_PATIENTS):
            return self.shown(form, unbound=True, status=403)
        if not new.is_valid():
            return self.shown(form, new=new, unbound=True, status=400)
        draft = Patient(**new.cleaned_data)
        try:
            draft.clean_fields(exclude=["name_key", "phone_key", "search_text"])
        except ValidationError as error:
            new.add_error(None, forms.ValidationError(error.messages))
            return self.shown(form, new=new, unbound=True, status=400)
        known = [] if anyway else duplicates.candidates_of(**new.cleaned_data)
        if known:
            return self.shown(form, new=new, known=known, unbound=True, status=409)
        try:
            patient = patient_services.register(**new.cleaned_data)
        except DomainError as error:
            refuse(new, error)
            return self.shown(form, new=new, unbound=True, status=status_of(error))
        return self.shown(form, patient=patient, unbound=True)

    def wait(self, form: BookingForm) -> HttpResponse:
        """Put the patient on the waiting list for what was looked for."""
        patient, kind = form.read("patient"), form.read("appointment_type")
        if patient is None or not may(self.actor, Right.WAIT):
            form.add_error("patient", form.fields["patient"].error_messages["required"])
            return self.shown(form, status=400)
        if form.unclear:
            return self.shown(form, status=400)
        whom = form.read("whom") or ""
        today = Location.objects.default().local(clock.now()).date()
        earliest = max(today, form.read("day") or today)
        try:
            waitlist.join(
                patient=patient,
                doctor=next(iter(self.doctors(whom)), None) if whom.startswith(DOCTOR) else None,
                specialization=whom.removeprefix(SPECIALTY) if whom.startswith(SPECIALTY) else "",
                appointment_type=kind,
                earliest=earliest,
                latest=earliest + WAIT,
                part_of_day=form.read("part_of_day") or "",
                actor=self.actor,
            )
        except DomainError as error:
            form.add_error(None, words(error))
            return self.shown(form, status=status_of(error))
        return self.done(_("%(patient)s is on the waiting list.") % {"patient": patient})

    # --- What the form shows ----------------------------------------------------------------------

    def shown(
        self,
        form: BookingForm,
        *,
        unbound: bool = False,
        patient: Patient | None = None,
        new: NewPatientForm | None = None,
        known: list[Patient] | None = None,
        others: list[dict[str, str]] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """The form with its answers. ``unbound``: nothing was to be booked yet, so nothing is missing."""
        if unbound:
            form = self.form(initial={name: form.data.get(name, "") for name in form.fields})
        query = typed(form.data.get("query", form.initial.get("query", "")))
        patient = patient or form.read("patient")
        found = found_by(self.actor, Patient.objects.active(), query) if query and not patient else []
        trail.saw([*found, *(known or []), *([patient] if patient else [])])
        facts = {
            "form": form,
            "patient": patient,
            "query": query,
            "found": found,
            "new": new or NewPatientForm(initial={"full_name": query}),
            "new_open": bool(new) or bool(query and not found and not patient),
            "known": known or [],
            "others": others or [],
            "may_register": may(self.actor, Right.REGISTER_PATIENTS),
            "may_wait": may(self.actor, Right.WAIT),
            "walk_in": self.walks_in,
            "inside": self.inside,
            **self.times(form),
        }
        template = "web/desk/_book.html" if self.inside else "web/desk/book.html"
        return render(self.request, template, facts, status=status)

    def done(self, text: str, visit: Appointment | None = None) -> HttpResponse:
        if self.inside:
            return trigger_client_event(HttpResponse(status=204), "visit-changed", {"text": text, "close": True})
        messages.success(self.request, text)
        return redirect("desk-visit", pk=visit.pk) if visit else redirect("desk")


def booked_text(visit: Appointment) -> str:
    when = formats.date_format(visit.location.local(visit.start), "l j F, H:i")
    return _("Booked: %(patient)s, %(when)s, with %(doctor)s.") % {
        "patient": visit.patient,
        "when": when,
        "doctor": visit.doctor,
    }
