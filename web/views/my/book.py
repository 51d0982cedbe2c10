"""/my/book/: a patient books for themselves or a child, on the same way as a visitor."""

from datetime import timedelta
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Right
from appointments import holds, online
from appointments.finding import Slot
from appointments.models import Hold
from appointments.permissions import own_patients
from clinics.models import AppointmentType
from common import trail
from common.text import without_nulls
from patients.models import Patient
from web.drafts import forget_visitor
from web.forms.booking import PersonForm
from web.views.booking import steps
from web.views.booking.step import STEPS, Step
from web.views.my.base import MyPage


class MyStep(MyPage, Step):
    prefix, draft_name = "my-book", "mine"
    right: ClassVar = Right.BOOK
    steps: ClassVar = tuple((name, gettext_lazy("For whom") if name == "details" else text) for name, text in STEPS)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        forget_visitor(request)
        return super().dispatch(request, *args, **kwargs)

    def keep_time(self, slot: Slot, kind: AppointmentType, instead_of: str) -> tuple[Hold, str]:
        online.drop_hold(instead_of)
        return holds.hold(
            doctor=slot.doctor,
            start=slot.start,
            appointment_type=kind,
            lasting=timedelta(minutes=settings.ONLINE_HOLD_MINUTES),
            as_patient=True,
            actor=self.actor,
        )


class What(MyStep, steps.WhatStep):
    pass


class Who(MyStep, steps.WhoStep):
    pass


class Times(MyStep, steps.TimesStep):
    pass


class Details(MyStep, steps.DetailsStep):
    """For whom."""

    def form(self, data: Any = None) -> forms.Form:
        chosen = self.chosen.draft.details.get("patient") or (self.people[0].pk if self.people else None)
        form = PersonForm(data, initial={"patient": chosen})
        rows = Patient.objects.filter(pk__in=[one.pk for one in self.people]).order_by("full_name", "id")
        cast(Any, form.fields["patient"]).queryset = rows
        return form

    def keep(self, form: forms.Form) -> None:
        self.chosen.draft.details = {"patient": form.cleaned_data["patient"].pk}


class Check(MyStep, steps.CheckStep):
    audited: ClassVar = {"post": "appointment.book"}

    @property
    def patient(self) -> Patient | None:
        """For whom, if they still act for that person."""
        pk = self.chosen.draft.details.get("patient")
        return own_patients(self.actor).filter(pk=pk).first() if pk else None

    def has_details(self) -> bool:
        return self.patient is not None

    def facts(self) -> list[tuple[str, str]]:
        return [(_("Full name"), self.patient.full_name)] if self.patient else []

    def without_a_time(self, request: HttpRequest) -> HttpResponse:
        """A form that was sent before is a booking already, though the draft is gone: it leads there again."""
        made = online.booked_before(self.actor, without_nulls(request.POST.get("key", "")))
        if made:
            trail.saw_again(objects=[made])
            trail.tell(replayed=True)
            return HttpResponseRedirect(reverse("my-visit-link", args=[made]))
        return super().without_a_time(request)

    def book(self, key: str) -> HttpResponse:
        chosen, patient = self.chosen, self.patient
        assert patient
        visit = online.book_own(
            key=key,
            patient=patient,
            kind=chosen.kind,
            doctor=chosen.doctor,
            start=chosen.start,
            hold=chosen.draft.hold,
            actor=self.actor,
        )
        self.drafts.forget()
        messages.success(self.request, _("Your visit is booked."))
        return HttpResponseRedirect(reverse("my-visit-link", args=[visit]))


class Lost(MyStep, steps.LostStep):
    pass
