"""The times that quick booking offers: of whom was asked for, where the desk is, the next free ones first."""

from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.roles import Right, may
from appointments.finding import Search, Slot, find_slots
from appointments.permissions import visible_to, within_reach
from clinics.models import Location
from common import clock
from common.ids import read_id
from doctors.models import Doctor, DoctorQuerySet
from patients.models import Patient
from scheduling.hours import start_of_day
from scheduling.intervals import DAY, MINUTE
from web.forms.quick import DOCTOR, SPECIALTY, BookingForm
from web.views.desk.access import AtTheDesk
from web.views.desk.visits import described
from web.views.desk.wanted import REMEMBERED

MOST_DAYS = 62
NEXT_SLOTS, MANY_SLOTS = 5, 60
WALK_IN_STEP_MINUTES = 5


class OffersTimes(AtTheDesk):
    """A page with the form of quick booking, or a part of it."""

    needs = Right.BOOK
    audited: ClassVar = {}  # each of its buttons has a name of its own

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
        if whom.startswith(DOCTOR):
            return doctors.filter(pk=int(whom.removeprefix(DOCTOR)))
        return doctors.practising(whom.removeprefix(SPECIALTY)) if whom.startswith(SPECIALTY) else doctors

    @property
    def walks_in(self) -> bool:
        return (self.request.POST or self.request.GET).get("walk_in", "") == "yes"

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
        if form.unclear:  # nobody else's times instead
            return []
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
        midnight = None
        if self.walks_in:
            midnight = start_of_day(today + DAY, (place or Location.objects.default()).zone)
            since, until = now, midnight + DAY  # who comes late in the evening stays till after midnight
            if kind and may(self.actor, Right.OVERRIDE):
                kind.minimum_notice_minutes = 0  # which a walk-in sets aside
        found = find_slots(
            Search(
                list(doctors),
                since=since,
                until=until,
                now=now,
                limit=limit,
                step=WALK_IN_STEP_MINUTES if self.walks_in else None,
                location=place,
                appointment_type=kind,
                part_of_day="" if self.walks_in else form.read("part_of_day") or "",
            )
        )
        return [slot for slot in found if midnight is None or slot.start < midnight]

    def location(self) -> Location | None:
        """Where the desk is, if it looks at one place only."""
        kept = read_id(str(self.request.session.get(REMEMBERED, {}).get("location", "")))
        return Location.objects.active().filter(pk=kept).first() if kept else None


class TimesView(OffersTimes):
    """POST /desk/book/times/: only the times, for a form that is there."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(data=request.POST)
        facts = {"form": form, "may_wait": may(self.actor, Right.WAIT), "walk_in": self.walks_in, **self.times(form)}
        return render(request, "web/desk/_times.html", facts)
