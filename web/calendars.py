"""A visit as a file for calendars (RFC 5545)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from appointments.lifecycle import blocks
from appointments.models import Appointment
from common import clock

PRODID = "-//Healthcare Appointment System//Visits//EN"


def visit_file(request: HttpRequest, visit: Appointment) -> HttpResponse:
    """The visit, to add to one's calendar; fetched again after a move, it replaces what was there.

    Calendars are shared and shown on locked screens: neither the doctor nor what it is for is in it.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", f"visit-{visit.pk}@{request.get_host()}")
    event.add("dtstamp", clock.now())
    event.add("sequence", visit.version)
    event.add("dtstart", visit.start)
    event.add("dtend", visit.end)
    event.add("summary", _("Visit at %(clinic)s") % {"clinic": settings.CLINIC_NAME})
    event.add("location", visit.location.name)
    event.add("status", "CONFIRMED" if blocks(visit.status) else "CANCELLED")
    event.add("class", "PRIVATE")
    calendar.add_component(event)
    answer = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return answer
