"""The check-in board: who is expected, who has arrived, who is in the room, who is done. Today, at one place or all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_htmx.http import trigger_client_event

from accounts.models import User
from accounts.roles import Right, may
from appointments import services
from appointments.daybook import days_at, stamp
from appointments.lifecycle import Status
from appointments.models import Appointment, AppointmentChange, AppointmentQuerySet
from appointments.permissions import visible_to, within_reach
from common import clock, trail
from common.errors import DomainError
from scheduling.intervals import MINUTE
from web.forms.visits import ReasonForm
from web.refusals import status_of, words
from web.steps import STEPS, Step, noted_as, steps_from
from web.templatetags.web import STATUS_WORDS
from web.views.desk.access import AtTheDesk
from web.views.desk.wanted import Wanted

Action = AppointmentChange.Action
EXPECTED, HERE = (Status.SCHEDULED, Status.CONFIRMED), (Status.CHECKED_IN, Status.IN_PROGRESS)
COLUMNS: tuple[tuple[str, str | Promise, tuple[Status, ...]], ...] = (
    ("expected", _("Expected"), EXPECTED),
    ("arrived", _("Arrived"), (Status.CHECKED_IN,)),
    ("room", _("In the room"), (Status.IN_PROGRESS,)),
    ("done", _("Done"), (Status.COMPLETED,)),
)
OFF = (Status.NO_SHOW, Status.CANCELLED)
# The step that mostly comes next has the large button.
NEXT = {
    Status.SCHEDULED: "check-in",
    Status.CONFIRMED: "check-in",
    Status.CHECKED_IN: "start",
    Status.IN_PROGRESS: "complete",
    Status.NO_SHOW: "check-in",
}
MOST_CARDS = 500
IS_HERE = Case(When(status__in=HERE, then=1), default=0)
ON_THE_BOARD = frozenset({"check-in", "start", "complete", "no-show", "put-back"})


@dataclass(frozen=True, slots=True)
class Card:
    """A visit on the board. ``minutes`` are those that it is late, or that the patient has waited."""

    visit: Appointment
    next: Step | None
    others: list[Step]
    undoable: bool
    late: int
    waits: int


class BoardView(AtTheDesk):
    """/board/, and /board/list/ for a page that asks for news."""

    audited: ClassVar = {"get": "appointment.list"}
    template = "web/desk/board.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(self.wanted())

    def wanted(self) -> Wanted:
        """The desk's filters, and a day of all of them: a week would be one doctor's."""
        return Wanted.read(self.request, self.actor, view="day")

    def shown(self, wanted: Wanted, *, error: str = "", status: int = 200) -> HttpResponse:
        now = clock.now()
        span = days_at(wanted.place, wanted.today)
        visits = visits_of(self.actor, wanted)
        version = version_of(wanted, visits, now)
        today = visits.overlapping(span).with_names().select_related("location").order_by("start", "id")
        found = list(today[: MOST_CARDS + 1])
        crowded = len(found) > MOST_CARDS
        if crowded:  # who is here first, then who comes next; who has gone need not be looked for
            soonest = today.filter(status__in=[*EXPECTED, *HERE]).order_by(IS_HERE.desc(), "start", "id")
            found = sorted(soonest[:MOST_CARDS], key=lambda visit: (visit.start, visit.pk))
        trail.saw(found)
        cards = list(as_cards(found, now, runs=may(self.actor, Right.RUN_THE_DAY), books=may(self.actor, Right.BOOK)))
        facts = {
            "wanted": wanted,
            "place": wanted.place,
            "columns": [
                (name, title, [card for card in cards if card.visit.status in statuses])
                for name, title, statuses in COLUMNS
            ],
            "off": [card for card in cards if card.visit.status in OFF],
            "crowded": crowded,
            "version": version,
            "error": error,
            "may_book": may(self.actor, Right.BOOK),
            "on_board": True,
        }
        return render(self.request, self.template, facts, status=status)


class BoardListView(BoardView):
    """/board/list/?seen=: the lists, or 204 where they are as they were."""

    audited: ClassVar = {}  # asking often whether something has changed is no reading
    template = "web/desk/_board.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        wanted = self.wanted()
        if request.GET.get("seen") == version_of(wanted, visits_of(self.actor, wanted), clock.now()):
            return HttpResponse(status=204)
        trail.name("appointment.list")
        return self.shown(wanted)


class BoardStepView(BoardView):
    """POST /board/visits/{id}/{step}/: one step, or the last one back; the answer is the board as it is then."""

    needs = Right.RUN_THE_DAY
    template = "web/desk/_board.html"
    http_method_names = ["post"]  # noqa: RUF012 - Django's own option

    def action(self, request: HttpRequest) -> str | None:
        step = self.kwargs["step"]
        return noted_as(step) if request.method == "POST" and step in {"undo", *ON_THE_BOARD} else None

    def post(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        if step not in {"undo", *ON_THE_BOARD}:
            raise Http404
        right = Right.RUN_THE_DAY if step == "undo" else STEPS[step].right
        rows = Appointment.objects.with_names().select_related("location")
        visit = get_object_or_404(within_reach(self.actor, right, rows), pk=pk)
        form = ReasonForm(request.POST)
        seen = form.cleaned_data.get("version") if form.is_valid() else None
        service = services.undo if step == "undo" else STEPS[step].service
        try:
            visit = service(visit, actor=self.actor, seen_version=seen)
        except DomainError as error:
            return self.refused(words(error), status_of(error))
        return self.done(f"{visit.patient}: {STATUS_WORDS[visit.status]}.")

    def refused(self, text: str, status: int) -> HttpResponse:
        if not self.inside:
            messages.error(self.request, text)
            return redirect("board")
        return self.shown(self.wanted(), error=text, status=status)

    def done(self, text: str) -> HttpResponse:
        if not self.inside:
            messages.success(self.request, text)
            return redirect("board")
        board = self.shown(self.wanted())
        return trigger_client_event(board, "visit-changed", {"text": text, "quiet": True})


def visits_of(actor: User, wanted: Wanted) -> AppointmentQuerySet:
    """What the board is about: the filters are those of the desk."""
    visits = visible_to(actor, Appointment.objects.all())
    if wanted.location:
        visits = visits.filter(location=wanted.location)
    if wanted.doctor or wanted.specialization:
        visits = visits.filter(doctor__in=wanted.doctors)
    return visits


def version_of(wanted: Wanted, visits: AppointmentQuerySet, now: datetime) -> str:
    """Changes with the visits, and with every minute: somebody is late by then."""
    return f"{stamp((), visits, days_at(wanted.place, wanted.today))}-{int(now.timestamp()) // 60}"


def as_cards(visits: list[Appointment], now: datetime, *, runs: bool, books: bool) -> Iterable[Card]:
    """The visits with what may be done with them; one query for what was done last."""
    changes = AppointmentChange.objects.filter(appointment__in=[visit.pk for visit in visits]).order_by("id")
    last: dict[int, Any] = {row[0]: row[1:] for row in changes.values_list("appointment_id", "action", "at")}
    for visit in visits:
        action, since = last[visit.pk]
        offered = [
            step
            for step in steps_from(visit.status)
            if step.name in ON_THE_BOARD and (runs if step.right is Right.RUN_THE_DAY else books)
        ]
        following = NEXT.get(Status(visit.status))
        expected = visit.status in EXPECTED
        late = max((now - visit.start) // MINUTE, 0) if expected else 0
        # From the board one goes on step by step, and nobody has missed what is to come: the rest is in the dialog.
        beside = ("no-show", "put-back") if late else ("put-back",)
        yield Card(
            visit=visit,
            next=next((step for step in offered if step.name == following), None),
            others=[step for step in offered if step.name in beside],
            undoable=runs and not expected and action in (Action.MOVED, Action.STATUS),
            late=late,
            waits=max((now - since) // MINUTE, 0) if visit.status == Status.CHECKED_IN else 0,
        )
