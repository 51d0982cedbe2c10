"""The audit trail, for those who read it: who saw or changed whose data. What changed to what is in the API."""

from typing import ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from audit.models import AuditEvent
from clinics.models import Location
from common.ids import read_id
from common.open_trail import Outcome
from web.access import StaffPage
from web.forms.records import PlainForm

PAGE = 50
OUTCOMES = (
    ("", _("Whatever became of it")),
    (Outcome.OK, _("Done")),
    (Outcome.REFUSED, _("Refused")),
    (Outcome.DENIED, _("Denied")),
    (Outcome.NOT_FOUND, _("Not found")),
    (Outcome.ERROR, _("Failed")),
)
MOST_ID = 2**53


class TrailForm(PlainForm):
    """Ids only: what is searched for is in the address, and names would be, too."""

    patient = forms.IntegerField(label=_("Number of the patient"), required=False, min_value=1, max_value=MOST_ID)
    actor = forms.IntegerField(label=_("Number of the user"), required=False, min_value=1, max_value=MOST_ID)
    outcome = forms.ChoiceField(label=_("Outcome"), required=False, choices=OUTCOMES)


class TrailView(StaffPage):
    right: ClassVar = Right.READ_AUDIT
    audited: ClassVar = {"get": "audit_event.list"}

    def get(self, request: HttpRequest) -> HttpResponse:
        form = TrailForm(request.GET)
        if not form.is_valid():
            return render(request, "web/audit.html", {"form": form}, status=400)
        asked, rows = form.cleaned_data, AuditEvent.objects.newest_first()
        if asked["patient"]:
            rows = rows.about_patient(asked["patient"])
        if asked["actor"]:
            rows = rows.filter(actor=asked["actor"])
        if asked["outcome"]:
            rows = rows.filter(outcome=asked["outcome"])
        before = read_id(request.GET.get("before"))
        if before:
            rows = rows.filter(pk__lt=before)
        page = list(rows[: PAGE + 1])
        query = request.GET.copy()
        query.pop("before", None)
        shown = {
            "form": form,
            "place": Location.objects.default(),
            "events": [(event, dict(OUTCOMES)[event.outcome]) for event in page[:PAGE]],
            "query": query.urlencode(),
            "older": page[PAGE - 1].pk if len(page) > PAGE else None,
        }
        return render(request, "web/audit.html", shown)
