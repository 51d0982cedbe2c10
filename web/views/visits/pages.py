"""What can be done with one visit on a page: see it, move it, cancel it. The same by a link and signed in."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import View

from accounts.models import User
from appointments import policy, services
from appointments.errors import PastCutOff
from appointments.lifecycle import MOVABLE, Status
from appointments.models import Appointment
from common import clock, trail
from common.errors import Conflict, DomainError, Refused
from doctors.models import Doctor
from web.calendars import visit_file
from web.days import read_day
from web.forms.booking import CancelForm
from web.picker import Wish, pick, read_value
from web.refusals import spelled, words

REASON_MOVED = "Moved by the patient."
REASON_CANCELLED = "Cancelled by the patient."


def why_fixed(visit: Appointment) -> str:
    """Why a patient cannot move or cancel the visit any more; "" if they can."""
    if visit.status not in MOVABLE:
        return _("This visit can no longer be changed here.")
    if visit.start <= clock.now():
        return _("This visit has begun or is over.")
    try:
        policy.check_cut_off(visit, clock.now())
    except PastCutOff as refusal:
        return spelled(refusal)
    return ""


class VisitPage(View):
    """A page about `visit`; how it is reached, and by whom, is said below."""

    @property
    def visit(self) -> Appointment:
        raise NotImplementedError

    @property
    def by(self) -> User | None:
        """Who is signed in, None by a link."""
        raise NotImplementedError

    def url(self, name: str) -> str:
        """The address of another page about the visit: link, move, cancel, calendar."""
        raise NotImplementedError

    def told(self, refusal: DomainError) -> str:
        """What a refusal says on this page."""
        return words(refusal)

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        visit = self.visit
        shared = {
            "visit": visit,
            "urls": {name: self.url(name) for name in ("link", "move", "cancel", "calendar")},
            "fixed": why_fixed(visit),
            "cancelled": visit.status == Status.CANCELLED,
            "until": visit.start - visit.location.cut_off,
        }
        return render(self.request, f"web/visit/{template}.html", shared | context, status=status)

    def not_possible(self) -> HttpResponse | None:
        """Only while a patient may change it; else the visit's page says why not."""
        if not why_fixed(self.visit):
            return None
        trail.refused()
        return self.to_visit()

    def to_visit(self) -> HttpResponse:
        return HttpResponseRedirect(self.url("link"))


class SeePage(VisitPage):
    """The visit, and what can be done with it."""

    audited: ClassVar[Mapping[str, str]] = {"get": "appointment.read"}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show("visit")


class CalendarPage(VisitPage):
    audited: ClassVar[Mapping[str, str]] = {"get": "appointment.read"}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return visit_file(request, self.visit)


class MovePage(VisitPage):
    """Another time with the same doctor."""

    audited: ClassVar[Mapping[str, str]] = {"get": "appointment.read", "post": "appointment.reschedule"}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.not_possible() or self.pickable()

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if refused := self.not_possible():
            return refused
        chosen = read_value(request.POST.get("time", ""))
        if chosen is None:
            return self.pickable(_("Please choose a time."))
        slot = move_wish(self.visit).offers(*chosen)
        if slot is None:
            return self.pickable(_("This time is no longer free. Please choose another."))
        try:
            services.reschedule(self.visit, start=slot.start, reason=REASON_MOVED, as_patient=True, actor=self.by)
        except (Refused, Conflict) as refusal:
            return self.pickable(self.told(refusal))
        messages.success(request, _("Your visit has been moved."))
        return self.to_visit()

    def pickable(self, problem: str = "") -> HttpResponse:
        since = read_day(self.request.GET.get("from"))
        picker = pick(move_wish(self.visit), since, zone_of=self.visit.location)
        return self.show("move", 409 if problem else 200, picker=picker, problem=problem, location=self.visit.location)


class CancelPage(VisitPage):
    """Giving the time back."""

    audited: ClassVar[Mapping[str, str]] = {"get": "appointment.read", "post": "appointment.cancel"}

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.not_possible() or self.show("cancel", form=CancelForm())

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if refused := self.not_possible():  # cancelled already is one of the reasons
            return refused
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self.show("cancel", 400, form=form)
        reason = form.cleaned_data["reason"] or REASON_CANCELLED
        try:
            services.cancel(self.visit, reason=reason, as_patient=True, actor=self.by)
        except (Refused, Conflict) as refusal:
            form.add_error(None, self.told(refusal))
            return self.show("cancel", 409, form=form)
        messages.success(request, _("Your visit has been cancelled."))
        return self.to_visit()


def move_wish(visit: Appointment) -> Wish:
    """The times that the visit can move to: none where its doctor has left, or gives this type of visit no more."""
    doctor = Doctor.objects.active().filter(pk=visit.doctor_id)
    if visit.appointment_type:
        doctor = doctor.offering(visit.appointment_type)
    return Wish(list(doctor), visit.location, visit.appointment_type, visit.duration_minutes)
