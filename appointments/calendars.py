"""A doctor's visits for calendar programs: when and where, and nothing that tells who comes or what for.

Calendar programs keep copies on phones and on other companies' servers. So a visit is named by its number, by which
the doctor finds it here; neither patients nor the kind of visit nor notes are in it.
"""

from datetime import datetime, timedelta

from django.conf import settings
from icalendar import Calendar, Event

from appointments.models import Appointment
from doctors.models import Doctor

BACK = timedelta(days=31)
AHEAD = timedelta(days=183)
MOST = 3000


def calendar_of(doctor: Doctor, *, now: datetime, host: str) -> bytes:
    """The visits of the last month and the next six that take the doctor's time, as iCalendar (RFC 5545)."""
    calendar = Calendar()
    calendar.add("prodid", "-//healthcare-appointment-system//doctor//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{settings.CLINIC_NAME}: {doctor.full_name}")
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    visits = Appointment.objects.blocking().filter(doctor=doctor, end__gt=now - BACK, start__lt=now + AHEAD)
    for visit in visits.select_related("location", "room").order_by("start", "id")[:MOST]:
        event = Event()
        event.add("uid", f"visit-{visit.pk}@{host}")
        event.add("dtstamp", visit.updated_at)
        event.add("sequence", visit.version)
        event.add("dtstart", visit.start)
        event.add("dtend", visit.end)
        event.add("summary", f"Visit {visit.pk}")
        event.add("location", ", ".join(str(place) for place in (visit.location, visit.room) if place))
        event.add("class", "PRIVATE")
        event.add("transp", "OPAQUE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
