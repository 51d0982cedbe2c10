"""What a broken constraint means to people: from its name to the error that says it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import IntegrityError

from common.constraints import violated
from common.errors import DomainError


@contextmanager
def judged(verdicts: Mapping[str, type[DomainError]]) -> Iterator[None]:
    """Raise the error that belongs to the constraint which the block broke; other failures pass unchanged.

    Use it inside the transaction that must not survive: the error rolls it back.
    """
    try:
        yield
    except IntegrityError as error:
        name = violated(error)
        for constraint, verdict in verdicts.items():
            if constraint in name:
                raise verdict from None  # the driver's text names other people
        raise
