"""/visit/<token>/: a visit that was booked without an account, for whoever has its private link.

The token is in the address, so nothing that these pages show or send hands the address on: they name no other host,
and a browser tells the next page the host alone (`Referrer-Policy: strict-origin`). Opening a link changes nothing:
programs that look into mail open links, too.
"""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from appointments import policy, services
from appointments.errors import PastCutOff, PatientBusy, SlotTaken
from appointments.lifecycle import MOVABLE, Status
from appointments.models import Appointment, OnlineBooking
from audit.pages import AuditedPage
from common import clock, trail
from common.errors import Busy, DomainError
from web.calendars import visit_file
from web.forms.booking import CancelForm
from web.picker import Wish, pick, read_value
from web.refusals import words
from web.views.booking.step import day_asked
from web.visitors import Counted

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
        return words(refusal)
    return ""


class ByLink(View):
    """A page of a private link. One that leads nowhere is a 404, one whose time is over a 410; both say what to do."""

    booking: OnlineBooking

    def dispatch(self, request: HttpRequest, *args: Any, token: str, **kwargs: Any) -> HttpResponseBase:
        found = OnlineBooking.objects.of_link(token).select_related(
            "appointment__doctor", "appointment__location", "appointment__appointment_type", "appointment__patient"
        )
        booking = found.first()
        if booking is None or booking.link_ends_at <= clock.now():
            over, status = (True, 410) if booking else (False, 404)
            answer: HttpResponseBase = render(request, "web/visit/ended.html", {"over": over}, status=status)
        else:
            self.booking, self.visit, self.token = booking, booking.appointment, token
            trail.saw([self.visit])
            answer = super().dispatch(request, *args, **kwargs)
        answer["Referrer-Policy"] = "strict-origin"
        answer["X-Robots-Tag"] = "noindex"
        return answer

    def url(self, name: str) -> str:
        return reverse(f"visit-{name}", args=[self.token])

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        shared = {
            "booking": self.booking,
            "visit": self.visit,
            "link": self.request.build_absolute_uri(self.url("link")),
            "urls": {name: self.url(name) for name in ("link", "move", "cancel", "calendar")},
            "fixed": why_fixed(self.visit),
            "cancelled": self.visit.status == Status.CANCELLED,
            "until": self.visit.start - timedelta(minutes=self.visit.location.patient_cutoff_minutes),
        }
        return render(self.request, f"web/visit/{template}.html", shared | context, status=status)


class LinkPage(AuditedPage, Counted, ByLink):
    """What is shown is written down first, and forms are counted, before the link is looked up."""

    audited: ClassVar = {"get": "appointment.read"}


class Link(LinkPage):
    """The visit, and what can be done with it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("visit")


class Booked(LinkPage):
    """The end of a booking: the reference, the link to keep, and the file for a calendar."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show("booked")


class CalendarFile(LinkPage):
    def get(self, request: HttpRequest) -> HttpResponse:
        return visit_file(request, self.visit)


class Change(LinkPage):
    """What changes a visit: only while a patient may; else the visit's page says why not."""

    def not_possible(self) -> HttpResponse | None:
        return HttpResponseRedirect(self.url("link")) if why_fixed(self.visit) else None


class Move(Change):
    """Another time with the same doctor."""

    audited: ClassVar = {"get": "appointment.read", "post": "appointment.reschedule"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.not_possible() or self.pickable()

    def post(self, request: HttpRequest) -> HttpResponse:
        if refused := self.not_possible():
            return refused
        chosen = read_value(request.POST.get("time", ""))
        if chosen is None:
            return self.pickable(_("Please choose a time."))
        slot = move_wish(self.visit).offers(*chosen)
        if slot is None:
            return self.pickable(_("This time is no longer free. Please choose another."))
        try:
            services.reschedule(self.visit, start=slot.start, reason=REASON_MOVED, as_patient=True)
        except PatientBusy:  # whatever else the record holds is not for whoever has a link
            return self.pickable(words(SlotTaken()))
        except DomainError as refusal:
            if isinstance(refusal, Busy):
                raise
            return self.pickable(words(refusal))
        messages.success(request, _("Your visit has been moved."))
        return HttpResponseRedirect(self.url("link"))

    def pickable(self, problem: str = "") -> HttpResponse:
        picker = pick(move_wish(self.visit), day_asked(self.request), zone_of=self.visit.location)
        return self.show("move", 409 if problem else 200, picker=picker, problem=problem, location=self.visit.location)


class Cancel(Change):
    """Giving the time back."""

    audited: ClassVar = {"get": "appointment.read", "post": "appointment.cancel"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.not_possible() or self.show("cancel", form=CancelForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if self.visit.status == Status.CANCELLED:
            return HttpResponseRedirect(self.url("link"))
        if refused := self.not_possible():
            return refused
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self.show("cancel", 400, form=form)
        try:
            services.cancel(self.visit, reason=form.cleaned_data["reason"] or REASON_CANCELLED, as_patient=True)
        except DomainError as refusal:
            if isinstance(refusal, Busy):
                raise
            form.add_error(None, words(refusal))
            return self.show("cancel", 409, form=form)
        messages.success(request, _("Your visit has been cancelled."))
        return HttpResponseRedirect(self.url("link"))


def move_wish(visit: Appointment) -> Wish:
    """The times that the visit can move to."""
    return Wish([visit.doctor], visit.location, visit.appointment_type, visit.duration_minutes)
