"""Locations and their opening hours in the admin."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from clinics import services
from clinics.forms import PICKERS, WeekFormSet
from clinics.models import Location, OpeningHours
from common.admin import ServiceAdmin


class OpeningWeek(WeekFormSet):
    def store(self, week: list[OpeningHours]) -> None:
        services.set_opening_hours(self.instance, week)


class OpeningHoursInline(admin.TabularInline):
    model = OpeningHours
    formset = OpeningWeek
    formfield_overrides = PICKERS
    extra = 0
    verbose_name_plural = "opening hours, by the location's clock; a new doctor starts with them"


@admin.register(Location)
class LocationAdmin(ServiceAdmin):
    fields = ("name", "time_zone", "active")
    list_display = ("name", "time_zone", "active")
    ordering = ("id",)

    def get_fields(self, request: HttpRequest, obj: Location | None = None) -> Any:
        return self.fields if obj else ("name", "time_zone")

    def get_inlines(self, request: HttpRequest, obj: Location | None) -> Any:
        return [OpeningHoursInline] if obj else []  # a new one opens with the usual hours

    def store(self, request: HttpRequest, current: Location | None, entered: dict[str, Any]) -> Location:
        return services.amend(current, **entered) if current else services.open_location(**entered)
