"""How a booking is refused."""

from typing import Any

import pytest

from common.errors import Refused
from tests.factories import (
    book,
)

REASON = "Emergency, agreed by phone"


def refusal(start: str, **asked: Any) -> tuple[str, str | None, str]:
    """The code, the field and the words with which a booking is refused."""
    with pytest.raises(Refused) as caught:
        book(start, **asked)
    return caught.value.code, caught.value.field, caught.value.message
