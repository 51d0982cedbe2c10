"""Why somebody was not signed in, a user not changed, or a retried request not carried out, in words for people."""

from datetime import timedelta
from math import ceil

from common.errors import Conflict, DomainError, Refused, TooOften


class LockedOut(TooOften):
    """The same for the right password and a wrong one, for an account that exists and one that does not."""

    code = "locked_out"
    message = "Too many attempts to sign in failed. Wait some minutes and try again, or ask your administrator."

    def __init__(self, *, retry_after: timedelta) -> None:
        super().__init__(max(1, ceil(retry_after.total_seconds())))


class WrongCredentials(Refused):
    """The same for an unknown name, a wrong password and an inactive account."""

    code = "authorization"
    message = "Unable to log in with provided credentials."


class CodeMissing(Refused):
    code = "otp_required"
    field = "otp"
    message = "Also send the code of your authenticator app, or a recovery code."


class WrongCode(Refused):
    code = "otp_wrong"
    field = "otp"
    message = "That code is not right, or was used before. Send the newest of your app, or a recovery code."


class MustEnrol(DomainError):
    """HTTP 403."""

    code = "second_factor_required"
    message = "Your account needs a second factor. Sign in on the web pages and set up an authenticator app first."


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
