"""/api-token-auth/: a token for a name and a password, and its end."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import signing_in, tokens
from accounts.models import Token
from api.authentication import TokenAuthentication
from api.serializers.tokens import TokenRequestSerializer

TokenAnswer = inline_serializer("Token", {"token": serializers.CharField()})


class TokenView(APIView):
    authentication_classes = (TokenAuthentication,)
    permission_classes = ()
    throttle_classes = ()  # nobody is known yet; guesses are counted by `accounts.guard`
    also_answers_posts = ("403", "429")

    @extend_schema(
        tags=["authentication"],
        summary="Get a token",
        description="A new one every time; those of before hold on. It ends 30 days after its last use, 90 days after "
        "it was issued, and with your password, unless the clinic has set other limits. Send it as "
        "`Authorization: Token ...`. Whoever has set up an authenticator app sends its code as `otp`.",
        operation_id="token_create",
        auth=[],
        request=TokenRequestSerializer,
        responses=TokenAnswer,
    )
    def post(self, request: Request) -> Response:
        serializer = TokenRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"token": signing_in.token_for(request._request, **serializer.validated_data)})

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
        tokens.revoke(Token.objects.filter(pk=request.auth.pk), request=request._request)
        return Response(status=204)

    def perform_authentication(self, request: Request) -> None:
        """Only DELETE needs the token; a stale one does not keep anybody from getting a new one."""
