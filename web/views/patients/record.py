"""A patient's record: who they are, their visits, and whom they belong to."""

from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, may
from appointments.lifecycle import Status
from appointments.models import Appointment
from appointments.permissions import covers, visible_to, within_reach
from common import clock, trail
from common.errors import DomainError
from common.ids import read_id
from patients import duplicates, services
from patients.identifiers import masked
from patients.models import Patient
from web.access import StaffPage
from web.forms.patients import CONTACT, SEX
from web.refusals import words
from web.tongues import tongue
from web.views.desk.access import AtTheDesk

MOST_UPCOMING = 50
PAST_A_PAGE = 20


def visible_patient(actor: User, pk: int) -> Patient:
    """The record, merged ones as well. Raises Http404 where it is not for ``actor`` to see."""
    return get_object_or_404(visible_to(actor, Patient.objects.select_related("guardian", "merged_into")), pk=pk)


class RecordView(StaffPage):
    right: ClassVar = Right.READ_PATIENTS
    audited: ClassVar = {"get": "patient.read"}

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = visible_patient(self.actor, pk)
        if patient.merged_into_id:
            visible_patient(self.actor, patient.merged_into_id)
            messages.info(request, _("Record %(id)d was merged into this one.") % {"id": pk})
            return redirect("patient", pk=patient.merged_into_id)
        trail.saw([patient])
        return render(request, "web/patients/record.html", self._shown(request, patient))

    def _shown(self, request: HttpRequest, patient: Patient) -> dict[str, Any]:
        actor, now = self.actor, clock.now()
        visits = visible_to(actor, Appointment.objects.of_person(patient.pk)).with_names().select_related("location")
        past, older = _page_of_past(visits.filter(end__lte=now), read_id(request.GET.get("before")))
        counts = visits.aggregate(
            no_shows=Count("pk", filter=Q(status=Status.NO_SHOW)),
            completed=Count("pk", filter=Q(status=Status.COMPLETED)),
        )
        exact = may(actor, Right.READ_IDENTIFIERS)
        return {
            "patient": patient,
            "sex": dict(SEX).get(patient.sex),
            "spoken": tongue(patient.preferred_language),
            "contact": dict(CONTACT).get(patient.contact_preference),
            "national_id": patient.national_id if exact else masked(patient.national_id),
            "insurance_number": patient.insurance_number if exact else masked(patient.insurance_number),
            "may_read_notes": may(actor, Right.READ_DESK_NOTES),
            "may_book": patient.active and may(actor, Right.BOOK),
            "may_open": may(actor, AtTheDesk.needs),
            "may_edit": covers(actor, Right.EDIT_PATIENTS, patient),
            "may_register": may(actor, Right.REGISTER_PATIENTS),
            "guardian": _visible(actor, patient.guardian),
            "dependents": list(
                visible_to(actor, patient.dependents.filter(merged_into=None)).order_by("name_key", "id")
            ),
            "candidates": duplicates.candidates(patient) if may(actor, Right.MERGE_PATIENTS) else [],
            "left_behind": [visit for visit in visits.upcoming(now).blocking() if visit.patient_id != patient.pk],
            "upcoming": list(visits.upcoming(now).order_by("start", "id")[:MOST_UPCOMING]),
            "past": past,
            "older": older,
            "is_first_page": "before" not in request.GET,
            **counts,
        }


class ActiveView(StaffPage):
    """Take a record out of use, or back into it."""

    right: ClassVar = Right.REGISTER_PATIENTS
    audited: ClassVar = {"post": "patient.change"}

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        patient = get_object_or_404(within_reach(self.actor, self.right, Patient.objects.all()), pk=pk)
        active = request.POST.get("active") == "yes"
        try:
            (services.reactivate if active else services.deactivate)(patient)
        except DomainError as error:
            messages.error(request, words(error))
        else:
            told = _("The record is in use again.") if active else _("The record is out of use. Its visits stay.")
            messages.success(request, told)
        return redirect("patient", pk=pk)


def _page_of_past(visits: QuerySet[Appointment], before: int | None) -> tuple[list[Appointment], int | None]:
    """The latest visits before the one with the id ``before``; and the id from which older ones go on."""
    edge = visits.filter(pk=before).first() if before else None
    if edge:
        visits = visits.filter(Q(start__lt=edge.start) | Q(start=edge.start, pk__lt=edge.pk))
    page = list(visits.order_by("-start", "-id")[: PAST_A_PAGE + 1])
    return page[:PAST_A_PAGE], page[PAST_A_PAGE - 1].pk if len(page) > PAST_A_PAGE else None


def _visible(actor: User, patient: Patient | None) -> Patient | None:
    return patient if patient and covers(actor, Right.READ_PATIENTS, patient) else None
