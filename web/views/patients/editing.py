"""Registering a patient, correcting a record, and naming who books for them."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Right
from appointments.permissions import visible_to, within_reach
from common import trail
from common.errors import DomainError, Outdated
from common.ids import read_id
from common.transactions import atomic
from patients import duplicates, services
from patients.models import Patient
from web.access import StaffPage
from web.forms.patients import PatientForm
from web.refusals import refuse, status_of, words
from web.seen import locked_as_seen, tag
from web.views.patients.finding import find


class RegisterView(StaffPage):
    """Open a record. Who may be registered already is shown first; to go on all the same is the writer's to say."""

    right: ClassVar = Right.REGISTER_PATIENTS
    audited: ClassVar = {"post": "patient.register"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, PatientForm(actor=self.actor), self._guardian(request.GET.get("guardian")))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PatientForm(request.POST, actor=self.actor)
        guardian = self._guardian(request.POST.get("guardian"))
        if not form.is_valid():
            return self._page(request, form, guardian, status=400)
        if "anyway" not in request.POST:
            similar = duplicates.candidates_of(**form.cleaned_data)
            trail.saw(similar)
            if similar:
                return self._page(request, form, guardian, similar=similar)
        try:
            patient = services.register(**form.cleaned_data, guardian=guardian)
        except DomainError as error:
            refuse(form, error)
            return self._page(request, form, guardian, status=status_of(error))
        messages.success(request, _("Registered."))
        return redirect("patient", pk=patient.pk)

    def _guardian(self, text: str | None) -> Patient | None:
        pk = read_id(text)
        return visible_to(self.actor, Patient.objects.unmerged()).filter(pk=pk).first() if pk else None

    def _page(
        self, request: HttpRequest, form: PatientForm, guardian: Patient | None, status: int = 200, **more: Any
    ) -> HttpResponse:
        shown = {"form": form, "guardian": guardian, **more}
        return render(request, "web/patients/register.html", shown, status=status)


class EditView(StaffPage):
    right: ClassVar = Right.EDIT_PATIENTS
    audited: ClassVar = {"get": "patient.read", "post": "patient.change"}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self._patient(pk)
        return self._page(request, patient, PatientForm(instance=patient, actor=self.actor), tag(patient))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self._patient(pk)
        form = PatientForm(request.POST, instance=self._patient(pk), actor=self.actor)
        seen = request.POST.get("seen", "")
        if not form.is_valid():
            return self._page(request, patient, form, seen, status=400)
        try:
            changed = self._store(pk, seen, form.cleaned_data)
        except Outdated as error:
            refuse(form, error)
            return self._page(request, self._patient(pk), form, seen, status=status_of(error), outdated=True)
        except DomainError as error:
            refuse(form, error)
            return self._page(request, patient, form, seen, status=status_of(error))
        messages.success(request, _("Saved."))
        similar = duplicates.candidates_after(patient, changed)
        if similar:
            told = ngettext(
                "%(n)d record may be the same person's: see below.",
                "%(n)d records may be the same person's: see below.",
                len(similar),
            )
            messages.warning(request, told % {"n": len(similar)})
        return redirect("patient", pk=pk)

    @atomic
    def _store(self, pk: int, seen: str, entered: dict[str, Any]) -> Patient:
        return services.amend(locked_as_seen(Patient.objects.all(), pk, seen), **entered)

    def _patient(self, pk: int) -> Patient:
        rows = within_reach(self.actor, self.right, Patient.objects.unmerged())
        patient: Patient = get_object_or_404(rows, pk=pk)
        trail.saw([patient])
        return patient

    def _page(
        self, request: HttpRequest, patient: Patient, form: PatientForm, seen: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        shown = {"patient": patient, "form": form, "seen": seen, **more}
        return render(request, "web/patients/edit.html", shown, status=status)


class GuardianView(StaffPage):
    """Choose who books for a patient, among those who are found; or say that nobody does."""

    right: ClassVar = Right.EDIT_PATIENTS
    audited: ClassVar = {"get": "patient.read", "post": "patient.change"}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self._page(request, self._patient(pk), None)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = self._patient(pk)
        if "q" in request.POST:
            return self._page(request, patient, request.POST["q"])
        chosen = read_id(request.POST.get("guardian"))
        guardian = visible_to(self.actor, Patient.objects.all()).filter(pk=chosen).first() if chosen else None
        if chosen and guardian is None:
            raise Http404
        try:
            services.amend(patient, guardian=guardian)
        except DomainError as error:
            messages.error(request, words(error))
            return redirect("patient-guardian", pk=pk)
        messages.success(request, _("Saved."))
        return redirect("patient", pk=pk)

    def _patient(self, pk: int) -> Patient:
        rows = within_reach(self.actor, self.right, Patient.objects.unmerged().select_related("guardian"))
        patient: Patient = get_object_or_404(rows, pk=pk)
        trail.saw([patient])
        return patient

    def _page(self, request: HttpRequest, patient: Patient, query: str | None) -> HttpResponse:
        found = None if query is None else find(self.actor, query)
        return render(request, "web/patients/guardian.html", {"patient": patient, "found": found})
