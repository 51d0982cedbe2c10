"""/api/patients/"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from api.exporting import export_of
from api.filters import PatientFilters
from api.serializers.merging import MergedSerializer, MergeSerializer
from api.serializers.patients import CandidateSerializer, PatientResultSerializer, PatientSerializer
from api.views.base import RecordViewSet
from appointments import merging
from common import trail
from patients import duplicates, services
from patients.errors import RecordMerged
from patients.models import Patient


@extend_schema(tags=["patients"])
@extend_schema_view(
    list=extend_schema(
        summary="List and search patients",
        description="By name, unless `ordering` says otherwise. `search` looks at name, e-mail, phone number in any "
        "spelling, national id and insurance number. Records that were merged into others are left out.",
    ),
    create=extend_schema(
        summary="Register a patient",
        description="Name and phone number are required. A national id is unique where it is given; families may share "
        "an e-mail. `possible_duplicates` warns of records with the same phone number or birth date and a similar "
        "name; the patient is registered all the same.",
        responses={201: PatientResultSerializer},
    ),
    retrieve=extend_schema(
        summary="Read a patient's record",
        description="Of a record that was merged into another one the answer is 308, and `Location` leads to that one.",
    ),
    update=extend_schema(
        summary="Replace a patient's record",
        description="What is left out and not required stays as it is. `possible_duplicates` warns as on registering, "
        "if the name, the phone number or the birth date has changed.",
        responses={200: PatientResultSerializer},
    ),
    partial_update=extend_schema(
        summary="Change a patient's record",
        description="What is left out stays as it is. `possible_duplicates` warns as on registering, if the name, the "
        "phone number or the birth date has changed.",
        responses={200: PatientResultSerializer},
    ),
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
        "date_of_birth": "date_of_birth",
        "created_at": "created_at",
    }
    default_ordering = ("full_name",)
    redirecting = True
    verbs: ClassVar = {"create": "register", "destroy": "deactivate"}
    whole: ClassVar = frozenset({"create", "update", "partial_update", "merge"})  # they name other patients
    candidates: Sequence[Patient] = ()
    export = export_of("patients")

    def get_queryset(self) -> QuerySet[Patient]:
        return Patient.objects.unmerged() if self.action in ("list", "export") else Patient.objects.all()

    def get_object(self) -> Patient:
        """The record of the URL. Raises RecordMerged where it leads to another one."""
        patient: Patient = super().get_object()
        if patient.merged_into_id:
            raise RecordMerged(patient.merged_into_id)
        return patient

    def shown(self, record: Any, status: int = 200, **more: Any) -> Response:
        trail.saw(self.candidates)
        warning = CandidateSerializer(self.candidates, many=True).data
        return super().shown(record, status, possible_duplicates=warning, **more)

    def perform_create(self, serializer: BaseSerializer[Patient]) -> None:
        serializer.instance = services.register(**serializer.validated_data)
        self.candidates = duplicates.candidates(serializer.instance)

    def perform_update(self, serializer: BaseSerializer[Patient]) -> None:
        assert serializer.instance
        before = serializer.instance
        serializer.instance = services.amend(before, **serializer.validated_data)
        self.candidates = duplicates.candidates_after(before, serializer.instance)

    def perform_destroy(self, instance: Patient) -> None:
        services.deactivate(instance)

    @extend_schema(
        summary="List a patient's possible duplicates",
        description="Records with the same phone number or birth date and a similar name, the likeliest first, ten at "
        "most. Deactivated ones are among them.",
        operation_id="patients_duplicates_list",
        responses=CandidateSerializer(many=True),
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[], url_path="duplicates")
    def duplicates(self, request: Request, pk: str) -> Response:
        found = duplicates.candidates(self.get_object())
        trail.saw(found)
        return Response(CandidateSerializer(found, many=True).data)

    @extend_schema(
        summary="Merge a duplicate into a patient's record",
        description="Appointments, holds, series, entries of the waiting list and dependents of `duplicate` go over to "
        "this record, which is given what it lacks (`filled`). The other record becomes inactive, and its address "
        "answers 308 and leads here; whoever books with its id books for this record. Visits of both that overlap are "
        "listed in `overlapping`: those of the other record stay with it until they are moved or cancelled, which "
        "brings them here. Merging again takes along what can go over since.",
        operation_id="patients_merge",
        request=MergeSerializer,
        responses={200: MergedSerializer},
    )
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        kept = self.get_object()
        serializer = MergeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        merged = merging.merge(kept, **serializer.validated_data, actor=self.actor)
        trail.saw([merged.patient, merged.duplicate])
        return Response(MergedSerializer(merged).data)
