"""What a command does with patients' data is written into the audit trail, as what the API does is."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.writing import write
from common import trail

# What the audit trail calls a row of each kind of file.
NOUNS = {"doctors": "doctor", "hours": "doctor", "patients": "patient", "appointments": "appointment"}


@contextmanager
def recorded(action: str, *ids: int, source: str) -> Iterator[None]:
    """Leave one row for the block, which says what it did by ``action``; a failure is written down as one."""
    noted = trail.Trail(write, source=source)
    with trail.opened(noted):
        trail.name(action, *ids)
        outcome = trail.Outcome.ERROR
        try:
            yield
            outcome = trail.Outcome.OK
        finally:
            noted.close(outcome)
