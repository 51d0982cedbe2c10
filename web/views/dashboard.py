"""The dashboard: the numbers of /api/reports/, drawn, each with the table that it is drawn from."""

from typing import ClassVar

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from accounts.roles import Right
from appointments.reports import report
from appointments.reports.tables import TABLES
from common.csv import encoded
from web.access import StaffPage
from web.forms.reports import ScopeForm
from web.panels import figures, panels


class DashboardView(StaffPage):
    right: ClassVar = Right.READ_REPORTS
    audited: ClassVar = {"get": "report.read"}

    def get(self, request: HttpRequest) -> HttpResponse:
        form = ScopeForm(request.GET, actor=self.actor)
        if not form.is_valid() or form.scope is None:
            return render(request, "web/dashboard/dashboard.html", {"form": form}, status=400)
        found = report(form.scope)
        # What was left out is shown as what was meant.
        form.data = {**request.GET.dict(), "from": str(form.scope.first), "to": str(form.scope.last)}
        shown = {
            "form": form,
            "report": found,
            "query": request.GET.urlencode(),
            "figures": figures(found),
            "panels": panels(found),
        }
        return render(request, "web/dashboard/dashboard.html", shown)


class DashboardTableView(StaffPage):
    """One table as a file, with the numbers that are drawn."""

    right: ClassVar = Right.READ_REPORTS

    def action(self, request: HttpRequest) -> str | None:
        return "report.export" if self.kwargs["table"] in TABLES else None

    def get(self, request: HttpRequest, table: str) -> HttpResponseBase:
        form = ScopeForm(request.GET, actor=self.actor)
        if table not in TABLES or not form.is_valid() or form.scope is None:
            raise Http404
        pieces = encoded(TABLES[table].lines(form.scope))
        answer = StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8; header=present")
        answer["Content-Disposition"] = f'attachment; filename="{table}-{form.scope.first}-{form.scope.last}.csv"'
        return answer
