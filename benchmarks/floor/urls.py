"""Three views, each as bare as it can be: a greeting, one row by its id, one guarded INSERT. And an ordinary one."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import IntegrityError, connection, transaction
from django.urls import path
from rest_framework import serializers
from rest_framework.generics import CreateAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.floor.models import Doctor, Visit


class Hello(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response({"hello": "world"})


class Row(APIView):
    """The token is looked up, and one row."""

    def get(self, request: Request, pk: int) -> Response:
        with connection.cursor() as cursor:
            cursor.execute('SELECT id, doctor, patient, "start", "end" FROM floor_visit WHERE id = %s', [pk])
            row = cursor.fetchone()
        if row is None:
            return Response({"detail": "Not found."}, 404)
        return Response(dict(zip(("id", "doctor", "patient", "start", "end"), row, strict=True)))


class Insert(APIView):
    """The token is looked up, and one row goes in that an exclusion constraint judges."""

    def post(self, request: Request) -> Response:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    'INSERT INTO floor_visit (doctor, patient, "start", "end") '
                    "VALUES (%s, %s, %s::timestamptz, %s::timestamptz + interval '30 minutes') RETURNING id",
                    [request.data["doctor"], request.data["patient"], *[request.data["appointment_time"]] * 2],
                )
                [pk] = cursor.fetchone()
        except IntegrityError:
            return Response({"non_field_errors": ["Taken."]}, 400)
        return Response({"id": pk}, 201)


class VisitSerializer(serializers.ModelSerializer[Visit]):
    appointment_time = serializers.DateTimeField(source="start")

    class Meta:
        model = Visit
        fields: ClassVar = ["id", "doctor", "patient", "appointment_time", "end"]
        read_only_fields: ClassVar = ["end"]


class Ordinary(CreateAPIView[Visit]):
    """As one writes it by the book: a serializer, the doctor's row locked, a look for what overlaps, save().

    One doctor's visits are kept apart, nothing else is asked, and nothing is written down but the visit.
    """

    queryset = Visit.objects.all()
    serializer_class = VisitSerializer

    @transaction.atomic
    def perform_create(self, serializer: Any) -> None:
        start, doctor = serializer.validated_data["start"], serializer.validated_data["doctor"]
        end = start + timedelta(minutes=30)
        Doctor.objects.select_for_update().get(pk=doctor.pk)
        if Visit.objects.filter(doctor=doctor, start__lt=end, end__gt=start).exists():
            raise serializers.ValidationError("Taken.")
        serializer.save(end=end)


urlpatterns = [
    path("hello/", Hello.as_view()),
    path("rows/<int:pk>/", Row.as_view()),
    path("rows/", Insert.as_view()),
    path("visits/", Ordinary.as_view()),
]
