"""A patient's visits: the list, and one of them to see, move or cancel."""

from functools import cached_property
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from accounts.models import User
from accounts.roles import Right
from appointments.lifecycle import BLOCKS
from appointments.models import Appointment, WaitlistEntry
from appointments.permissions import visible_to, within_reach
from common import clock, trail
from web.views.my.base import MyPage
from web.views.visits.pages import CalendarPage, CancelPage, MovePage, SeePage, VisitPage

PAST_ON_A_PAGE = 20


def visits_of(user: User) -> QuerySet[Appointment]:
    rows = Appointment.objects.select_related("patient", "doctor", "location", "appointment_type")
    return visible_to(user, rows)


class VisitsPage(MyPage):
    """What is to come, the next first, and what was, the last first."""

    audited: ClassVar = {"get": "appointment.list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        now = clock.now()
        coming = list(visits_of(self.actor).filter(BLOCKS, end__gt=now).order_by("start", "id"))
        others = visits_of(self.actor).exclude(pk__in=[visit.pk for visit in coming]).order_by("-start", "-id")
        past = Paginator(others, PAST_ON_A_PAGE).get_page(request.GET.get("page"))
        offered = within_reach(self.actor, Right.WAIT, WaitlistEntry.objects.filter(offers__status="pending"))
        trail.saw([*coming, *past])
        context = {
            "coming": coming,
            "past": past,
            "people": self.people,
            "offered": offered.filter(offers__expires_at__gt=now).exists(),
        }
        return render(request, "web/my/visits.html", context)


class Mine(VisitPage):
    """A page about one of one's own visits; another's is not there."""

    right: ClassVar = Right.READ_APPOINTMENTS
    actor: User

    @cached_property
    def visit(self) -> Appointment:
        pk = self.kwargs["pk"]
        visit = get_object_or_404(within_reach(self.actor, self.right, visits_of(self.actor)), pk=pk)
        trail.saw([visit])
        return visit

    @property
    def by(self) -> User:
        return self.actor

    def url(self, name: str) -> str:
        return reverse(f"my-visit-{name}", args=[self.kwargs["pk"]])

    def show(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        return super().show(template, status, mine=True, **context)


class See(Mine, MyPage, SeePage):
    audited: ClassVar = SeePage.audited


class CalendarFile(Mine, MyPage, CalendarPage):
    audited: ClassVar = CalendarPage.audited


class Move(Mine, MyPage, MovePage):
    audited: ClassVar = MovePage.audited
    right: ClassVar = Right.BOOK


class Cancel(Mine, MyPage, CancelPage):
    audited: ClassVar = CancelPage.audited
    right: ClassVar = Right.BOOK
