"""The waiting list, from a patient's side: what they wait for, what is offered, joining and leaving."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Right
from appointments import policy, waitlist
from appointments.models import WaitlistEntry, WaitlistOffer
from appointments.permissions import within_reach
from clinics.models import Location
from common import clock, trail
from common.errors import Conflict, Refused
from web.forms.my import WaitForm
from web.refusals import refuse, status_of, words
from web.views.my.base import MyPage

USUAL_WAIT = timedelta(days=30)


class WaitingPage(MyPage):
    """What they wait for; an offer whose time is over has lapsed."""

    right: ClassVar = Right.READ_WAITLIST
    audited: ClassVar = {"get": "waitlist_entry.list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        waitlist.lapse_due()
        named = self.entries().select_related("patient", "doctor", "appointment_type", "location")
        entries = list(named.filter(status__in=waitlist.STANDING).order_by("created_at", "id"))
        trail.saw(entries)
        pending = WaitlistOffer.objects.pending().filter(entry__in=entries).select_related("doctor", "location")
        offers = {offer.entry_id: offer for offer in pending}
        waiting = [self._shown(entry, offers.get(entry.pk)) for entry in entries]
        return render(request, "web/my/waiting.html", {"waiting": waiting})

    def _shown(self, entry: WaitlistEntry, offer: WaitlistOffer | None) -> dict[str, Any]:
        final = offer is not None and policy.is_past_cut_off(offer.location, offer.start, clock.now())
        return {"entry": entry, "offer": offer, "final": final}

    def entries(self) -> QuerySet[WaitlistEntry]:
        return within_reach(self.actor, self.right, WaitlistEntry.objects.all())


class JoinPage(MyPage):
    """Put oneself or a child on the list."""

    right: ClassVar = Right.WAIT
    audited: ClassVar = {"post": "waitlist_entry.join"}

    def get(self, request: HttpRequest) -> HttpResponse:
        today = Location.objects.default().local(clock.now()).date()
        return self._page(WaitForm(self.people, initial={"earliest": today, "latest": today + USUAL_WAIT}))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = WaitForm(self.people, request.POST)
        if not form.is_valid():
            return self._page(form, 400)
        try:
            trail.saw([waitlist.join(**form.wishes(), as_patient=True, actor=self.actor)])
        except (Refused, Conflict) as refusal:
            refuse(form, refusal)
            return self._page(form, status_of(refusal))
        messages.success(request, _("You are on the waiting list. What becomes free is offered to you here."))
        return redirect("my-waiting")

    def _page(self, form: WaitForm, status: int = 200) -> HttpResponse:
        return render(self.request, "web/my/join.html", {"form": form, "people": self.people}, status=status)


class Answer(MyPage):
    """What is done with one entry: a POST, and back to the list."""

    right: ClassVar = Right.WAIT

    def act(self, entry: WaitlistEntry) -> HttpResponse:
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = within_reach(self.actor, self.right, WaitlistEntry.objects.all())
        entry: WaitlistEntry = get_object_or_404(rows, pk=pk)
        waitlist.lapse_due(entry)
        try:
            return self.act(entry)
        except (Refused, Conflict) as refusal:
            messages.error(request, words(refusal))
            return redirect("my-waiting")

    def done(self, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect("my-waiting")


class Accept(Answer):
    audited: ClassVar = {"post": "waitlist_entry.accept"}

    def act(self, entry: WaitlistEntry) -> HttpResponse:
        visit = waitlist.accept(entry, actor=self.actor)
        messages.success(self.request, _("Your visit is booked."))
        return redirect("my-visit-link", pk=visit.pk)


class Decline(Answer):
    audited: ClassVar = {"post": "waitlist_entry.decline"}

    def act(self, entry: WaitlistEntry) -> HttpResponse:
        waitlist.decline(entry)
        return self.done(_("The time goes to the next. You go on waiting for another."))


class Leave(Answer):
    audited: ClassVar = {"post": "waitlist_entry.withdraw"}

    def act(self, entry: WaitlistEntry) -> HttpResponse:
        waitlist.withdraw(entry)
        return self.done(_("You are no longer on the waiting list for this."))


ANSWERS: dict[str, Callable[..., Any]] = {
    "accept": Accept.as_view(),
    "decline": Decline.as_view(),
    "leave": Leave.as_view(),
}
