"""What the database computes."""

from datetime import timedelta

import pytest
from django.db.models import F

from appointments.models import Appointment
from common.functions import EpochSeconds
from tests.factories import at, book


def test_an_instant_is_read_as_whole_seconds(db: None) -> None:
    visit = book("2026-03-02 10:00")
    seconds = Appointment.objects.values_list(EpochSeconds("start"), EpochSeconds("end", ceil=True))
    assert list(seconds.all()) == [(int(at("2026-03-02 10:00").timestamp()), int(at("2026-03-02 10:30").timestamp()))]
    Appointment.objects.filter(pk=visit.pk).update(
        start=F("start") + timedelta(milliseconds=500), end=F("end") + timedelta(milliseconds=500)
    )
    assert list(seconds.all()) == [
        (int(at("2026-03-02 10:00").timestamp()), int(at("2026-03-02 10:30:01").timestamp()))
    ]


@pytest.mark.parametrize(
    "part", [timedelta(microseconds=1), timedelta(microseconds=499), timedelta(microseconds=999_999)]
)
def test_an_instant_is_read_exactly_to_the_microsecond(db: None, part: timedelta) -> None:
    visit = book("2026-03-02 10:00")
    Appointment.objects.filter(pk=visit.pk).update(start=F("start") + part, end=F("end") + part)
    assert list(Appointment.objects.values_list(EpochSeconds("start"), EpochSeconds("end", ceil=True))) == [
        (int(at("2026-03-02 10:00").timestamp()), int(at("2026-03-02 10:30:01").timestamp()))
    ]
