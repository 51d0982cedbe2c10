"""core.wsgi whose idempotency keys are not part of what they are for: for the negative control, never for a clinic.

The key, what is created, and the answer that is kept are each committed by themselves.
"""

from core.wsgi import application  # first: it sets Django up

from api import idempotency  # isort: skip
from common.transactions import atomic  # isort: skip

__all__ = ["application"]

idempotency.atomic = lambda handler: handler
idempotency._claim = atomic(idempotency._claim)
idempotency._keep = atomic(idempotency._keep)
