"""One visit: its facts, what may be done with it, and doing it. A dialog of the desk, and a page without JavaScript."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from accounts.roles import Right
from appointments import availability, services
from appointments.alternatives import TIME_REFUSALS, alternatives
from appointments.finding import Slot
from appointments.lengths import may_vary
from appointments.lifecycle import MOVABLE
from appointments.models import Appointment
from appointments.permissions import covers, visible_to, within_reach
from clinics.models import Location
from common import trail
from common.errors import DomainError
from common.ids import read_id
from doctors.models import Doctor
from scheduling.hours import happens_twice
from web.forms.visits import DropForm, MoveForm, ReasonForm
from web.refusals import refuse, status_of, words
from web.steps import STEPS, noted_as, steps_for, undoable
from web.templatetags.web import STATUS_WORDS
from web.views.desk.access import AtTheDesk
from web.views.desk.calendar import wall

RENAMED = {"appointment_time": "time", "duration_minutes": "minutes"}


class VisitView(AtTheDesk):
    """/desk/visits/{id}/"""

    audited: ClassVar = {"get": "appointment.read"}
    rows: ClassVar = Appointment.objects.with_names().select_related("location")

    def visit(self, pk: int) -> Appointment:
        return get_object_or_404(visible_to(self.actor, self.rows.all()), pk=pk)

    def to_change(self, pk: int, right: Right) -> Appointment:
        return get_object_or_404(within_reach(self.actor, right, self.rows.all()), pk=pk)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.shown(self.visit(pk))

    def shown(self, visit: Appointment, error: str = "", status: int = 200) -> HttpResponse:
        """The dialog's content for who is on the desk already, else the whole page."""
        trail.saw([visit])
        changes = list(visit.history.select_related("by", "from_doctor", "to_doctor", "to_location").order_by("-id"))
        facts = {
            "visit": visit,
            "place": visit.location,
            "steps": steps_for(self.actor, visit),
            "undoable": bool(changes) and undoable(visit) and covers(self.actor, Right.RUN_THE_DAY, visit),
            "movable": visit.status in MOVABLE and covers(self.actor, Right.BOOK, visit),
            "changes": changes,
            "error": error,
            "form": ReasonForm(initial={"version": visit.version}),
        }
        return self.rendered("visit", facts, status)

    def rendered(self, name: str, facts: dict[str, Any], status: int = 200) -> HttpResponse:
        template = f"web/desk/_{name}.html" if self.inside else f"web/desk/{name}.html"
        return render(self.request, template, {**facts, "inside": self.inside}, status=status)

    def done(self, visit: Appointment, text: str) -> HttpResponse:
        """Tell of what was done; the dialog shows the visit anew, and the calendar behind it is drawn again."""
        if not self.inside:
            messages.success(self.request, text)
            return redirect("desk-visit", pk=visit.pk)
        return trigger_client_event(self.shown(self.visit(visit.pk)), "visit-changed", {"text": text})


class StepView(VisitView):
    """POST /desk/visits/{id}/{step}/: one step of the life cycle."""

    needs = Right.BOOK
    http_method_names = ["post"]  # noqa: RUF012 - Django's own option

    def action(self, request: HttpRequest) -> str | None:
        step = self.kwargs["step"]
        return noted_as(step) if request.method == "POST" and step in STEPS else None

    def post(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        if step not in STEPS:
            raise Http404
        taken = STEPS[step]
        visit = self.to_change(pk, taken.right)
        form = ReasonForm(request.POST)
        if not form.is_valid():
            return self.shown(visit, told(form), 400)
        try:
            visit = taken.service(
                visit,
                actor=self.actor,
                reason=form.cleaned_data["reason"],
                seen_version=form.cleaned_data["version"],
            )
        except DomainError as error:
            return self.shown(self.visit(pk), words(error), status_of(error))
        status = STATUS_WORDS[visit.status]
        return self.done(visit, _("%(patient)s: %(status)s.") % {"patient": visit.patient, "status": status})


class UndoView(VisitView):
    """POST /desk/visits/{id}/undo/: take the last change back."""

    needs = Right.RUN_THE_DAY
    audited: ClassVar = {"post": "appointment.undo"}
    http_method_names = ["post"]  # noqa: RUF012 - Django's own option

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.to_change(pk, Right.RUN_THE_DAY)
        try:
            visit = services.undo(visit, actor=self.actor)
        except DomainError as error:
            return self.shown(self.visit(pk), words(error), status_of(error))
        status = STATUS_WORDS[visit.status]
        return self.done(
            visit, _("Taken back. %(patient)s: %(status)s.") % {"patient": visit.patient, "status": status}
        )


class MoveView(VisitView):
    """/desk/visits/{id}/move/: the form that does what dragging does."""

    needs = Right.BOOK
    audited: ClassVar = {"get": "appointment.read", "post": "appointment.reschedule"}

    def form(self, visit: Appointment, **kwargs: Any) -> MoveForm:
        return MoveForm(
            visit=visit,
            doctors=within_reach(self.actor, Right.BOOK, Doctor.objects.active()).order_by("name_key", "id"),
            overrides=covers(self.actor, Right.OVERRIDE, visit),
            **kwargs,
        )

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.to_change(pk, Right.BOOK)
        local = visit.location.local(visit.start)
        initial = {
            "doctor": visit.doctor_id,
            "date": local.date(),
            "time": local.time(),
            "minutes": visit.duration_minutes,
            "version": visit.version,
        }
        return self.asked(visit, self.form(visit, initial=initial))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.to_change(pk, Right.BOOK)
        form = self.form(visit, data=request.POST)
        if not form.is_valid():
            return self.asked(visit, form, status=400)
        wanted, before = form.cleaned_data, visit.location_id
        try:
            visit = services.reschedule(
                visit,
                start=wanted["start"],
                doctor=wanted["doctor"],
                duration_minutes=wanted.get("minutes"),
                override=wanted.get("override", False),
                reason=wanted["reason"],
                seen_version=wanted["version"],
                actor=self.actor,
            )
        except DomainError as error:
            refuse(form, error, RENAMED)
            return self.asked(visit, form, other_times(error), status_of(error))
        return self.done(visit, moved_text(visit, before))

    def asked(
        self, visit: Appointment, form: MoveForm, others: list[dict[str, str]] | None = None, status: int = 200
    ) -> HttpResponse:
        varies = "minutes" in form.fields
        there = availability.location_of(visit.doctor, visit.interval) if varies else visit.location
        facts = {
            "visit": visit,
            "place": visit.location,
            # Hours may have changed since it was booked: a visit is where its doctor is, at its old time, too.
            "elsewhere": there if there != visit.location else None,
            "form": form,
            "others": others or [],
        }
        return self.rendered("move", facts, status)


class DropView(VisitView):
    """POST /desk/visits/{id}/drop/: a visit was dragged or stretched in the calendar; the answer is JSON."""

    needs = Right.BOOK
    audited: ClassVar = {"post": "appointment.reschedule"}
    http_method_names = ["post"]  # noqa: RUF012 - Django's own option

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        visit = self.to_change(pk, Right.BOOK)
        # The clock of the calendar that it was dropped in.
        asked = read_id(request.POST.get("place"))
        place = Location.objects.filter(pk=asked).first() if asked else None
        form = DropForm(
            request.POST,
            visit=visit,
            place=place or visit.location,
            doctors=within_reach(self.actor, Right.BOOK, Doctor.objects.active()),
        )
        if not form.is_valid():
            return JsonResponse({"text": told(form)}, status=400)
        wanted, before = form.cleaned_data, visit.location_id
        minutes = int((wanted["end"] - wanted["start"]).total_seconds()) // 60
        try:
            visit = services.reschedule(
                visit,
                start=wanted["start"],
                doctor=wanted["doctor"],
                duration_minutes=minutes if may_vary(visit) else None,
                seen_version=wanted["version"],
                actor=self.actor,
            )
        except DomainError as error:
            return JsonResponse({"text": words(error)}, status=status_of(error))
        return JsonResponse({"text": moved_text(visit, before)})


def moved_text(visit: Appointment, location_before: int) -> str:
    """When the patient comes now, and to whom; and where, if that is not where it was."""
    when = formats.date_format(visit.location.local(visit.start), "l j F, H:i")
    told = {"patient": visit.patient, "when": when, "doctor": visit.doctor, "location": visit.location}
    if visit.location_id != location_before:
        return _("%(patient)s now comes on %(when)s to %(doctor)s, at another location: %(location)s.") % told
    return _("%(patient)s now comes on %(when)s to %(doctor)s.") % told


def other_times(error: DomainError) -> list[dict[str, str]]:
    """Up to three free times near the one that was refused, for buttons."""
    visit = getattr(error, "about", None)
    if not isinstance(error, TIME_REFUSALS) or visit is None:
        return []
    return [described(slot) for slot in alternatives(visit)]


def described(slot: Slot) -> dict[str, str]:
    """A free time as a button says and sends it."""
    local = slot.location.local(slot.start)
    words, at = formats.date_format(local, "l j F, H:i"), wall(slot.start, slot.location)
    if happens_twice(local):
        words, at = f"{words} ({local:%Z})", local.isoformat(timespec="minutes")
    return {
        "doctor": str(slot.doctor.pk),
        "doctor_name": slot.doctor.full_name,
        "place": slot.location.name,
        "date": local.strftime("%Y-%m-%d"),
        "time": local.strftime("%H:%M"),
        "value": f"{slot.doctor.pk}@{at}@{slot.location.pk}",
        "words": words,
    }


def told(form: forms.Form) -> str:
    """Everything that is wrong with a form, in one line."""
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
