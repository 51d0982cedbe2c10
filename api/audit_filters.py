"""What the audit trail is searched by."""

from django_filters import rest_framework as filters

from api.filters import EdgeFilter, Filters, WholeNumberFilter
from audit.models import AuditEvent
from common.open_trail import Outcome


class AuditFilters(Filters):
    actor = WholeNumberFilter(help_text="A user's id.")
    username = filters.CharFilter(max_length=150, help_text="Exactly this name, as it was then.")
    action = filters.CharFilter(max_length=60, help_text="Exactly this action, such as `patient.read`.")
    kind = filters.CharFilter(max_length=30, help_text="The noun of the action, such as `patient`.")
    object = WholeNumberFilter(field_name="object_ids", lookup_expr="has", help_text="The id of something of the kind.")
    patient = WholeNumberFilter(
        field_name="patient_ids", lookup_expr="has", help_text="A patient's id: all that was done with their data."
    )
    outcome = filters.ChoiceFilter(choices=Outcome.choices, help_text="What became of it.")
    request_id = filters.CharFilter(max_length=64, help_text="Exactly this `X-Request-ID`.")
    at_after = EdgeFilter(field_name="at", lookup_expr="gte", help_text="At or after this time.")
    at_before = EdgeFilter(field_name="at", lookup_expr="lt", help_text="Before this time.")

    class Meta:
        model = AuditEvent
        fields: tuple[str, ...] = ()
