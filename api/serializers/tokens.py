"""What is sent to be signed in."""

from rest_framework import serializers


class TokenRequestSerializer(serializers.Serializer[None]):
    username = serializers.CharField(write_only=True, max_length=255)
    password = serializers.CharField(
        write_only=True, max_length=4096, trim_whitespace=False, style={"input_type": "password"}
    )
    otp = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        max_length=32,
        help_text="The code of your authenticator app, or a recovery code. Only of those who have set one up.",
    )
