"""/api/patients/"""

from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.serializers import BaseSerializer

from api.filters import PatientFilters
from api.serializers.patients import PatientSerializer
from api.views.base import RecordViewSet
from patients import services
from patients.models import Patient


@extend_schema(tags=["patients"])
@extend_schema_view(
    list=extend_schema(
        summary="List and search patients",
        description="By name, unless `ordering` says otherwise. `search` looks at name, e-mail, phone number in any "
        "spelling, national id and insurance number.",
    ),
    create=extend_schema(
        summary="Register a patient",
        description="Name and phone number are required. A national id is unique where it is given; families may share "
        "an e-mail.",
    ),
    retrieve=extend_schema(summary="Read a patient's record"),
    update=extend_schema(
        summary="Replace a patient's record", description="What is left out and not required stays as it is."
    ),
    partial_update=extend_schema(summary="Change a patient's record", description="What is left out stays as it is."),
    destroy=extend_schema(
        summary="Deactivate a patient",
        description="The record and its appointments are kept; `active` becomes false, and PATCH can put it back.",
    ),
)
class PatientViewSet(RecordViewSet):
    queryset = Patient.objects.all()
    serializer_class = PatientSerializer
    filterset_class = PatientFilters
    ordering_fields: ClassVar = {
        "id": "id",
        "full_name": "full_name",
        "email": "email",
        "created_at": "created_at",
    }
    default_ordering = ("full_name",)

    def perform_create(self, serializer: BaseSerializer[Patient]) -> None:
        serializer.instance = services.register(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Patient]) -> None:
        assert serializer.instance
        serializer.instance = services.amend(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: Patient) -> None:
        services.deactivate(instance)
