"""What patients may ask of the clinic about their data: all of it, and its end."""

from typing import Any

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.schema_shared import CONFLICT
from api.serializers.patient_data import EraseSerializer, LegalHoldSerializer
from api.serializers.patients import PatientSerializer
from api.views.base import RecordViewSet
from appointments import erasure, portability


class PatientData(RecordViewSet):
    """The part of `PatientViewSet` that is about a patient's data as a whole."""

    @extend_schema(
        summary="Export all data of a patient",
        description="The record, those merged into it, visits with their history, holds, series, the waiting list, "
        "dependents, and who read or changed it, as one JSON object. Notes of the desk are left out where the reader "
        "may not read them. `manage.py export_patient` writes the same.",
        operation_id="patients_export_one",
        responses={200: OpenApiTypes.OBJECT},
    )
    @action(detail=True, methods=["get"], url_path="export", pagination_class=None, filter_backends=[])
    def export_one(self, request: Request, pk: str) -> HttpResponseBase:
        data = portability.export(self.get_object(), reader=self.actor)
        return Response(data, headers={"Content-Disposition": f'attachment; filename="patient-{int(pk)}.json"'})

    @extend_schema(
        summary="Erase a patient's data, for good",
        description="The name becomes a pseudonym; contacts, ids, notes and what was written about visits are removed, "
        "from the records merged into this one as well, and whoever signed in as them cannot any more. Visits keep "
        "their time, doctor and status. There is no way back. Refused under a legal hold, and while visits are to "
        "come. `reason` is kept: it must not say who the patient was.",
        operation_id="patients_erase",
        request=EraseSerializer,
        responses={200: PatientSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def erase(self, request: Request, pk: str) -> Response:
        patient = erasure.erase(self.get_object(), **self.read(EraseSerializer))
        return Response(self.rendered(PatientSerializer, patient))

    @extend_schema(
        summary="Hold a patient's data, or end a hold",
        description="While there is a `reason` the data cannot be erased; an empty one ends the hold.",
        operation_id="patients_legal_hold",
        request=LegalHoldSerializer,
        responses={200: LegalHoldSerializer, 409: CONFLICT},
    )
    @action(detail=True, methods=["post"], url_path="legal-hold")
    def legal_hold(self, request: Request, pk: str) -> Response:
        patient = erasure.hold(self.get_object(), **self.read(LegalHoldSerializer))
        held: dict[str, Any] = {"reason": patient.legal_hold}
        return Response(held)
