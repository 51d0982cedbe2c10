"""Why a request with an Idempotency-Key was not carried out, in the words that people read."""

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
