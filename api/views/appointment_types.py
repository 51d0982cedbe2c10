"""/api/appointment-types/"""

from typing import ClassVar

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.serializers import BaseSerializer

from accounts.roles import Right
from api.clinic_filters import AppointmentTypeFilters
from api.serializers.clinic import AppointmentTypeSerializer
from api.views.base import CHANGING, READING, RecordViewSet
from clinics import services
from clinics.models import AppointmentType
from doctors import offering
from doctors.models import Doctor


@extend_schema(tags=["clinic"])
@extend_schema_view(
    list=extend_schema(summary="List appointment types", description="By name, unless `ordering` says otherwise."),
    create=extend_schema(
        summary="Add an appointment type",
        description="Its length, its rules, the kind of room it needs, and who offers it: the doctors of the "
        "`specializations` and those in `doctors`; everybody, if both are empty. Names are unique.",
    ),
    retrieve=extend_schema(summary="Read an appointment type", description="A deactivated one too."),
    update=extend_schema(
        summary="Replace an appointment type", description="What is left out and not required stays as it is."
    ),
    partial_update=extend_schema(
        summary="Change an appointment type",
        description="What is left out stays. Appointments keep the length and buffers that they were booked with.",
    ),
    destroy=extend_schema(
        summary="Deactivate an appointment type", description="It is booked no more; appointments of it are kept."
    ),
)
class AppointmentTypeViewSet(RecordViewSet):
    rights: ClassVar = dict.fromkeys(READING, Right.READ_CLINIC) | dict.fromkeys(CHANGING, Right.EDIT_CLINIC)
    queryset = AppointmentType.objects.prefetch_related(Prefetch("doctors", Doctor.objects.only("id").order_by("id")))
    serializer_class = AppointmentTypeSerializer
    filterset_class = AppointmentTypeFilters
    ordering_fields: ClassVar = {"id": "id", "name": "name", "duration_minutes": "duration_minutes"}
    default_ordering = ("name",)
    private = False
    verbs: ClassVar = {"create": "add", "destroy": "deactivate"}

    def perform_create(self, serializer: BaseSerializer[AppointmentType]) -> None:
        serializer.instance = offering.add_type(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[AppointmentType]) -> None:
        assert serializer.instance
        serializer.instance = offering.amend_type(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: AppointmentType) -> None:
        services.deactivate_type(instance)
