"""Holidays: a country's of a year, looked at before they are imported, and the clinic's own."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.roles import Right
from appointments import hours
from appointments.displaced import displaced
from clinics.models import Holiday, Location
from clinics.services import public_holidays
from common import clock
from common.errors import DomainError
from doctors import places
from scheduling.intervals import DAY
from web.access import StaffPage
from web.forms.manage import HolidayForm, ImportForm
from web.refusals import refuse, status_of
from web.views.manage.index import tell_displaced

A_PAGE = 100


class HolidaysView(StaffPage):
    """``do`` is what a button of the page asks for: look (at an import), import, or add."""

    right: ClassVar = Right.EDIT_CLINIC
    buttons: ClassVar = {"add": "holiday.create", "import": "holiday.import"}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if request.POST.get("do") == "add":
            return self._add(request)
        form = ImportForm(request.POST)
        if not form.is_valid():
            return self._page(request, import_form=form, status=400)
        asked = {name: form.cleaned_data[name] for name in ("country", "year", "subdivision")}
        place = form.cleaned_data["location"]
        try:
            if request.POST.get("do") == "look":
                found = public_holidays(**asked)
                there = set(Holiday.objects.filter(location=place, date__in=found).values_list("date", flat=True))
                preview = [(day, name, day in there) for day, name in found.items()]
                return self._page(request, import_form=form, preview=preview)
            imported = places.import_holidays(**asked, location=place)
        except DomainError as error:
            refuse(form, error)
            return self._page(request, import_form=form, status=status_of(error))
        number = len(imported.created)
        told = ngettext("%(n)d holiday is added.", "%(n)d holidays are added.", number)
        messages.success(request, told % {"n": number})
        self._tell(request, place, [holiday.date for holiday in imported.created])
        return redirect("manage-holidays")

    def _add(self, request: HttpRequest) -> HttpResponse:
        form = HolidayForm(request.POST)
        if not form.is_valid():
            return self._page(request, form=form, status=400)
        try:
            holiday = places.add_holiday(**form.cleaned_data)
        except DomainError as error:
            refuse(form, error)
            return self._page(request, form=form, status=status_of(error))
        messages.success(request, _("Added."))
        self._tell(request, holiday.location, [holiday.date])
        return redirect("manage-holidays")

    def _tell(self, request: HttpRequest, place: Location | None, days: list[Any]) -> None:
        if days:
            tell_displaced(request, displaced(place, now=clock.now(), days=days))

    def _page(self, request: HttpRequest, status: int = 200, **shown: Any) -> HttpResponse:
        today = Location.objects.default().local(clock.now()).date()
        coming = Holiday.objects.filter(Q(date__gte=today - 31 * DAY)).select_related("location")
        usual = {
            "form": HolidayForm(),
            "import_form": ImportForm(initial={"year": today.year}),
            "page": Paginator(coming.order_by("date", "id"), A_PAGE).get_page(request.GET.get("page")),
        }
        return render(request, "web/manage/holidays.html", {**usual, **shown}, status=status)


class RemoveHolidayView(StaffPage):
    right: ClassVar = Right.EDIT_CLINIC
    audited: ClassVar = {"post": "holiday.remove"}

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        hours.remove_holiday(get_object_or_404(Holiday.objects.select_related("location"), pk=pk))
        messages.success(request, _("Removed: it is a day as any other."))
        return redirect("manage-holidays")
