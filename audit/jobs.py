"""Commands in the audit trail: what a job does by itself, without anybody who asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from audit.writing import write
from common import request_id
from common.open_trail import Outcome, Trail, opened


@contextmanager
def job(command: str, action: str) -> Iterator[Trail]:
    """Each transaction of the block leaves a row: without an actor, with the command's name as its route.

    All rows of one run have the same request id. What the block only reads it closes itself: ``trail.close``.
    """
    named = Trail(write, request_id=request_id.choose(""), source=f"manage.py {command}", by_system=True, action=action)
    with opened(named):
        yield named


def read(command: str, action: str, **details: int | str) -> None:
    """A row for a command that shows or writes away what it reads."""
    with job(command, action) as trail:
        trail.details |= details
        trail.close(Outcome.OK)
