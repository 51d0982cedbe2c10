"""Quick booking: a patient, somebody who can see them, the next free times. One form, also without JavaScript."""

from datetime import datetime, timedelta
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
from appointments.finding import Search, Slot, find_slots
from appointments.models import Appointment
from appointments.permissions import visible_to, within_reach
from appointments.walk_ins import walk_in
from clinics.models import Location
from common import clock, trail
from common.errors import DomainError
from doctors.models import Doctor, DoctorQuerySet
from patients import duplicates
from patients import services as patient_services
from patients.models import Patient
from scheduling.hours import start_of_day
from scheduling.intervals import DAY, MINUTE
from web.forms.quick import DOCTOR, SPECIALTY, BookingForm, NewPatientForm, Place
from web.ids import read_id
from web.refusals import refuse, status_of, words
from web.views.desk.access import AtTheDesk
from web.views.desk.finding import found_by
from web.views.desk.visits import described, other_times
from web.views.desk.wanted import REMEMBERED

MOST_DAYS = 62
NEXT_SLOTS, MANY_SLOTS = 5, 60
WALK_IN_STEP_MINUTES = 5
WAIT = timedelta(days=30)
RENAMED = {"appointment_time": "slot", "doctor": "slot", "duration_minutes": "appointment_type", "room": "slot"}


class BookingView(AtTheDesk):
    """/desk/book/: the form, and what its buttons do: find, register, times, book, wait."""

    needs = Right.BOOK
    audited: ClassVar = {}  # each of its buttons has a name of its own

    def get(self, request: HttpRequest) -> HttpResponse:
        if "patient" in request.GET:
            trail.name("patient.read")
        return self.shown(self.form(initial=request.GET.dict() | {"walk_in": request.GET.get("walk_in", "")}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(data=request.POST)
        match request.POST.get("do", "book"):
            case _ if "many" in request.POST:
                return self.shown(form, unbound=True)
            case "find" | "times":
                trail.name("patient.list")
                return self.shown(form, unbound=True)
            case str(how) if how == "other" or how.startswith("use-"):
                told = {**request.POST.dict(), "patient": how.removeprefix("use-").removeprefix("other"), "query": ""}
                trail.name("patient.read")
                return self.shown(self.form(data=told), unbound=True)
            case "register" | "register-anyway" as how:
                return self.register(form, anyway=how == "register-anyway")
            case "wait":
                return self.wait(form)
            case _:
                return self.book(form)

    # --- What the buttons do ----------------------------------------------------------------------

    def book(self, form: BookingForm) -> HttpResponse:
        trail.name("appointment.book")
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
        trail.name("patient.register")
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
        trail.name("waitlist_entry.join")
        patient, kind = form.read("patient"), form.read("appointment_type")
        if patient is None or not may(self.actor, Right.WAIT):
            form.add_error("patient", form.fields["patient"].error_messages["required"])
            return self.shown(form, status=400)
        whom = form.read("whom") or ""
        today = Location.objects.default().local(clock.now()).date()
        try:
            waitlist.join(
                patient=patient,
                doctor=next(iter(self.doctors(whom)), None) if whom.startswith(DOCTOR) else None,
                specialization=whom.removeprefix(SPECIALTY) if whom.startswith(SPECIALTY) else "",
                appointment_type=kind,
                earliest=today,
                latest=today + WAIT,
                actor=self.actor,
            )
        except DomainError as error:
            form.add_error(None, words(error))
            return self.shown(form, status=status_of(error))
        return self.done(_("%(patient)s is on the waiting list.") % {"patient": patient})

    # --- What the form shows ----------------------------------------------------------------------

    def form(self, **kwargs: Any) -> BookingForm:
        return BookingForm(
            doctors=self.doctors(),
            patients=visible_to(self.actor, Patient.objects.active()),
            overrides=may(self.actor, Right.OVERRIDE),
            **kwargs,
        )

    def doctors(self, whom: str = "") -> DoctorQuerySet:
        """Those whose time may be given away here, of whom is asked for."""
        doctors = within_reach(self.actor, Right.BOOK, Doctor.objects.active().order_by("name_key", "id"))
        assert isinstance(doctors, DoctorQuerySet)
        if whom.startswith(DOCTOR):
            return doctors.filter(pk=int(whom.removeprefix(DOCTOR)))
        return doctors.practising(whom.removeprefix(SPECIALTY)) if whom.startswith(SPECIALTY) else doctors

    @property
    def walks_in(self) -> bool:
        return (self.request.POST or self.request.GET).get("walk_in", "") == "yes"

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
        query = form.data.get("query", form.initial.get("query", ""))
        patient = patient or form.read("patient")
        found = self.patients(query) if query and not patient else []
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

    def times(self, form: BookingForm) -> dict[str, Any]:
        """The times to choose from: the one that was clicked in the calendar, and the next free ones."""
        sent = self.request.POST or self.request.GET
        many = sent.get("many") == "yes"
        found = self.slots(form, (MANY_SLOTS if many else NEXT_SLOTS) + 1)
        slots = [described(slot) for slot in found[: MANY_SLOTS if many else NEXT_SLOTS]]
        clicked = form.read("slot") if sent.get("clicked") or self.request.method == "GET" else None
        chosen = clicked and described(Slot(clicked.start, clicked.start + MINUTE, clicked.doctor, clicked.location))
        values = [slot["value"] for slot in slots]
        selected = sent.get("slot", "")
        if chosen and chosen["value"] not in values:
            values.insert(0, chosen["value"])
        return {
            "slots": slots,
            "clicked": chosen if chosen and chosen["value"] not in [slot["value"] for slot in slots] else None,
            "clicked_value": chosen["value"] if chosen else "",
            "selected": selected if selected in values else (values[0] if values else ""),
            "more": len(found) > len(slots) and not many,
            "many": many,
        }

    def slots(self, form: BookingForm, limit: int) -> list[Slot]:
        now = clock.now()
        kind = form.read("appointment_type")
        doctors = self.doctors(form.read("whom") or "")
        if kind:
            doctors = doctors.offering(kind)
        place = self.location()
        since: Any = form.read("day")
        today = (place or Location.objects.default()).local(now).date()
        if since is None or since <= today:
            since = now
        until: Any = now + MOST_DAYS * DAY if isinstance(since, datetime) else since + MOST_DAYS * DAY
        if self.walks_in:
            since, until = now, start_of_day(today + DAY, (place or Location.objects.default()).zone)
        return find_slots(
            Search(
                list(doctors),
                since=since,
                until=until,
                now=now,
                limit=limit,
                step=WALK_IN_STEP_MINUTES if self.walks_in else None,
                location=place,
                appointment_type=kind,
            )
        )

    def location(self) -> Location | None:
        """Where the desk is, if it looks at one place only."""
        kept = read_id(str(self.request.session.get(REMEMBERED, {}).get("location", "")))
        return Location.objects.active().filter(pk=kept).first() if kept else None

    def patients(self, query: str) -> list[Patient]:
        return found_by(self.actor, Patient.objects.active(), query)

    def done(self, text: str, visit: Appointment | None = None) -> HttpResponse:
        if self.inside:
            return trigger_client_event(HttpResponse(status=204), "visit-changed", {"text": text, "close": True})
        messages.success(self.request, text)
        return redirect("desk-visit", pk=visit.pk) if visit else redirect("desk")


class TimesView(BookingView):
    """POST /desk/book/times/: only the times, for a form that is there."""

    http_method_names = ["post"]  # noqa: RUF012 - Django's own option

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(data=request.POST)
        facts = {"form": form, "may_wait": may(self.actor, Right.WAIT), "walk_in": self.walks_in, **self.times(form)}
        return render(request, "web/desk/_times.html", facts)


class PatientsView(BookingView):
    """POST /desk/patients/: those whom a few letters fit, as options of a list."""

    http_method_names = ["post"]  # noqa: RUF012 - Django's own option

    def post(self, request: HttpRequest) -> HttpResponse:
        query = request.POST.get("query", "")[:200].strip()
        trail.name("patient.list")
        found = self.patients(query) if query else []
        trail.saw(found)
        facts = {"found": found, "query": query}
        return render(request, "web/desk/_patients.html", facts)


def booked_text(visit: Appointment) -> str:
    when = formats.date_format(visit.location.local(visit.start), "l j F, H:i")
    return _("Booked: %(patient)s, %(when)s, with %(doctor)s.") % {
        "patient": visit.patient,
        "when": when,
        "doctor": visit.doctor,
    }
