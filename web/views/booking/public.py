"""/book/: a booking without an account, where the clinic allows it."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.roles import Role
from appointments import online
from appointments.finding import Slot
from appointments.models import Hold, OnlineBooking
from audit.pages import AuditedPage
from clinics.models import AppointmentType
from common import trail
from common.addresses import client_address, network
from web.forms.booking import DetailsForm, visitor_of
from web.views.booking import steps
from web.views.booking.step import Step
from web.visitors import Counted


@method_decorator(sensitive_post_parameters(), name="dispatch")
class Public(Counted, Step):
    """A step of a visitor. Patients who are signed in book on their own pages."""

    prefix, draft_name = "book", "visitor"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and request.user.role == Role.PATIENT:
            trail.refused()
            return HttpResponseRedirect(reverse("my-book-what"))
        if not settings.ONLINE_BOOKING:
            return render(request, "web/booking/closed.html", status=403)
        return super().dispatch(request, *args, **kwargs)

    def keep_time(self, slot: Slot, kind: AppointmentType, instead_of: str) -> tuple[Hold, str]:
        return online.hold_time(
            kind=kind,
            doctor=slot.doctor,
            start=slot.start,
            address=network(client_address(self.request)),
            instead_of=instead_of,
        )


class What(Public, steps.WhatStep):
    pass


class Who(Public, steps.WhoStep):
    pass


class Times(Public, steps.TimesStep):
    pass


class Details(Public, steps.DetailsStep):
    def form(self, data: Any = None) -> forms.Form:
        draft = self.chosen.draft
        return DetailsForm(data, initial={**draft.details, "agreed": draft.agreed})

    def keep(self, form: forms.Form) -> None:
        assert isinstance(form, DetailsForm)
        self.chosen.draft.details, self.chosen.draft.agreed = form.as_details(), True


class Check(AuditedPage, Public, steps.CheckStep):
    audited: ClassVar = {"post": "appointment.book"}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # A form that was sent before is a booking already, though the draft is gone: it leads there again.
        key = request.POST.get("key", "") if request.method == "POST" else ""
        made = OnlineBooking.objects.of_link(key).select_related("appointment").first() if key else None
        if made is None:
            return super().dispatch(request, *args, **kwargs)
        trail.name(self.audited["post"])
        trail.saw([made.appointment])
        trail.tell(replayed=True)
        return booked(key)

    def facts(self) -> list[tuple[str, str]]:
        visitor = visitor_of(self.chosen.draft.details)
        born = date_format(visitor.date_of_birth, "j F Y") if visitor.date_of_birth else ""
        told = (
            (_("Full name"), visitor.full_name),
            (_("Phone number"), visitor.phone_number),
            (_("E-mail"), visitor.email),
            (_("Date of birth"), born),
        )
        return [(name, value) for name, value in told if value]

    def book(self, key: str) -> HttpResponse:
        chosen = self.chosen
        online.book(
            token=key,
            kind=chosen.kind,
            doctor=chosen.doctor,
            start=chosen.start,
            hold=chosen.draft.hold,
            visitor=visitor_of(chosen.draft.details),
        )
        self.drafts.forget()
        return booked(key)


class Lost(Public, steps.LostStep):
    pass


def booked(token: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("visit-booked", args=[token]))
