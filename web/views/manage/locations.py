"""Locations: their zone and rules, opening hours, closures, and the visits that these have left outside."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import Right
from appointments import hours
from appointments.displaced import displaced
from clinics import services as clinic_services
from clinics.models import Location, LocationException, OpeningHours
from common import clock, trail
from common.errors import DomainError
from common.transactions import atomic
from doctors import places
from web.access import StaffPage
from web.forms.manage import ClosureForm, LocationForm, NewLocationForm, OpeningForm, OpeningFormSet
from web.forms.records import RecordForm
from web.refusals import refuse, status_of, words
from web.seen import require_seen, tag
from web.views.manage.index import tell_displaced
from web.views.manage.records import Kind

MOST_LISTED = 20


class LocationsView(Kind[Location]):
    title = gettext_lazy("Locations")
    new_title = gettext_lazy("Open a location")
    listing, page = "manage-locations", "manage-location"
    adding, changing = "location.open", "location.change"
    heads = (gettext_lazy("Name"), gettext_lazy("Time zone"), gettext_lazy("In use"))
    form, new_form = LocationForm, NewLocationForm
    template = "web/manage/location.html"

    def action(self, request: HttpRequest) -> str | None:
        if request.method == "GET" and "pk" in self.kwargs:  # the page of one shows whose visits are outside its hours
            return "appointment.list_outside_hours"
        return super().action(request)

    def rows(self) -> QuerySet[Location]:
        return Location.objects.order_by("id")

    def cells(self, row: Location) -> Sequence[Any]:
        return row.name, row.time_zone, row.active

    def add(self, entered: dict[str, Any]) -> Location:
        return clinic_services.open_location(**entered)

    def amend(self, row: Location, entered: dict[str, Any]) -> Location:
        return places.amend_location(row, **entered)

    def record_page(
        self, request: HttpRequest, row: Location, form: RecordForm, seen: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        outside = displaced(row, now=clock.now())
        trail.saw(outside.visits[:MOST_LISTED])
        week = _opening(row)
        closures = LocationException.objects.filter(location=row, end__gt=clock.now()).order_by("start", "id")
        shown = {
            "row": row,
            "form": form,
            "seen": seen,
            "formset": _formset(initial=week),
            "seen_week": tag(*week),
            "closures": closures[:100],
            "closure_form": ClosureForm(location=row),
            "outside": outside.visits[:MOST_LISTED],
            "more_outside": len(outside.visits) > MOST_LISTED or outside.more,
            **more,
        }
        return render(request, self.template, shown, status=status)


class OpeningView(LocationsView):
    """The whole week at once. Doctors who are there keep the hours they have; a new one starts with these."""

    changing = "location.set_hours"

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        location, seen = self.record(pk or 0), request.POST.get("seen_week", "")
        formset = _formset(request.POST, initial=_opening(location))
        form, more = LocationForm(instance=location), {"formset": formset, "seen_week": seen}
        if not formset.is_valid():
            return self.record_page(request, location, form, tag(location), status=400, **more)
        try:
            self._store(location, formset, seen)
        except DomainError as error:
            more["week_refusal"] = words(error)
            return self.record_page(request, location, form, tag(location), status=status_of(error), **more)
        messages.success(request, _("The opening hours are saved."))
        return redirect("manage-location", pk=location.pk)

    @atomic
    def _store(self, location: Location, formset: Any, seen: str) -> None:
        clinic_services.lock_locations([location])
        require_seen(_opening(location), seen)
        kept = [form for form in formset.forms if form.has_changed() or form not in formset.extra_forms]
        week = [
            OpeningHours(**{name: form.cleaned_data[name] for name in OpeningForm.Meta.fields})
            for form in kept
            if form not in formset.deleted_forms
        ]
        clinic_services.set_opening_hours(location, week)


class ClosuresView(LocationsView):
    """Close a location for a stretch, or open it in spite of a holiday."""

    changing = "location_exception.create"

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        location = self.record(pk or 0)
        closure = ClosureForm(request.POST, location=location)
        if not closure.is_valid():
            return self._again(request, location, closure, 400)
        said = closure.cleaned_data
        try:
            stored = hours.add_location_exception(
                location, kind=said["kind"], start=said["begins"], end=said["ends"], reason=said["reason"]
            )
        except DomainError as error:
            refuse(closure, error)
            return self._again(request, location, closure, status_of(error))
        messages.success(request, _("Saved."))
        tell_displaced(request, displaced(location, now=clock.now(), within=stored.interval))
        return redirect("manage-location", pk=location.pk)

    def _again(self, request: HttpRequest, location: Location, closure: ClosureForm, status: int) -> HttpResponse:
        form = LocationForm(instance=location)
        return self.record_page(request, location, form, tag(location), status, closure_form=closure)


class RemoveClosureView(StaffPage):
    right: ClassVar = Right.EDIT_CLINIC
    audited: ClassVar = {"post": "location_exception.remove"}

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        exception = get_object_or_404(LocationException.objects.select_related("location"), pk=pk)
        hours.remove_location_exception(exception)
        messages.success(request, _("Removed."))
        return redirect("manage-location", pk=exception.location_id)


def _opening(location: Location) -> list[OpeningHours]:
    return list(OpeningHours.objects.filter(location=location).order_by("weekday", "start", "id"))


def _formset(data: Any = None, *, initial: Sequence[OpeningHours]) -> Any:
    rows = [{name: getattr(window, name) for name in OpeningForm.Meta.fields} for window in initial]
    return OpeningFormSet(data, initial=rows, prefix="week")
