"""What `common.transactions` tells the operator."""

import pytest
from django.db import OperationalError

from common.errors import Busy
from common.transactions import atomic


def test_every_lost_race_is_logged_without_the_databases_own_words(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("common.transactions.time.sleep", lambda seconds: None)

    @atomic
    def lose() -> None:
        raise OperationalError("database is locked: Jane Doe")

    with pytest.raises(Busy):
        lose()

    name = lose.__qualname__
    assert caplog.messages == [f"{name} lost a race for a lock, try {attempt} of 3." for attempt in (1, 2, 3)]
