"""Three views, each as bare as it can be: a greeting, one row by its id, one guarded INSERT."""

from django.db import IntegrityError, connection, transaction
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


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


urlpatterns = [
    path("hello/", Hello.as_view()),
    path("rows/<int:pk>/", Row.as_view()),
    path("rows/", Insert.as_view()),
]
