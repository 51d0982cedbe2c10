"""The steps of a booking, the same for visitors and patients: what for, who, when, details, check.

Each step is an address of its own and works without scripts. The first three are plain links and GET forms, in which
nothing is personal; from the time on, what was chosen is in the session (`web.drafts`).
"""

from typing import Any, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from appointments import online
from appointments.alternatives import TIME_REFUSALS
from appointments.errors import HoldGone
from appointments.finding import Slot
from clinics.models import AppointmentType, Location
from common import trail
from common.errors import Refused
from common.metrics import count_refusal
from common.text import folded, typed
from doctors.models import Doctor
from web.days import read_day
from web.forms.booking import WhoForm
from web.picker import Wish, pick, read_value
from web.refusals import words
from web.views.booking.step import ChosenStep, Step, standing, take

MOST_KINDS, MOST_DOCTORS = 60, 50


def asked_for(request: HttpRequest) -> str:
    """What is typed to find a type of visit, or a doctor."""
    return typed(request.GET.get("q", ""))


class WhatStep(Step):
    """What for: the types that patients may book."""

    step, template = "what", "what"

    def get(self, request: HttpRequest) -> HttpResponse:
        kinds, query = list(online.types_bookable()), asked_for(request)
        found = [kind for kind in kinds if folded(query) in folded(kind.name)]
        return self.show(kinds=found[:MOST_KINDS], more=len(found) > MOST_KINDS, query=query, any_kind=bool(kinds))


class WhoStep(Step):
    """Where, if there are several places, and with whom."""

    step, template = "who", "who"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        kind = self.kind(pk)
        places = online.places_for(kind)
        form = WhoForm(kind, places, {"location": request.GET.get("location") or places[0].pk}) if places else None
        query = asked_for(request)
        rows = cast(Any, form.fields["doctor"]).queryset if form else Doctor.objects.none()
        found = list((rows.known_as(query).by_relevance(query) if query else rows)[: MOST_DOCTORS + 1])
        return self.show(
            kind=kind,
            form=form,
            doctors=found[:MOST_DOCTORS],
            more=len(found) > MOST_DOCTORS,
            query=query,
            several_places=len(places) > 1,
            who_url=self.url("who", kind.pk),
            times_url=self.url("times", kind.pk),
        )


class TimesStep(Step):
    """When: the free times of a few days, by day."""

    step, template = "times", "times"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.pickable(self.kind(pk))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        kind = self.kind(pk)
        chosen = read_value(request.POST.get("time", ""))
        wish, any_doctor = self.wish(kind)
        before = self.drafts.read()
        if before and chosen == (before.doctor.pk, before.start) and before.kind == kind and standing(before):
            return self.to("details")
        slot = wish.offers(*chosen) if chosen else None
        if slot is None:
            problem = _("This time is no longer free. Please choose another.") if chosen else _("Please choose a time.")
            return self.pickable(kind, problem=problem)
        try:
            take(self, slot, kind, any_doctor)
        except Refused as refusal:
            return self.pickable(kind, problem=words(refusal))
        return self.to("details")

    def wish(self, kind: AppointmentType) -> tuple[Wish, bool]:
        """What the address asks for, and whether any doctor will do. What it names and is not there is a 404."""
        asked, places = self.request.GET, online.places_for(kind)
        if not places:
            return Wish([], Location.objects.default(), kind), True
        form = WhoForm(kind, places)
        named = {"location": asked.get("location") or places[0].pk, "doctor": asked.get("doctor", "")}
        try:
            location = form.fields["location"].clean(named["location"])
            doctor = form.fields["doctor"].clean(named["doctor"])
        except forms.ValidationError:
            raise Http404 from None
        if doctor is None:
            return Wish(list(online.doctors_for(kind, location)), location, kind), True
        return Wish([doctor], location, kind), False

    def pickable(self, kind: AppointmentType, problem: str = "") -> HttpResponse:
        wish, any_doctor = self.wish(kind)
        assert wish.location
        own = self.own_slot(kind, wish)
        picker = pick(wish, read_day(self.request.GET.get("from")), zone_of=wish.location, own=own)
        asked = {"location": wish.location.pk, "doctor": "" if any_doctor else wish.doctors[0].pk}
        context = {
            "kind": kind,
            "picker": picker,
            "location": wish.location,
            "doctor": None if any_doctor else wish.doctors[0],
            "several": len(wish.doctors) > 1,
            "asked": asked,
            "problem": problem,
            "who_url": self.url("who", kind.pk),
        }
        return self.show(409 if problem else 200, **context)

    def own_slot(self, kind: AppointmentType, wish: Wish) -> Slot | None:
        """The time that is kept for this visitor already: to others it is taken, to them it is on the list."""
        before = self.drafts.read()
        if not before or before.kind != kind or before.location != wish.location or before.doctor not in wish.doctors:
            return None
        return Slot(before.start, before.end, before.doctor, before.location) if standing(before) else None


class DetailsStep(ChosenStep):
    """Who comes."""

    step, template = "details", "details"

    def form(self, data: Any = None) -> forms.Form:
        raise NotImplementedError

    def keep(self, form: forms.Form) -> None:
        """Put what was entered into the draft."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.still_kept():
            return self.to("lost")
        return self.show(chosen=self.chosen, form=self.form())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self.show(400, chosen=self.chosen, form=form)
        self.keep(form)
        self.drafts.keep(self.chosen.draft)
        return self.to("check") if self.still_kept() else self.to("lost")


class CheckStep(ChosenStep):
    """Everything once more, and the button that books."""

    step, template = "check", "check"

    def facts(self) -> list[tuple[str, str]]:
        """What was entered, to be read through."""
        raise NotImplementedError

    def has_details(self) -> bool:
        return bool(self.chosen.draft.details)

    def book(self, key: str) -> HttpResponse:
        """Book what was chosen, and lead to what comes after. Raises `Refused`."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.has_details():
            return self.to("details")
        if not self.still_kept():
            return self.to("lost")
        return self.review()

    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.has_details():
            trail.refused()
            return self.to("details")
        if request.POST.get("key", "") != self.chosen.draft.key:
            return self.review(_("You have chosen another time meanwhile. Please check it once more."))
        try:
            return self.book(self.chosen.draft.key)
        except (*TIME_REFUSALS, HoldGone) as refusal:
            count_refusal(refusal.code)
            return self.to("lost")
        except Refused as refusal:
            return self.review(words(refusal))

    def review(self, problem: str = "") -> HttpResponse:
        return self.show(409 if problem else 200, chosen=self.chosen, facts=self.facts(), problem=problem)


class LostStep(ChosenStep):
    """The time is gone: what was entered stays, and three others are offered."""

    step, template = "times", "lost"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.offer()

    def post(self, request: HttpRequest) -> HttpResponse:
        chosen = read_value(request.POST.get("time", ""))
        wanted = next((slot for slot in self.others() if (slot.doctor.pk, slot.start) == chosen), None)
        if wanted is None:
            return self.offer(_("This time is no longer free. Please choose another."))
        try:
            take(self, wanted, self.chosen.kind, self.chosen.draft.any_doctor)
        except Refused as refusal:
            return self.offer(words(refusal))
        return self.to("check") if self.chosen.draft.details else self.to("details")

    def others(self) -> list[Slot]:
        chosen = self.chosen
        return online.other_times(
            kind=chosen.kind,
            doctor=chosen.doctor,
            location=chosen.location,
            start=chosen.start,
            any_doctor=chosen.draft.any_doctor,
        )

    def offer(self, problem: str = "") -> HttpResponse:
        return self.show(409 if problem else 200, chosen=self.chosen, others=self.others(), problem=problem)
