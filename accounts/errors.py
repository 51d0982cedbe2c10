"""Why a user was not made or changed, or a request with an Idempotency-Key not carried out, in words for people."""

from common.errors import Conflict, Refused


class BadKey(Refused):
    code = "bad_idempotency_key"
    field = "Idempotency-Key"
    message = "Send 1 to 255 visible ASCII characters without spaces, such as a random UUID."


class KeyReused(Conflict):
    """HTTP 422."""

    code = "idempotency_key_reused"
    message = "This Idempotency-Key came with another request before. Use a new key for a new request."


class StillInFlight(Conflict):
    code = "idempotency_key_in_flight"
    message = "The first request with this Idempotency-Key is still being worked on. Send it again in a moment."


class BadUser(Refused):
    """A field does not read as it has to; ``field`` says which."""

    code = "bad_user"


class UsernameTaken(Refused):
    code = "username_taken"
    field = "username"
    message = "Somebody signs in with this name already. Choose another one."


class WeakPassword(Refused):
    code = "weak_password"
    field = "password"
    message = "This password is too easy to guess."


class SuperuserOnly(Refused):
    code = "superuser_only"
    message = "Only a superuser changes a superuser."


class NotYourself(Refused):
    code = "not_yourself"
    message = "Nobody takes away their own access: ask another administrator."
