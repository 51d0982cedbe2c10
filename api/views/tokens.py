"""/api-token-auth/: a token for a name and a password, and its end."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.authentication import TokenAuthentication

TokenAnswer = inline_serializer("Token", {"token": serializers.CharField()})


class TokenView(APIView):
    authentication_classes = (TokenAuthentication,)
    permission_classes = ()

    @extend_schema(
        tags=["authentication"],
        summary="Get a token",
        description="The same one every time, until it is revoked. Send it as `Authorization: Token ...`.",
        operation_id="token_create",
        auth=[],
        request=AuthTokenSerializer,
        responses=TokenAnswer,
    )
    def post(self, request: Request) -> Response:
        serializer = AuthTokenSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        token, _ = Token.objects.get_or_create(user=serializer.validated_data["user"])
        return Response({"token": token.key})

    @extend_schema(
        tags=["authentication"],
        summary="Revoke the token that is sent",
        description="It is refused from then on; a new one can be had.",
        operation_id="token_destroy",
        auth=[{"tokenAuth": []}],  # type: ignore[list-item]  # it goes into the schema as it is
        responses={204: None},
    )
    def delete(self, request: Request) -> Response:
        if not isinstance(request.auth, Token):
            raise NotAuthenticated
        request.auth.delete()
        return Response(status=204)

    def perform_authentication(self, request: Request) -> None:
        """Only DELETE needs the token; a stale one does not keep anybody from getting a new one."""
