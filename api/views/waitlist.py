"""/api/waitlist/"""

from typing import Any, ClassVar

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.roles import Right
from api import preconditions
from api.filters import WaitlistFilters
from api.schema_shared import CONFLICT
from api.serializers.appointments import AppointmentSerializer
from api.serializers.waitlist import OfferSerializer, WaitlistSerializer
from api.views.base import CHANGING, READING, RecordViewSet
from appointments import waitlist
from appointments.models import WaitlistEntry, WaitlistOffer
from common.ids import read_id


@extend_schema(tags=["waitlist"])
@extend_schema_view(
    list=extend_schema(
        summary="List those who wait",
        description="The most urgent first, then whoever has waited longest. `search` looks at the patient's name.",
    ),
    create=extend_schema(
        summary="Put a patient on the waiting list",
        description="For a doctor, a specialization, an appointment type, or several of these together. A time that is "
        "freed (by a cancelled or moved visit, a no-show, new hours or cancelled leave) is offered to whoever it suits "
        "with the highest `priority`, of those whoever has waited longest, and kept for them until `expires_at`. "
        "`part_of_day`: morning until 12:00, afternoon until 17:00, evening from then on, in local time.",
    ),
    retrieve=extend_schema(
        summary="Read an entry of the waiting list",
        description="With its offer, if there is one. An offer whose time is over has lapsed.",
    ),
    update=extend_schema(
        summary="Replace what a patient waits for",
        description="What is left out and not required stays, and so does an offer. The patient cannot change.",
        responses={200: WaitlistSerializer, 409: CONFLICT},
    ),
    partial_update=extend_schema(
        summary="Change what a patient waits for",
        description="What is left out stays as it is, and so does an offer. The patient cannot change.",
        responses={200: WaitlistSerializer, 409: CONFLICT},
    ),
    destroy=extend_schema(
        summary="Take a patient off the waiting list",
        description="A time on offer goes to the next. The entry is kept with the status `withdrawn`.",
        responses={204: None, 409: CONFLICT},
    ),
)
class WaitlistViewSet(RecordViewSet):
    rights: ClassVar = dict.fromkeys((*READING, "offers"), Right.READ_WAITLIST) | dict.fromkeys(
        (*CHANGING, "accept", "decline"), Right.WAIT
    )
    queryset = WaitlistEntry.objects.select_related("patient").prefetch_related(
        Prefetch("offers", WaitlistOffer.objects.pending())
    )
    serializer_class = WaitlistSerializer
    filterset_class = WaitlistFilters
    verbs: ClassVar = {"create": "join", "destroy": "withdraw", "offers": "list_offers"}
    tagged: ClassVar = RecordViewSet.tagged | {"accept", "decline"}
    ordering_fields: ClassVar = {
        "id": "id",
        "priority": "priority",
        "earliest": "earliest",
        "latest": "latest",
        "created_at": "created_at",
    }
    default_ordering = ("-priority", "created_at")

    def filter_queryset(self, queryset: Any) -> Any:
        waitlist.lapse_due()
        return super().filter_queryset(queryset)

    def get_object(self) -> WaitlistEntry:
        """The entry of the URL; an offer that is read late has lapsed."""
        waitlist.lapse_due(get_object_or_404(self.get_queryset(), pk=read_id(self.kwargs["pk"])))
        entry: WaitlistEntry = super().get_object()
        return entry

    def lock(self, records: QuerySet[Any]) -> QuerySet[Any]:
        waitlist.locked(get_object_or_404(records, pk=read_id(self.kwargs["pk"])))
        return records

    def perform_create(self, serializer: BaseSerializer[WaitlistEntry]) -> None:
        serializer.instance = waitlist.join(**serializer.validated_data, as_patient=self.as_patient, actor=self.actor)

    def perform_update(self, serializer: BaseSerializer[WaitlistEntry]) -> None:
        assert serializer.instance
        serializer.instance = waitlist.amend(
            serializer.instance, **serializer.validated_data, as_patient=self.as_patient
        )

    def perform_destroy(self, instance: WaitlistEntry) -> None:
        waitlist.withdraw(instance)

    @extend_schema(
        summary="Accept the offer",
        description="Books it. Of two who accept one offer, one wins.",
        request=None,
        responses={201: AppointmentSerializer, 409: CONFLICT},
        operation_id="waitlist_accept",
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: str) -> Response:
        booked = self.rendered(AppointmentSerializer, waitlist.accept(self.get_object(), actor=self.actor))
        return Response(booked, 201, headers={"ETag": preconditions.etag(booked)})

    @extend_schema(
        summary="Decline the offer",
        description="The time goes to the next; the patient goes on waiting for another.",
        request=None,
        responses={200: WaitlistSerializer, 409: CONFLICT},
        operation_id="waitlist_decline",
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: str) -> Response:
        return self.shown(waitlist.decline(self.get_object()))

    @extend_schema(
        summary="List the offers that were made",
        description="The oldest first, with what became of them.",
        responses=OfferSerializer(many=True),
        operation_id="waitlist_offers_list",
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def offers(self, request: Request, pk: str) -> Response:
        offers = WaitlistOffer.objects.filter(entry=self.get_object()).order_by("id")
        return Response(self.rendered(OfferSerializer, offers, many=True))
