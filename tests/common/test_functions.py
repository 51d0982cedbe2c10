"""What the database computes."""

from datetime import date, timedelta

from django.db.models import F

from appointments.models import Appointment
from common.functions import EpochSeconds, RowsAsText
from doctors.models import WeeklyHours
from tests.factories import at, book, make_doctor, set_hours


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


def test_the_rows_of_a_group_are_read_as_one_text(db: None) -> None:
    doctor, other = make_doctor(), make_doctor()
    set_hours(doctor, "mon 09:00-12:30")
    set_hours(other, "tue 13:00-17:00", valid_from=date(2026, 3, 1))
    written = (
        WeeklyHours.objects.order_by().values("doctor").annotate(text=RowsAsText("weekday", "start", "valid_from"))
    )
    assert dict(written.values_list("doctor", "text")) == {doctor.pk: "0 09:00:00 ", other.pk: "1 13:00:00 2026-03-01"}
    WeeklyHours.objects.update(doctor=doctor)
    [(_, text)] = written.values_list("doctor", "text")
    assert sorted(text.split(";")) == ["0 09:00:00 ", "1 13:00:00 2026-03-01"]
