"""Lists of the clinic's records, and the page of one: a form that one service stores."""

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Model, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.roles import Right
from clinics import services as clinic_services
from clinics.models import AppointmentType, Room
from common.errors import DomainError
from common.text import fingerprint
from common.transactions import atomic
from doctors import offering
from doctors.models import Doctor
from web.access import StaffPage
from web.forms.manage import NewRoomForm, RoomForm, TypeForm
from web.forms.records import RecordForm
from web.refusals import refuse, status_of
from web.seen import locked_as_seen, tag

M = TypeVar("M", bound=Model)
A_PAGE = 100
MOST_NAMED = 3  # of the doctors who offer a type, in the list of types


class Kind(StaffPage, Generic[M]):
    """A kind of record: what it is called, how it is listed, and the services behind its forms."""

    right: ClassVar = Right.EDIT_CLINIC
    title: ClassVar[str | Promise]
    new_title: ClassVar[str | Promise]
    listing: ClassVar[str]  # the name of the list's address
    page: ClassVar[str]  # and of a record's
    heads: ClassVar[Sequence[str | Promise]]
    form: ClassVar[type[RecordForm]]
    new_form: ClassVar[type[RecordForm]]
    template: ClassVar[str] = "web/manage/record.html"
    adding: ClassVar[str]  # as the audit trail calls it
    changing: ClassVar[str]

    def action(self, request: HttpRequest) -> str | None:
        if request.method == "POST":
            return self.changing if "pk" in self.kwargs else self.adding
        return super().action(request)

    def rows(self) -> QuerySet[M]:
        raise NotImplementedError

    def listed(self) -> QuerySet[M]:
        """The same with what the list says of each."""
        return self.rows()

    def tag(self, row: M) -> str:
        """What the form of a row carries of what its writer saw."""
        return tag(row)

    def cells(self, row: M) -> Sequence[Any]:
        raise NotImplementedError

    def add(self, entered: dict[str, Any]) -> M:
        raise NotImplementedError

    def amend(self, row: M, entered: dict[str, Any]) -> M:
        raise NotImplementedError

    def list_page(self, request: HttpRequest, form: RecordForm, status: int = 200) -> HttpResponse:
        page = Paginator(self.listed(), A_PAGE).get_page(request.GET.get("page"))
        listed = [(row, list(zip(self.heads, self.cells(row), strict=True))) for row in page]
        shown = {"kind": self, "listed": listed, "page": page, "form": form}
        return render(request, "web/manage/records.html", shown, status=status)

    def record_page(self, request: HttpRequest, row: M, form: RecordForm, seen: str, status: int = 200) -> HttpResponse:
        shown = {"kind": self, "row": row, "form": form, "seen": seen, "back": reverse(self.listing)}
        return render(request, self.template, shown, status=status)

    def record(self, pk: int) -> M:
        return get_object_or_404(self.rows(), pk=pk)

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if pk is None:
            return self.list_page(request, self.new_form())
        row = self.record(pk)
        return self.record_page(request, row, self.form(instance=row), self.tag(row))

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if pk is None:
            return self._add(request)
        row, seen = self.record(pk), request.POST.get("seen", "")
        form = self.form(request.POST, instance=self.record(pk))
        if not form.is_valid():
            return self.record_page(request, row, form, seen, status=400)
        try:
            self._amend(pk, seen, form.cleaned_data)
        except DomainError as error:
            refuse(form, error)
            return self.record_page(request, row, form, seen, status=status_of(error))
        messages.success(request, _("Saved."))
        return redirect(self.listing)

    def _add(self, request: HttpRequest) -> HttpResponse:
        form = self.new_form(request.POST)
        if not form.is_valid():
            return self.list_page(request, form, status=400)
        try:
            self.add(form.cleaned_data)
        except DomainError as error:
            refuse(form, error)
            return self.list_page(request, form, status=status_of(error))
        messages.success(request, _("Added."))
        return redirect(self.listing)

    @atomic
    def _amend(self, pk: int, seen: str, entered: dict[str, Any]) -> None:
        self.amend(locked_as_seen(self.rows(), pk, seen, self.tag), entered)


class RoomsView(Kind[Room]):
    title = gettext_lazy("Rooms")
    new_title = gettext_lazy("Add a room")
    listing, page = "manage-rooms", "manage-room"
    adding, changing = "room.add", "room.change"
    heads = (gettext_lazy("Name"), gettext_lazy("Kind"), gettext_lazy("Location"), gettext_lazy("In use"))
    form, new_form = RoomForm, NewRoomForm

    def rows(self) -> QuerySet[Room]:
        return Room.objects.select_related("location").order_by("location", "name", "id")

    def cells(self, row: Room) -> Sequence[Any]:
        return row.name, row.kind, row.location.name, row.active

    def add(self, entered: dict[str, Any]) -> Room:
        return clinic_services.add_room(**entered)

    def amend(self, row: Room, entered: dict[str, Any]) -> Room:
        return clinic_services.amend_room(row, **entered)


class TypesView(Kind[AppointmentType]):
    title = gettext_lazy("Types of visit")
    new_title = gettext_lazy("Add a type of visit")
    listing, page = "manage-types", "manage-type"
    adding, changing = "appointment_type.add", "appointment_type.change"
    heads = (gettext_lazy("Name"), gettext_lazy("Minutes"), gettext_lazy("Offered by"), gettext_lazy("In use"))
    form = new_form = TypeForm

    def rows(self) -> QuerySet[AppointmentType]:
        return AppointmentType.objects.order_by("name", "id")

    def listed(self) -> QuerySet[AppointmentType]:
        first = Prefetch("doctors", Doctor.objects.order_by("name_key", "id")[:MOST_NAMED], to_attr="named")
        return self.rows().annotate(doctor_count=Count("doctors")).prefetch_related(first)

    def tag(self, row: AppointmentType) -> str:
        """Who offers it by name is on its form, too."""
        return fingerprint(f"{tag(row)} {sorted(row.doctors.order_by().values_list('pk', flat=True))}")

    def cells(self, row: Any) -> Sequence[Any]:
        offered = [*row.specializations, *(doctor.full_name for doctor in row.named)]
        others = row.doctor_count - len(row.named)
        if others:
            told = ngettext("%(n)d other doctor", "%(n)d other doctors", others)
            offered.append(told % {"n": others})
        return row.name, row.duration_minutes, ", ".join(offered) or _("everybody"), row.active

    def add(self, entered: dict[str, Any]) -> AppointmentType:
        return offering.add_type(**entered)

    def amend(self, row: AppointmentType, entered: dict[str, Any]) -> AppointmentType:
        return offering.amend_type(row, **entered)
