"""A doctor's weekly hours as rows, and what they come to: the next two weeks, and the visits left outside."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Right, may
from appointments import availability, hours
from appointments.opening import OpenDay, open_days
from appointments.permissions import visible_to
from clinics import services as clinic_services
from clinics.models import Location
from common import clock, trail
from common.errors import DomainError
from common.text import typed
from common.transactions import atomic
from doctors import services as doctor_services
from doctors.models import Doctor, WeeklyHours
from web.access import StaffPage
from web.forms.hours import WeekFormSet, WindowForm, week_of
from web.refusals import status_of, words
from web.seen import require_seen, tag
from web.views.doctor.day import doctor_for, own_doctor, today_of

DAYS_DRAWN = 14
MOST_LISTED = 20
MOST_DOCTORS = 100


def drawn(doctor: Doctor, **tried: Any) -> dict[str, Any]:
    """The days to draw, and whether they have to say where each stretch is."""
    days: list[OpenDay] = open_days(doctor, first=today_of(doctor, clock.now()), days=DAYS_DRAWN, **tried)
    return {"days": days, "several_places": len({stretch.location.pk for day in days for stretch in day.stretches}) > 1}


class HoursView(StaffPage):
    """``/my-hours/``, and any doctor's hours for those who keep them."""

    right: ClassVar = Right.EDIT_AVAILABILITY

    def action(self, request: HttpRequest) -> str | None:
        """To look, and to try hours on, shows whose visits are outside of them."""
        tried = request.method != "POST" or self.inside or "preview" in request.POST
        return "appointment.list_outside_hours" if tried else "doctor.set_hours"

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if pk is None and own_doctor(self.actor) is None:
            return render(request, "web/doctor/unlinked.html")
        doctor = doctor_for(self.actor, self.right, pk)
        week = self._stored(doctor)
        return self._page(request, doctor, self._formset(initial=week), tag(*week))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        doctor = doctor_for(self.actor, self.right, pk)
        seen = request.POST.get("seen", "")
        formset = self._formset(request.POST, initial=self._stored(doctor))
        readable = formset.is_valid()
        if self.inside:
            tried = self._tried(doctor, week_of(formset, doctor)) if readable else {}
            return render(request, "web/doctor/outlook.html", {"unreadable": not readable, "tried": True, **tried})
        if not readable:
            return self._page(request, doctor, formset, seen, status=400)
        week = week_of(formset, doctor)
        if "preview" in request.POST:
            return self._page(request, doctor, formset, seen, tried=True, **self._tried(doctor, week))
        try:
            self._store(doctor, week, seen)
        except DomainError as error:
            return self._page(request, doctor, formset, seen, refusal=words(error), status=status_of(error))
        messages.success(request, _("The hours are saved."))
        outside = len(availability.outside_hours(doctor, now=clock.now()))
        if outside:
            told = ngettext(
                "%(n)d visit is outside the hours now. It is kept: move or cancel it.",
                "%(n)d visits are outside the hours now. They are kept: move or cancel them.",
                outside,
            )
            messages.warning(request, told % {"n": outside})
        return redirect("my-hours") if pk is None else redirect("doctor-hours", pk=pk)

    @atomic
    def _store(self, doctor: Doctor, week: list[WeeklyHours], seen: str) -> None:
        clinic_services.lock_locations(window.location for window in week)  # before the doctor: see doctors.places
        doctor_services.lock(doctor)
        require_seen(self._stored(doctor), seen)
        hours.set_weekly_hours(doctor, week)

    def _stored(self, doctor: Doctor) -> list[WeeklyHours]:
        rows = WeeklyHours.objects.filter(doctor=doctor).select_related("location")
        return list(rows.order_by("weekday", "start", "id"))

    def _formset(self, data: Any = None, *, initial: Sequence[WeeklyHours]) -> Any:
        used = {window.location_id for window in initial}
        places = [place for place in Location.objects.order_by("id") if place.active or place.pk in used]
        rows = [{name: getattr(window, name) for name in WindowForm.Meta.fields} for window in initial]
        return WeekFormSet(data, initial=rows, prefix="week", form_kwargs={"locations": places})

    def _tried(self, doctor: Doctor, week: list[WeeklyHours]) -> dict[str, Any]:
        outside = availability.outside_hours(doctor, now=clock.now(), week=week)
        trail.saw(outside[:MOST_LISTED])
        return {**drawn(doctor, week=week), **_listed(outside)}

    def _page(
        self, request: HttpRequest, doctor: Doctor, formset: Any, seen: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        if "days" not in more:
            outside = availability.outside_hours(doctor, now=clock.now())
            trail.saw(outside[:MOST_LISTED])
            more |= {**drawn(doctor), **_listed(outside)}
        own = own_doctor(self.actor) == doctor
        shown = {"doctor": doctor, "own": own, "formset": formset, "seen": seen, **more}
        return render(request, "web/doctor/hours.html", shown, status=status)


class DoctorsView(StaffPage):
    """The doctors whose hours one may change, for the desk."""

    right: ClassVar = Right.EDIT_AVAILABILITY

    def get(self, request: HttpRequest) -> HttpResponse:
        query = typed(request.GET.get("q", ""))
        doctors = visible_to(self.actor, Doctor.objects.order_by("-active", "name_key", "id"))
        if query:
            doctors = doctors.search(query)
        found = list(doctors[: MOST_DOCTORS + 1])
        may_add = may(self.actor, Right.EDIT_DOCTORS) and self.actor.is_staff
        shown = {"doctors": found[:MOST_DOCTORS], "more": len(found) > MOST_DOCTORS, "query": query, "may_add": may_add}
        return render(request, "web/doctor/doctors.html", shown)


def _listed(outside: list[Any]) -> dict[str, Any]:
    return {"outside": outside[:MOST_LISTED], "more_outside": max(len(outside) - MOST_LISTED, 0)}
