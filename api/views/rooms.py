"""/api/rooms/"""

from typing import ClassVar

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.serializers import BaseSerializer

from accounts.roles import Right
from api.clinic_filters import RoomFilters
from api.serializers.clinic import RoomSerializer
from api.views.base import CHANGING, READING, RecordViewSet
from clinics import services
from clinics.models import Room


@extend_schema(tags=["clinic"])
@extend_schema_view(
    list=extend_schema(summary="List rooms", description="By name, unless `ordering` says otherwise."),
    create=extend_schema(
        summary="Add a room",
        description="Its `kind` is what appointment types ask for, such as consulting or ultrasound. A name is unique "
        "at its location.",
    ),
    retrieve=extend_schema(summary="Read a room", description="A deactivated one too."),
    update=extend_schema(
        summary="Replace a room's record", description="What is left out and not required stays as it is."
    ),
    partial_update=extend_schema(
        summary="Change a room's record", description="What is left out stays. A room stays at its location."
    ),
    destroy=extend_schema(
        summary="Deactivate a room", description="It is given to no more appointments; those that have it keep it."
    ),
)
class RoomViewSet(RecordViewSet):
    rights: ClassVar = dict.fromkeys(READING, Right.READ_CLINIC) | dict.fromkeys(CHANGING, Right.EDIT_CLINIC)
    queryset = Room.objects.all()
    serializer_class = RoomSerializer
    filterset_class = RoomFilters
    ordering_fields: ClassVar = {"id": "id", "name": "name", "kind": "kind", "location": "location_id"}
    default_ordering = ("name",)
    private = False
    verbs: ClassVar = {"create": "add", "destroy": "deactivate"}

    def perform_create(self, serializer: BaseSerializer[Room]) -> None:
        serializer.instance = services.add_room(**serializer.validated_data)

    def perform_update(self, serializer: BaseSerializer[Room]) -> None:
        assert serializer.instance
        serializer.instance = services.amend_room(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: Room) -> None:
        services.deactivate_room(instance)
