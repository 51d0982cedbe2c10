"""/api/patients/"""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.roles import Right, may
from api.exporting import export_of
from api.filters import PatientFilters
from api.schema_shared import CONFLICT
from api.serializers.merging import MergedSerializer, MergeSerializer
from api.serializers.patients import CandidateSerializer, PatientResultSerializer, PatientSerializer
from api.views.base import READING
from api.views.patient_data import PatientData
from appointments import merging
from appointments.permissions import visible_to
from common import trail
from patients import duplicates, services
from patients.errors import RecordMerged
from patients.models import Patient, PatientQuerySet


@extend_schema(tags=["patients"])
@extend_schema_view(
    list=extend_schema(
        summary="List and search patients",
        description="By name, of a `search` the nearest names first, unless `ordering` says otherwise. `search` "
        "looks at name, e-mail, phone number in any spelling, national id and insurance number. Records that were "
        "merged into others are left out.",
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
        responses={200: PatientResultSerializer, 409: CONFLICT},
    ),
    partial_update=extend_schema(
        summary="Change a patient's record",
        description="What is left out stays as it is. `possible_duplicates` warns as on registering, if the name, the "
        "phone number or the birth date has changed.",
        responses={200: PatientResultSerializer, 409: CONFLICT},
    ),
    destroy=extend_schema(
        summary="Deactivate a patient",
        description="The record and its appointments are kept; `active` becomes false, and PATCH can put it back.",
        responses={204: None, 409: CONFLICT},
    ),
)
class PatientViewSet(PatientData):
    rights: ClassVar = dict.fromkeys((*READING, "duplicates"), Right.READ_PATIENTS) | {
        "create": Right.REGISTER_PATIENTS,
        "update": Right.EDIT_PATIENTS,
        "partial_update": Right.EDIT_PATIENTS,
        "destroy": Right.REGISTER_PATIENTS,
        "merge": Right.MERGE_PATIENTS,
        "export": Right.EXPORT_LISTS,
        "export_one": Right.EXPORT_PATIENT,
        "erase": Right.ERASE_PATIENT,
        "legal_hold": Right.ERASE_PATIENT,
    }
    queryset = Patient.objects.all()
    serializer_class = PatientSerializer
    filterset_class = PatientFilters
    ordering_fields: ClassVar = {
        "id": "id",
        "full_name": "full_name",
        "email": "email",
        "date_of_birth": "date_of_birth",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    default_ordering = ("full_name",)
    redirecting = True
    verbs: ClassVar = {"create": "register", "destroy": "deactivate", "export_one": "export"}
    whole: ClassVar = frozenset({"create", "update", "partial_update", "merge"})  # they name other patients
    candidates: Sequence[Patient] = ()
    export = export_of("patients")

    def get_queryset(self) -> QuerySet[Patient]:
        records: PatientQuerySet = super().get_queryset()
        return records.unmerged() if self.action in ("list", "export") else records

    def search(self, records: PatientQuerySet, query: str) -> PatientQuerySet:
        return records.search(query, identifiers=may(self.actor, Right.READ_IDENTIFIERS))

    def get_object(self) -> Patient:
        """The record of the URL. Raises RecordMerged where it leads to another one."""
        patient: Patient = super().get_object()
        if patient.merged_into_id:
            if not self._visible.filter(pk=patient.merged_into_id).exists():
                raise NotFound
            raise RecordMerged(patient.merged_into_id)
        return patient

    @property
    def _visible(self) -> QuerySet[Patient]:
        return visible_to(self.actor, Patient.objects.all())

    def shown(self, record: Any, status: int = 200, **more: Any) -> Response:
        trail.saw(self.candidates)
        warning = self.rendered(CandidateSerializer, self.candidates, many=True)
        return super().shown(record, status, possible_duplicates=warning, **more)

    def perform_create(self, serializer: BaseSerializer[Patient]) -> None:
        serializer.instance = services.register(**serializer.validated_data)
        self.candidates = duplicates.candidates(serializer.instance, among=self._visible)

    def perform_update(self, serializer: BaseSerializer[Patient]) -> None:
        assert serializer.instance
        before = serializer.instance
        serializer.instance = services.amend(before, **serializer.validated_data)
        self.candidates = duplicates.candidates_after(before, serializer.instance, among=self._visible)

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
        found = duplicates.candidates(self.get_object(), among=self._visible)
        trail.saw(found)
        return Response(self.rendered(CandidateSerializer, found, many=True))

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
        merged = merging.merge(kept, **self.read(MergeSerializer), actor=self.actor)
        trail.saw([merged.patient, merged.duplicate])
        return Response(self.rendered(MergedSerializer, merged))
