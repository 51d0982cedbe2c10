"""/api/me/: who am I, and what may I do?"""

from typing import ClassVar, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from api.rights import SIGNED_IN, Rights
from api.serializers.me import MeSerializer


class MeView(APIView):
    rights: ClassVar[Rights] = {"get": SIGNED_IN}

    @extend_schema(
        tags=["authentication"],
        summary="Read who you are",
        description="Your role, the doctor's or patient's record as which you sign in, the patients for whom you book, "
        "and what you may do: to your own rows or to all. Without a role this is all that you can read.",
        operation_id="me_retrieve",
        responses=MeSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(MeSerializer(cast(User, request.user)).data)
