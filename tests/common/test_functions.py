"""What the database computes."""

from datetime import timedelta

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
