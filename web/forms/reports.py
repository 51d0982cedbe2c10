"""What the dashboard is about."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from appointments.permissions import within_reach
from appointments.reports.scope import Scope, period
from clinics.models import Location
from common import clock
from common.errors import Refused
from doctors.models import Doctor
from web.forms.doctors import DoctorField
from web.forms.records import DayInput, PlainForm
from web.refusals import refuse


class ScopeForm(PlainForm):
    """``scope`` is what was asked about, None where that cannot be."""

    # Named as in the API.
    field_order = ("from", "to", "location", "doctor")
    to = forms.DateField(label=_("To"), required=False, widget=DayInput())
    location = forms.ModelChoiceField(
        Location.objects.order_by("id"), label=_("Location"), required=False, empty_label=_("All locations")
    )
    doctor = DoctorField(label=_("Doctor"), required=False, empty_label=_("All doctors"))

    def __init__(self, data: Any, *, actor: User) -> None:
        super().__init__(data)
        self.fields["from"] = forms.DateField(label=_("From"), required=False, widget=DayInput())
        self.order_fields(self.field_order)
        self.doctors = within_reach(actor, Right.READ_REPORTS, Doctor.objects.order_by("name_key", "id"))
        doctor: Any = self.fields["doctor"]
        doctor.offer(self.doctors, everybody=True)
        doctor.widget.in_a_row = True
        self.scope: Scope | None = None

    def clean(self) -> dict[str, Any]:
        asked: dict[str, Any] = super().clean() or {}
        if self.errors:
            return asked
        now, place, doctor = clock.now(), asked["location"], asked["doctor"]
        today = (place or Location.objects.default()).local(now).date()
        doctors = self.doctors.filter(pk=doctor.pk) if doctor else self.doctors
        try:
            first, last = period(asked["from"], asked["to"], today=today)
            self.scope = Scope(first, last, doctors, now, place)
        except (Refused, OverflowError) as error:
            refusal = error if isinstance(error, Refused) else Refused(str(_("Enter another day.")), field="from")
            refuse(self, refusal)
        return asked
