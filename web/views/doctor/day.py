"""A doctor's day: whom they see, and each visit's next step."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.models import User
from accounts.roles import Right, may
from appointments import availability, services
from appointments.lifecycle import TRANSITIONS, Status
from appointments.models import Appointment, AppointmentChange
from appointments.permissions import covers, visible_to, within_reach
from clinics.models import Location
from common import clock, trail
from common.errors import DomainError
from common.ids import read_id
from doctors.models import Doctor
from scheduling.hours import start_of_day
from scheduling.intervals import DAY, Interval
from web.access import StaffPage
from web.days import read_day
from web.refusals import words
from web.steps import STEPS

# On a doctor's day, in this order.
DAY_STEPS = {name: STEPS[name] for name in ("check-in", "start", "complete", "confirm", "no-show")}
# The step that mostly comes next stands out; the others are in a menu.
NEXT = {
    Status.SCHEDULED: "check-in",
    Status.CONFIRMED: "check-in",
    Status.CHECKED_IN: "start",
    Status.IN_PROGRESS: "complete",
}


def own_doctor(actor: User) -> Doctor | None:
    return Doctor.objects.filter(user=actor).first()


def doctor_for(actor: User, right: Right, pk: int | None) -> Doctor:
    """The doctor of the address, or ``actor``'s own. Raises Http404 where the right does not reach them."""
    doctor = own_doctor(actor) if pk is None else Doctor.objects.filter(pk=pk).first()
    # A doctor's own rights go as far as their own record, also where the directory shows all.
    if doctor is None or not covers(actor, right, doctor):
        raise Http404
    return doctor


def today_of(doctor: Doctor, now: datetime) -> date:
    """The local date where the doctor is, or was last, or will be next."""
    return place_of(doctor, now).local(now).date()


def place_of(doctor: Doctor, now: datetime) -> Location:
    return availability.nearest_location(doctor, Interval.lasting(now, 1)) or Location.objects.default()


def visits_of_day(actor: User, doctor: Doctor, day: date) -> list[Appointment]:
    """The doctor's visits that begin on the local ``day``, wherever they are; two queries with the last changes."""
    utc = Interval(start_of_day(day, UTC) - DAY, start_of_day(day + DAY, UTC) + DAY)
    rows = visible_to(actor, Appointment.objects.filter(doctor=doctor).overlapping(utc))
    visits = rows.with_names().select_related("location").order_by("start", "id")
    found = [visit for visit in visits if visit.location.local(visit.start).date() == day]
    trail.saw(found)
    return found


class DayView(StaffPage):
    """``/my-day/``, and any doctor's day for the desk."""

    right: ClassVar = Right.READ_APPOINTMENTS
    audited: ClassVar = {"get": "appointment.list"}

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if pk is None and own_doctor(self.actor) is None:
            return render(request, "web/doctor/unlinked.html")
        doctor = doctor_for(self.actor, self.right, pk)
        now = clock.now()
        place = place_of(doctor, now)
        today = place.local(now).date()
        day = read_day(request.GET.get("day")) or today
        visits = visits_of_day(self.actor, doctor, day)
        runs_the_day = covers(self.actor, Right.RUN_THE_DAY, doctor)
        undoable = _undoable(visits) if runs_the_day else set()
        shown = {
            "doctor": doctor,
            "own": pk is None,
            "day": day,
            "today": today,
            "now": now,
            "place": place,
            "previous": day - DAY,
            "following": day + DAY,
            "rows": [_row(visit, runs_the_day, visit.pk in undoable) for visit in visits],
            "blocking": sum(visit.blocks for visit in visits),
            "may_edit_hours": covers(self.actor, Right.EDIT_AVAILABILITY, doctor),
            "may_read_patients": may(self.actor, Right.READ_PATIENTS),
        }
        return render(request, "web/doctor/day.html", shown)


class StepView(StaffPage):
    """One step of a visit's life cycle, or the last one back."""

    right: ClassVar = Right.RUN_THE_DAY
    audited: ClassVar = {"post": "appointment.change"}

    def post(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        visit = within_reach(self.actor, self.right, Appointment.objects.filter(pk=pk)).first()
        if visit is None or (name != "undo" and name not in DAY_STEPS):
            raise Http404
        seen = read_id(request.POST.get("version"))
        trail.name(f"appointment.{name.replace('-', '_')}", pk)
        try:
            if name == "undo":
                visit = services.undo(visit, seen_version=seen, actor=self.actor)
            else:
                visit = DAY_STEPS[name].service(visit, seen_version=seen, actor=self.actor)
        except DomainError as error:
            messages.error(request, words(error))
        day = read_day(request.POST.get("day"))
        own = own_doctor(self.actor)
        page = redirect("my-day") if own and own.pk == visit.doctor_id else redirect("doctor-day", pk=visit.doctor_id)
        page["Location"] += f"?day={day.isoformat()}#visit-{visit.pk}" if day else f"#visit-{visit.pk}"
        return page


def _row(visit: Appointment, runs_the_day: bool, undoable: bool) -> dict[str, Any]:
    possible = [step for step in DAY_STEPS.values() if step.status in TRANSITIONS[visit.status]] if runs_the_day else []
    following = NEXT.get(Status(visit.status))
    return {
        "visit": visit,
        "next": next((step for step in possible if step.name == following), None),
        "others": [step for step in possible if step.name != following],
        "undoable": undoable,
    }


def _undoable(visits: list[Appointment]) -> set[int]:
    """Those whose last change can be taken back here: a step, not a booking, a move or what was undone already."""
    changes = AppointmentChange.objects.filter(appointment__in=[visit.pk for visit in visits]).order_by("id")
    last = dict(changes.values_list("appointment_id", "action"))
    return {pk for pk, action in last.items() if action == AppointmentChange.Action.STATUS}
