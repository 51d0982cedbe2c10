"""A refusal on a page."""

import pytest

from appointments.errors import NothingToUndo, SlotTaken
from common.errors import Busy, DomainError, Outdated, TooOften, Unsure
from web.refusals import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SlotTaken, 400),
        (Outdated, 412),
        (NothingToUndo, 409),
        (Busy, 503),
        (Unsure, 503),
        (lambda: TooOften(60), 429),
    ],
)
def test_a_refusal_has_the_status_that_the_api_gives_it(error: type[DomainError], status: int) -> None:
    assert status_of(error()) == status
