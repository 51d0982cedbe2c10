"""Narrowing the clinic's own lists, and those of when it is open."""

from functools import cached_property
from typing import Any, cast

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field

from api.filters import ActiveFirst, EdgeFilter, Filters, TextFilter, TruthFilter, WholeNumberFilter
from api.query_fields import LocalDateFormField
from clinics.models import AppointmentType, Holiday, Location, LocationException, Room
from doctors.models import AvailabilityException


@extend_schema_field({"type": "string", "format": "date"})
class DayFilter(filters.Filter):
    """A local date."""

    field_class = LocalDateFormField


class LocationFilters(ActiveFirst):
    name = TextFilter()
    time_zone = TextFilter()

    class Meta:
        model = Location
        fields: tuple[str, ...] = ()


class RoomFilters(ActiveFirst):
    location = WholeNumberFilter(help_text="A location's id.")
    name = TextFilter()
    kind = TextFilter()

    class Meta:
        model = Room
        fields: tuple[str, ...] = ()


class HolidayFilters(Filters):
    date = DayFilter(help_text="On this day.")
    date_from = DayFilter(field_name="date", lookup_expr="gte", help_text="On this day or later.")
    date_to = DayFilter(field_name="date", lookup_expr="lte", help_text="On this day or earlier.")
    location = WholeNumberFilter(
        method="hold_at", help_text="A location's id: the holidays that hold there, those of everywhere included."
    )

    class Meta:
        model = Holiday
        fields: tuple[str, ...] = ()

    def hold_at(self, holidays: QuerySet[Any], name: str, location: int) -> QuerySet[Any]:
        return holidays.filter(Q(location=location) | Q(location=None))


class AppointmentTypeFilters(ActiveFirst):
    name = TextFilter()
    room_kind = TextFilter()
    bookable_online = TruthFilter(help_text="Only those that can be, or cannot be, booked online.")
    doctor = WholeNumberFilter(field_name="doctors", help_text="A doctor's id: the types that name this doctor.")

    class Meta:
        model = AppointmentType
        fields: tuple[str, ...] = ()


class StretchFilters(Filters):
    kind = filters.ChoiceFilter(choices=LocationException.Kind.choices, help_text="Of this kind.")
    start = EdgeFilter(help_text="Beginning exactly at this time.")
    start_after = EdgeFilter(field_name="start", lookup_expr="gte", help_text="Beginning at or after this time.")
    start_before = EdgeFilter(field_name="start", lookup_expr="lt", help_text="Beginning before this time.")
    end = EdgeFilter(help_text="Ending exactly at this time.")
    end_after = EdgeFilter(field_name="end", lookup_expr="gte", help_text="Ending at or after this time.")
    end_before = EdgeFilter(field_name="end", lookup_expr="lt", help_text="Ending before this time.")

    class Meta:
        fields: tuple[str, ...] = ()


class LocationExceptionFilters(StretchFilters):
    @cached_property
    def place(self) -> Location:
        """The address names it."""
        return cast(Location, self.request.parser_context["view"].location)

    class Meta(StretchFilters.Meta):
        model = LocationException


class ExceptionFilters(StretchFilters):
    location = WholeNumberFilter(help_text="A location's id.")

    class Meta(StretchFilters.Meta):
        model = AvailabilityException
