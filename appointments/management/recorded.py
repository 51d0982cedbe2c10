"""What a command does with patients' data is written into the audit trail, as what the API does is."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.writing import write
from common import trail
from common.open_trail import Outcome, Trail, opened

# What the audit trail calls a row of each kind of file.
NOUNS = {"doctors": "doctor", "hours": "doctor", "patients": "patient", "appointments": "appointment"}


@contextmanager
def recorded(action: str, *ids: int, source: str) -> Iterator[None]:
    """Leave one row for the block, which says what it did by ``action``; a failure is written down as one."""
    noted = Trail(write, source=source)
    with opened(noted):
        trail.name(action, *ids)
        outcome = Outcome.ERROR
        try:
            yield
            outcome = Outcome.OK
        finally:
            noted.close(outcome)
