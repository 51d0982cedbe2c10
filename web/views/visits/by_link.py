"""/visit/<token>/: a visit that was booked without an account, for whoever has its private link.

The token is in the address, so nothing that these pages show or send hands the address on: they name no other host,
and a browser tells the next page the host alone (`Referrer-Policy: strict-origin`). Opening a link changes nothing:
programs that look into mail open links, too.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from appointments.errors import PatientBusy, SlotTaken
from appointments.models import Appointment, OnlineBooking
from audit.pages import AuditedPage
from common import clock, trail
from common.errors import DomainError
from web.refusals import words
from web.views.visits.pages import CalendarPage, CancelPage, MovePage, SeePage, VisitPage
from web.visitors import Counted


class ByLink(VisitPage):
    """A page of a private link. One that leads nowhere is a 404, one whose time is over a 410; both say what to do."""

    booking: OnlineBooking
    token: str
    by = None

    def dispatch(self, request: HttpRequest, *args: Any, token: str, **kwargs: Any) -> HttpResponseBase:
        found = OnlineBooking.objects.of_link(token).select_related(
            "appointment__doctor", "appointment__location", "appointment__appointment_type", "appointment__patient"
        )
        booking = found.first()
        if booking is None or booking.link_ends_at <= clock.now():
            over, status = (True, 410) if booking else (False, 404)
            answer: HttpResponseBase = render(request, "web/visit/ended.html", {"over": over}, status=status)
        else:
            self.booking, self.token = booking, token
            trail.saw([self.visit])
            answer = super().dispatch(request, *args, **kwargs)
        answer["Referrer-Policy"] = "strict-origin"
        answer["X-Robots-Tag"] = "noindex"
        return answer

    @property
    def visit(self) -> Appointment:
        return self.booking.appointment

    def url(self, name: str) -> str:
        return reverse(f"visit-{name}", args=[self.token])

    def told(self, refusal: DomainError) -> str:
        """Whatever else the record holds is not for whoever has a link."""
        return words(SlotTaken() if isinstance(refusal, PatientBusy) else refusal)

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        link = self.request.build_absolute_uri(self.url("link"))
        return super().show(template, status, booking=self.booking, link=link, **context)


# What is shown is written down first, and forms are counted, before the link is looked up.


class Link(AuditedPage, Counted, ByLink, SeePage):
    pass


class Booked(AuditedPage, Counted, ByLink, SeePage):
    """The end of a booking: the reference, the link to keep, and the file for a calendar."""

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return self.show("booked")


class CalendarFile(AuditedPage, Counted, ByLink, CalendarPage):
    pass


class Move(AuditedPage, Counted, ByLink, MovePage):
    pass


class Cancel(AuditedPage, Counted, ByLink, CancelPage):
    pass
