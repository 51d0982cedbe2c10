"""Two records side by side, and what merging them would do."""

from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from accounts.roles import Right
from appointments import merging
from appointments.permissions import visible_to
from common import trail
from common.errors import DomainError
from common.text import typed
from common.transactions import atomic
from patients.models import Patient
from web.access import StaffPage
from web.forms.patients import CONTACT, SEX, PatientForm
from web.refusals import status_of, words
from web.seen import locked_as_seen, tag
from web.tongues import tongue

LONGEST_REASON = 500
# In the order of the form, then what is not on it.
SHOWN = (*PatientForm.Meta.fields, "guardian", "active")
WORDS: dict[str, str | Promise] = {
    **PatientForm.Meta.labels,
    "guardian": gettext_lazy("Guardian"),
    "active": gettext_lazy("In use"),
}
MOVING = {
    "appointments": ngettext_lazy("visit", "visits"),
    "waitlist_entries": ngettext_lazy("entry of the waiting list", "entries of the waiting list"),
    "dependents": ngettext_lazy("dependent", "dependents"),
    "holds": ngettext_lazy("held time", "held times"),
    "series": ngettext_lazy("series", "series"),
    "merged_records": ngettext_lazy("record merged into it before", "records merged into it before"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records. ``result`` is what the kept record says afterwards, ``filled`` if that is new."""

    words: str | Promise
    kept: str
    other: str
    result: str
    filled: bool

    @property
    def differs(self) -> bool:
        return self.kept != self.other


class MergeView(StaffPage):
    right: ClassVar = Right.MERGE_PATIENTS
    audited: ClassVar = {"get": "patient.read", "post": "patient.merge"}

    def get(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        return self._page(request, self._patient(pk), self._patient(other))

    def post(self, request: HttpRequest, pk: int, other: int) -> HttpResponse:
        kept, duplicate = self._patient(pk), self._patient(other)
        try:
            merged = self._merge(request, kept, duplicate)
        except DomainError as error:
            kept, duplicate = self._patient(pk), self._patient(other)
            return self._page(request, kept, duplicate, words(error), status_of(error))
        messages.success(request, _("Record %(id)d is part of this one now.") % {"id": other})
        stayed = len(merged.overlapping)
        if stayed:
            told = ngettext(
                "%(n)d visit is at the same time as another one of this patient: move or cancel one of the two.",
                "%(n)d visits are at the same time as others of this patient: move or cancel one of each two.",
                stayed,
            )
            messages.warning(request, told % {"n": stayed})
        return redirect("patient", pk=pk)

    @atomic
    def _merge(self, request: HttpRequest, kept: Patient, duplicate: Patient) -> merging.Merged:
        for patient in sorted((kept, duplicate), key=lambda patient: (patient.merged_into_id is None, patient.pk)):
            locked_as_seen(Patient.objects.all(), patient.pk, request.POST.get(f"seen_{patient.pk}", ""))
        reason = typed(request.POST.get("reason", ""), LONGEST_REASON)
        return merging.merge(kept, duplicate, reason=reason, actor=self.actor)

    def _patient(self, pk: int) -> Patient:
        patient = get_object_or_404(visible_to(self.actor, Patient.objects.select_related("guardian")), pk=pk)
        trail.saw([patient])
        return patient

    def _page(
        self, request: HttpRequest, kept: Patient, other: Patient, refusal: str = "", status: int = 200
    ) -> HttpResponse:
        if kept.merged_into_id or (other.merged_into_id and other.merged_into_id != kept.pk):
            return redirect("patient", pk=kept.merged_into_id or kept.pk)
        outlook = merging.outlook(kept, other)
        shown = {
            "kept": kept,
            "other": other,
            "lines": [_line(name, kept, other, outlook.filled) for name in SHOWN],
            "moving": [(_moved(name, count), count) for name, count in outlook.moving.items()],
            "overlapping": outlook.overlapping,
            "seen_kept": tag(kept),
            "seen_other": tag(other),
            "refusal": refusal,
        }
        return render(request, "web/patients/merge.html", shown, status=status)


def _moved(name: str, count: int) -> str:
    """What goes over, as one says it of ``count`` of them."""
    return MOVING[name] % count if name in MOVING else name.replace("_", " ")


def _line(name: str, kept: Patient, other: Patient, filled: dict[str, Any]) -> Line:
    result = filled.get(name, getattr(kept, name))
    return Line(
        WORDS[name],
        _text(name, getattr(kept, name)),
        _text(name, getattr(other, name)),
        _text(name, result),
        name in filled,
    )


def _text(name: str, value: Any) -> str:
    if name in ("sex", "contact_preference"):
        return str(dict(SEX if name == "sex" else CONTACT).get(value, "")) if value else ""
    if name == "preferred_language":
        return tongue(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, date):
        return formats.date_format(value, "j F Y")
    return "" if value is None else str(value)
