"""The daybook as the browser's calendar draws it: columns, visits, and what is shaded, in wall time."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Reach, Right, may, reach
from appointments.daybook import Daybook, Shaded, Why
from appointments.lengths import may_vary
from appointments.lifecycle import MOVABLE, Status
from appointments.models import Appointment
from clinics.models import Location
from scheduling.intervals import DAY
from web.templatetags.web import STATUS_WORDS
from web.views.desk.wanted import Wanted

# Shown where nothing says otherwise.
USUAL_HOURS = (8, 18)


def as_calendar(book: Daybook, wanted: Wanted, actor: User, now: datetime) -> dict[str, Any]:
    """What `desk.js` reads. Times are naive, as the clock on the wall of the place shows them."""
    own = set(wanted.everybody) if reach(actor, Right.BOOK) is Reach.OWN else None
    first, last = _hours(book)
    return {
        "view": wanted.view,
        "place": book.place.pk,
        "day": wanted.day.isoformat(),
        "first": wanted.first.isoformat(),
        "offset": book.place.local(now).strftime("%z"),
        "from": f"{first:02}:00",
        "until": f"{last:02}:00",
        "books": may(actor, Right.BOOK),
        "bookUrl": reverse("desk-book"),
        "doctors": [
            {"id": doctor.pk, "name": doctor.full_name, "about": doctor.specialization} for doctor in book.doctors
        ],
        # Cancelled visits are in the agenda only: their time may be another's by now.
        "visits": [
            _visit(visit, book.place, may(actor, Right.BOOK) and (own is None or visit.doctor in own))
            for visit in book.visits
            if visit.status != Status.CANCELLED
        ],
        "shaded": [_shaded(stretch, book.place) for stretch in book.shaded],
    }


def wall(instant: datetime, place: Location) -> str:
    return place.local(instant).strftime("%Y-%m-%dT%H:%M")


def _visit(visit: Appointment, place: Location, changeable: bool) -> dict[str, Any]:
    times = " – ".join(formats.time_format(place.local(edge), "H:i") for edge in (visit.start, visit.end))
    facts = [times, visit.patient.full_name, visit.doctor.full_name, str(STATUS_WORDS[visit.status])]
    if visit.location_id != place.pk:
        facts.append(visit.location.name)
    movable = changeable and visit.status in MOVABLE
    return {
        "id": visit.pk,
        "doctor": visit.doctor_id,
        "start": wall(visit.start, place),
        "end": wall(visit.end, place),
        "version": visit.version,
        "status": visit.status,
        "words": str(STATUS_WORDS[visit.status]),
        "patient": visit.patient.full_name,
        "about": visit.appointment_type.name if visit.appointment_type else "",
        "label": ", ".join(facts),
        "moves": movable,
        "stretches": movable and may_vary(visit),
    }


def _shaded(stretch: Shaded, place: Location) -> dict[str, Any]:
    text = stretch.text
    if stretch.why is Why.LEAVE:
        text = stretch.text or _("Away")
    return {
        "doctor": stretch.doctor.pk,
        "start": wall(stretch.interval.start, place),
        "end": wall(stretch.interval.end, place),
        "why": stretch.why,
        "text": text,
    }


def _hours(book: Daybook) -> tuple[int, int]:
    """From which to which full hour the calendar goes: what is open, and every visit."""
    local = book.place.local
    spans = [(visit.start, visit.end) for visit in book.visits]
    if book.open_span and book.span.end - book.span.start < 2 * DAY:
        spans.append((book.open_span.start, book.open_span.end))
    first, last = USUAL_HOURS
    for start, end in spans:
        begins, ends = local(max(start, book.span.start)), local(min(end, book.span.end))
        first = min(first, begins.hour)
        over_midnight = ends.date() > begins.date()
        last = max(last, 24 if over_midnight else ends.hour + (ends.minute > 0))
    return first, last
