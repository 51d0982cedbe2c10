"""Pages of patient data in the audit trail: how a view of `web` names what it does.

    class PatientPage(AuditedPage, LoginRequiredMixin, DetailView):
        audited = {"get": "patient.read", "post": "patient.change"}

    class DayPage(AuditedPage, LoginRequiredMixin, TemplateView):
        audited = {"get": "appointment.list"}

        def get_context_data(self, **kwargs):
            visits = list(...)
            trail.saw(visits)  # from common: whose records the page shows
            return super().get_context_data(visits=visits, **kwargs)

`AuditedPage` stands first, so that who is sent to the log-in page leaves a row as well. A ``pk`` in the address is the
object's id; `get_object` and the pages of a `ListView` are noted by themselves, everything else by `trail.saw`. What a
service changes it notes itself, and the row is written in its transaction. A form that is shown again because it, or a
service, said no leaves a row that says refused (a view without `form_invalid` says so with `trail.refused()`, and so
does one that leads elsewhere because what was asked cannot be). Actions are named as in the API: see docs/audit.md. A
page without patient data needs none of this.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.generic import View

from common import trail
from common.open_trail import Outcome, current

# What these find or make has ids of its own: the address names what it belongs to.
OF_SOMETHING_ELSE = ("list", "create", "add", "open", "import")


class AuditedPage(View):
    """A page whose requests leave a row each. ``audited`` names the action of each method, in lower case."""

    audited: ClassVar[Mapping[str, str]]
    about_its_pk: ClassVar = True  # a ``pk`` in the address is the id of the action's noun

    def action(self, request: HttpRequest) -> str | None:
        """What a request is noted as, if at all. A page whose buttons do different things says so here."""
        method = str(request.method).lower()
        return self.audited.get("get" if method == "head" else method)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        action = self.action(request)
        if action is None:
            return super().dispatch(request, *args, **kwargs)
        pk = self.kwargs.get("pk")
        known = self.about_its_pk and isinstance(pk, int) and not action.partition(".")[2].startswith(OF_SOMETHING_ELSE)
        trail.name(action, *([pk] if known else []))
        response = super().dispatch(request, *args, **kwargs)
        noted = current()
        if noted and response.status_code == 302 and not request.user.is_authenticated and not noted.failed:
            noted.close(Outcome.DENIED)
        return response

    def form_invalid(self, *args: Any, **kwargs: Any) -> Any:
        trail.refused()
        return super().form_invalid(*args, **kwargs)  # type: ignore[misc]  # of the form view beside it

    def get_object(self, *args: Any, **kwargs: Any) -> Any:
        record = super().get_object(*args, **kwargs)  # type: ignore[misc]  # of the view beside it
        trail.saw([record])
        return record

    def paginate_queryset(self, *args: Any, **kwargs: Any) -> Any:
        found = super().paginate_queryset(*args, **kwargs)  # type: ignore[misc]  # of the list view beside it
        paginator, page, records, is_paginated = found
        trail.saw(records)
        return paginator, page, records, is_paginated
