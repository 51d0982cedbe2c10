"""core.wsgi whose audit rows are no part of what they tell of: for the negative control, never for a clinic.

A row is written after the transaction, and one in twenty is not: as if the process had ended in between.
"""

from core.wsgi import application  # first: it sets Django up

from functools import partial  # isort: skip
from itertools import count  # isort: skip

from audit import middleware  # isort: skip
from audit.writing import write  # isort: skip
from common.open_trail import Outcome, Trail  # isort: skip
from django.db import connection, transaction  # isort: skip

__all__ = ["application"]

rows = count(1)


def write_afterwards(trail: Trail, outcome: Outcome) -> None:
    if not connection.in_atomic_block:
        write(trail, outcome)
    elif next(rows) % 20:
        transaction.on_commit(partial(write, trail, outcome))


middleware.write = write_afterwards
