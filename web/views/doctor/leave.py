"""Leave and extra clinics: the visits that leave touches and the nearest other times, before it is saved and after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Right
from appointments import availability, hours, services
from appointments.alternatives import alternatives
from appointments.finding import Slot
from appointments.lifecycle import MOVABLE
from appointments.models import Appointment
from appointments.permissions import covers, within_reach
from appointments.proposal import Proposal
from clinics.instants import read_time, to_instant
from clinics.models import Location
from common import clock, trail
from common.errors import DomainError
from common.ids import read_id
from doctors.models import AvailabilityException, Doctor
from web.access import StaffPage
from web.forms.hours import LeaveForm
from web.refusals import refuse, status_of, words
from web.views.doctor.day import doctor_for, own_doctor

MOST_LISTED = 20
MOST_EXCEPTIONS = 100


@dataclass(frozen=True, slots=True)
class Touched:
    """A visit that leave takes the doctor from, and the nearest times that the same doctor has for it."""

    visit: Appointment
    others: list[Slot]


def touched_by(doctor: Doctor, exception: AvailabilityException) -> tuple[list[Touched], int]:
    """The first twenty visits, and how many more there are. ``exception`` need not be stored."""
    now = clock.now()
    if exception.end <= now:
        return [], 0
    extra = [] if exception.pk else [exception]
    visits = availability.outside_hours(doctor, now=now, within=exception.interval, extra=extra)
    trail.saw(visits[:MOST_LISTED])
    closing = [exception.interval] if exception.kind == AvailabilityException.Kind.CLOSED else []
    touched = [Touched(visit, _others(visit, closing, now)) for visit in visits[:MOST_LISTED]]
    return touched, max(len(visits) - MOST_LISTED, 0)


def _others(visit: Appointment, closing: list[Any], now: datetime) -> list[Slot]:
    proposal = Proposal(
        doctor=visit.doctor,
        patient=visit.patient,
        interval=visit.interval,
        now=now,
        appointment_type=visit.appointment_type,
        moving=visit,
    )
    return alternatives(proposal, avoiding=closing)


class LeaveView(StaffPage):
    right: ClassVar = Right.EDIT_AVAILABILITY

    def action(self, request: HttpRequest) -> str | None:
        if request.method != "POST":
            return None
        return "availability_exception.create" if "save" in request.POST else "appointment.list_outside_hours"

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if pk is None and own_doctor(self.actor) is None:
            return render(request, "web/doctor/unlinked.html")
        doctor = doctor_for(self.actor, self.right, pk)
        return self._page(request, doctor, LeaveForm(initial={"location": Location.objects.default()}))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show what the leave touches; with ``save``, store it."""
        doctor = doctor_for(self.actor, self.right, pk)
        form = LeaveForm(request.POST)
        if not form.is_valid():
            return self._page(request, doctor, form, status=400)
        planned = form.exception(doctor)
        if "save" not in request.POST:
            touched, more = touched_by(doctor, planned)
            return self._page(request, doctor, form, planned=planned, touched=touched, more_touched=more)
        try:
            stored = hours.add_exception(
                doctor,
                kind=planned.kind,
                start=planned.start,
                end=planned.end,
                reason=planned.reason,
                location=planned.location,
            )
        except DomainError as error:
            refuse(form, error)
            return self._page(request, doctor, form, status=status_of(error))
        messages.success(request, _("Saved."))
        return redirect("leave", pk=stored.pk)

    def _page(
        self, request: HttpRequest, doctor: Doctor, form: LeaveForm, status: int = 200, **more: Any
    ) -> HttpResponse:
        coming = AvailabilityException.objects.filter(doctor=doctor, end__gt=clock.now()).select_related("location")
        shown = {
            "doctor": doctor,
            "own": own_doctor(self.actor) == doctor,
            "form": form,
            "coming": coming.order_by("start", "id")[:MOST_EXCEPTIONS],
            **more,
        }
        return render(request, "web/doctor/leave.html", shown, status=status)


class ExceptionPage(StaffPage):
    """What one stored leave or extra clinic touches; to move those visits, and to take the leave back."""

    right: ClassVar = Right.EDIT_AVAILABILITY

    def exception(self, pk: int) -> AvailabilityException:
        rows = AvailabilityException.objects.select_related("doctor", "location")
        return get_object_or_404(within_reach(self.actor, self.right, rows), pk=pk)


class TouchedView(ExceptionPage):
    audited: ClassVar = {"get": "appointment.list_outside_hours"}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        exception = self.exception(pk)
        touched, more = touched_by(exception.doctor, exception)
        shown = {
            "exception": exception,
            "doctor": exception.doctor,
            "own": own_doctor(self.actor) == exception.doctor,
            "touched": touched,
            "more_touched": more,
            "may_move": covers(self.actor, Right.BOOK, exception.doctor),
            "movable": MOVABLE,
        }
        return render(request, "web/doctor/touched.html", shown)


class RemoveView(ExceptionPage):
    audited: ClassVar = {"post": "availability_exception.remove"}

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        exception = self.exception(pk)
        doctor = exception.doctor
        hours.remove_exception(exception)
        messages.success(request, _("Removed: the weekly hours hold again."))
        if own_doctor(self.actor) == doctor:
            return redirect("my-leave")
        return redirect("doctor-leave", pk=doctor.pk)


class MoveView(ExceptionPage):
    """Move a visit to one of the other times that were offered."""

    audited: ClassVar = {"post": "appointment.reschedule"}
    about_its_pk = False  # the address names the leave

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        exception = self.exception(pk)
        rows = Appointment.objects.filter(doctor=exception.doctor)
        visit_id = read_id(request.POST.get("visit")) or 0
        visit = get_object_or_404(within_reach(self.actor, Right.BOOK, rows), pk=visit_id)
        trail.saw([visit])
        try:
            start = to_instant(read_time(request.POST.get("start", "")), visit.location.zone)
            seen = read_id(request.POST.get("version"))
            services.reschedule(visit, start=start, seen_version=seen, actor=self.actor)
        except ValueError as error:
            trail.refused()
            messages.error(request, str(error))
        except DomainError as error:
            messages.error(request, words(error))
        else:
            messages.success(request, _("Moved."))
        return redirect("leave", pk=pk)
