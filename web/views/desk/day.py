"""The desk: the calendar of a day or a week, and the agenda of the same visits as a table."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.roles import Right, may
from appointments.daybook import days_at, open_daybook, stamp
from appointments.models import Appointment
from appointments.permissions import visible_to
from common import clock, trail
from web.views.desk.access import AtTheDesk
from web.views.desk.calendar import as_calendar
from web.views.desk.wanted import Wanted


class DeskView(AtTheDesk):
    """/desk/: the whole page."""

    template = "web/desk/desk.html"
    audited: ClassVar = {"get": "appointment.list"}
    conditional = False

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = Wanted.read(request, self.actor)
        span = days_at(wanted.place, wanted.first, wanted.days)
        visits = wanted.among(visible_to(self.actor, Appointment.objects.all()))
        version = stamp(wanted.doctors, visits, span)
        tag = f'"{version}"'
        if self.conditional and request.headers.get("If-None-Match") == tag:
            return HttpResponse(status=304, headers={"ETag": tag})
        trail.name("appointment.list")
        book = open_daybook(
            wanted.doctors,
            visits,
            span,
            wanted.place,
            everywhere=wanted.location is None,
            absent_too=wanted.doctor is not None,
        )
        trail.saw(book.visits)
        response = render(request, self.template, self.facts(wanted, book, version))
        response["ETag"] = tag
        return response

    def facts(self, wanted: Wanted, book: Any, version: str) -> dict[str, Any]:
        now = clock.now()
        return {
            "wanted": wanted,
            "book": book,
            "version": version,
            "place": book.place,
            "now": now,
            "several_zones": len({place.time_zone for place in wanted.locations}) > 1,
            "calendar": as_calendar(book, wanted, self.actor, now),
            "may_book": may(self.actor, Right.BOOK),
            "refresh_url": f"{reverse('desk-day')}?date={wanted.day}&view={wanted.view}",
        }


class DeskDayView(DeskView):
    """/desk/day/: the part of it that changes, for who has the page already; 304 where nothing has changed."""

    template = "web/desk/_day.html"
    audited: ClassVar = {}  # asking often whether something has changed is no reading
    conditional = True
