"""What lists are narrowed by, field by field."""

from copy import copy
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.exceptions import ValidationError

from accounts.roles import Right, may
from api.query_fields import EDGE, EdgeFormField, SharedFields, edge_at
from appointments.lifecycle import Status
from appointments.models import Appointment, Hold, Series, WaitlistEntry
from clinics.models import Location
from common.ids import MOST_ID
from common.models import alike
from common.text import folded
from doctors.models import Doctor
from patients.identifiers import IDENTIFIERS
from patients.models import Patient


@extend_schema_field({"type": "integer", "minimum": 0})
class WholeNumberFilter(filters.Filter):
    """A whole number. The id of something unknown finds nothing."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Exactly this number.")
        super().__init__(*args, min_value=0, max_value=MOST_ID, **kwargs)


class TruthFormField(forms.CharField):
    """Of a query: true or false. Anything else is an error, not the same as nothing."""

    def to_python(self, value: Any) -> Any:
        text = (super().to_python(value) or "").lower()
        if text not in ("", "true", "false"):
            raise FormError("Enter true or false.")
        return text == "true" if text else None


@extend_schema_field(OpenApiTypes.BOOL)
class TruthFilter(filters.Filter):
    field_class = TruthFormField


@extend_schema_field(EDGE)
class EdgeFilter(filters.Filter):
    """An instant, or a local date that stands for its beginning: see `Filters.place`."""

    field_class = EdgeFormField


class ChangedFilter(EdgeFilter):
    """For whoever reads what is new since they last asked."""

    def __init__(self) -> None:
        super().__init__(field_name="updated_at", lookup_expr="gte", help_text="Made or changed at or after this time.")


@extend_schema_field(OpenApiTypes.DATE)
class DayFilter(filters.Filter):
    """A day of the calendar."""

    field_class = forms.DateField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, input_formats=["%Y-%m-%d"], **kwargs)


class TextFilter(filters.CharFilter):
    """Equal but for case and doubled spaces."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Exactly this, but for case and doubled spaces.")
        super().__init__(*args, max_length=254, **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        text = " ".join(value.split())
        return qs.filter(alike(self.field_name, text)) if text else qs


class FoldedFilter(filters.CharFilter):
    """Equal but for case, accents and doubled spaces, on a folded column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 254)
        super().__init__(*args, help_text="Exactly this, but for case, accents and doubled spaces.", **kwargs)

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return super().filter(qs, folded(value)) if value else qs


class _Twins(dict[str, filters.Filter]):
    """Filters that each request is given a copy of, but not of what is in them, which nobody changes."""

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, filters.Filter]:
        twins = {name: copy(one) for name, one in self.items()}
        for twin in twins.values():
            if twin.method:
                twin.method = twin.method  # a method is looked for where the filter is: the twin's, not the original's
        return twins


class Filters(filters.FilterSet):
    """What can be asked of a list depends on the class alone: its form is made once, not for each request."""

    @cached_property
    def place(self) -> Location:
        """On whose clock edges are read that say no offset: the place that is asked about, or the clinic's first."""
        asked = self.form.cleaned_data.get("location")
        return (asked and Location.objects.filter(pk=asked).first()) or Location.objects.default()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        given = self.form.cleaned_data
        edges = [name for name, one in self.filters.items() if isinstance(one, EdgeFilter) and given.get(name)]
        local = [name for name in edges if not isinstance(given[name], datetime) or given[name].tzinfo is None]
        wrong: dict[str, list[str]] = {}
        for name in local:
            try:
                given[name] = edge_at(self.place, given[name])
            except FormError as error:
                wrong[name] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return super().filter_queryset(queryset)

    @classmethod
    def get_filters(cls) -> _Twins:
        return _Twins(super().get_filters())

    def get_form_class(self) -> type[forms.Form]:
        kind = type(self)
        if kind not in _FORMS:
            _FORMS[kind] = super().get_form_class()
            _FORMS[kind].base_fields = SharedFields(_FORMS[kind].base_fields)
        return _FORMS[kind]


_FORMS: dict[type[Filters], type[forms.Form]] = {}


class ActiveFirst(Filters):
    """Deactivated records are left out unless ``active`` asks for them."""

    active = TruthFilter(help_text="Only active ones unless this is false.")

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        queryset = super().filter_queryset(queryset)
        return queryset.filter(active=True) if self.form.cleaned_data["active"] is None else queryset


class PatientFilters(ActiveFirst):
    full_name = FoldedFilter(field_name="name_key")
    email = TextFilter()
    phone_number = TextFilter()
    national_id = filters.CharFilter(help_text="Exactly this number.")
    insurance_number = TextFilter()
    date_of_birth = DayFilter(help_text="Born on this day.")
    sex = filters.ChoiceFilter(choices=Patient.Sex.choices, help_text="Of this sex.")
    preferred_language = TextFilter(help_text="Exactly this language tag, but for case.")
    contact_preference = filters.ChoiceFilter(
        choices=Patient.Contact.choices, help_text="Those whom the clinic may reach like this."
    )
    guardian = WholeNumberFilter(help_text="The dependents of this patient, by id.")
    updated_at_after = ChangedFilter()

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Whoever may not read an identifier cannot guess it either."""
        if not may(self.request.user, Right.READ_IDENTIFIERS):
            probed = [name for name in IDENTIFIERS if self.form.cleaned_data[name]]
            if probed:
                raise ValidationError({name: ["Your role does not look for patients by this."] for name in probed})
        return super().filter_queryset(queryset)

    class Meta:
        model = Patient
        fields: tuple[str, ...] = ()


class DoctorFilters(ActiveFirst):
    full_name = FoldedFilter(field_name="name_key")
    email = TextFilter()
    specialization = FoldedFilter(field_name="specialization_key")
    default_duration_minutes = WholeNumberFilter()
    updated_at_after = ChangedFilter()

    class Meta:
        model = Doctor
        fields: tuple[str, ...] = ()


class OfTwo(Filters):
    """Rows about a patient and a doctor."""

    patient = WholeNumberFilter(help_text="A patient's id.")
    doctor = WholeNumberFilter(help_text="A doctor's id.")


class AppointmentFilters(OfTwo):
    location = WholeNumberFilter(help_text="A location's id.")
    room = WholeNumberFilter(help_text="A room's id.")
    appointment_type = WholeNumberFilter(help_text="An appointment type's id.")
    series = WholeNumberFilter(help_text="A series' id.")
    status = filters.ChoiceFilter(choices=Status.choices, help_text="In this status.")
    appointment_time = EdgeFilter(field_name="start", help_text="Exactly at this time.")
    appointment_time_after = EdgeFilter(field_name="start", lookup_expr="gte", help_text="At or after this time.")
    appointment_time_before = EdgeFilter(field_name="start", lookup_expr="lt", help_text="Before this time.")
    updated_at_after = ChangedFilter()

    class Meta:
        model = Appointment
        fields: tuple[str, ...] = ()


class WaitlistFilters(OfTwo):
    appointment_type = WholeNumberFilter(help_text="An appointment type's id.")
    specialization = TextFilter()
    status = filters.ChoiceFilter(choices=WaitlistEntry.Status.choices, help_text="In this status.")

    class Meta:
        model = WaitlistEntry
        fields: tuple[str, ...] = ()


class HoldFilters(OfTwo):
    class Meta:
        model = Hold
        fields: tuple[str, ...] = ()


class SeriesFilters(OfTwo):
    class Meta:
        model = Series
        fields: tuple[str, ...] = ()
