"""How a patient, or a child, is reached."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.roles import Right
from appointments.permissions import within_reach
from common import trail
from common.errors import Conflict, Refused
from patients import services
from patients.models import Patient
from web.forms.my import ContactForm
from web.refusals import refuse, status_of
from web.views.my.base import MyPage


class PeoplePage(MyPage):
    """Whom they act for."""

    right: ClassVar = Right.READ_PATIENTS
    audited: ClassVar = {"get": "patient.list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        trail.saw(self.people)
        return render(request, "web/my/people.html", {"people": self.people})


class ContactPage(MyPage):
    """Phone number, e-mail and how the clinic may use them."""

    right: ClassVar = Right.EDIT_PATIENTS
    audited: ClassVar = {"get": "patient.read", "post": "patient.change"}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self._patient(pk)
        return self._page(patient, ContactForm(instance=patient))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self._patient(pk)
        form = ContactForm(request.POST, instance=self._patient(pk))
        if not form.is_valid():
            return self._page(patient, form, status=400)
        try:
            services.amend(patient, **form.cleaned_data)
        except (Refused, Conflict) as refusal:
            refuse(form, refusal)
            return self._page(patient, form, status=status_of(refusal))
        messages.success(request, _("Saved."))
        return redirect("my-people")

    def _patient(self, pk: int) -> Patient:
        rows = within_reach(self.actor, self.right, Patient.objects.unmerged())
        patient: Patient = get_object_or_404(rows, pk=pk)
        trail.saw([patient])
        return patient

    def _page(self, patient: Patient, form: ContactForm, status: int = 200, **more: Any) -> HttpResponse:
        return render(self.request, "web/my/contact.html", {"patient": patient, "form": form, **more}, status=status)
