"""What is true of a clinic's database after every step, judged pair by pair and point by point, without a trick.

Nothing here asks the code under test, but for `availability.outside_hours`, whose answer is compared. All times of the
clinics that are checked lie on multiples of five minutes.
"""

from collections import defaultdict
from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from itertools import combinations, pairwise

from appointments.lifecycle import Status
from appointments.models import Appointment, AppointmentChange, Hold, Series, WaitlistEntry, WaitlistOffer
from clinics.models import Holiday, Location, LocationException
from doctors.models import AvailabilityException, Doctor, WeeklyHours

POINT = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
FREE = {Status.CANCELLED, Status.NO_SHOW}


class Hours:
    """When doctors are where, as the rows say it, one point of time after the other."""

    def __init__(self) -> None:
        self.places = list(Location.objects.filter(active=True))
        self.weekly: dict[tuple[int, int, int], list[WeeklyHours]] = defaultdict(list)
        for row in WeeklyHours.objects.all():
            self.weekly[row.doctor_id, row.location_id, row.weekday].append(row)
        self.exceptions = list(AvailabilityException.objects.order_by("id"))
        self.closures = list(LocationException.objects.order_by("id"))
        self.holidays = list(Holiday.objects.order_by("id"))
        self._feasts = {(holiday.location_id, holiday.date) for holiday in self.holidays}

    def cover(self, visit: Appointment | Hold) -> bool:
        """Whether the doctor is where the visit, or what is held for one, is, all the while."""
        points = [visit.start + number * POINT for number in range((visit.end - visit.start) // POINT)]
        here = [place for place in self.places if place.pk == visit.location_id]
        return any(all(self._open(visit.doctor_id, place, point) for point in points) for place in here)

    def _open(self, doctor: int, place: Location, point: datetime) -> bool:
        mine = [row for row in self.exceptions if row.doctor_id == doctor and row.start <= point < row.end]
        if any(row.kind == "closed" for row in mine):
            return False
        if mine:
            return mine[-1].location_id == place.pk
        return self._weekly(doctor, place, point) and not self._closed(place, point)

    def _weekly(self, doctor: int, place: Location, point: datetime) -> bool:
        wall = point.astimezone(place.zone).replace(tzinfo=None)
        for day in (wall.date(), wall.date() - DAY):
            for row in self.weekly[doctor, place.pk, day.weekday()]:
                last = day if row.end > row.start else day + DAY
                if datetime.combine(day, row.start) <= wall < datetime.combine(last, row.end):
                    return True
        return False

    def _closed(self, place: Location, point: datetime) -> bool:
        kinds = {row.kind for row in self.closures if row.location_id == place.pk and row.start <= point < row.end}
        day = point.astimezone(place.zone).date()
        holiday = (None, day) in self._feasts or (place.pk, day) in self._feasts
        return "closed" in kinds or (holiday and "open" not in kinds)


class Seen:
    """Every row that the invariants speak of, read once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.hours = Hours()
        self.visits = list(Appointment.objects.order_by("id"))
        self.blocking = [visit for visit in self.visits if visit.status not in FREE]
        self.lines: dict[int, list[AppointmentChange]] = {visit.pk: [] for visit in self.visits}
        for line in AppointmentChange.objects.order_by("id"):
            self.lines[line.appointment_id].append(line)
        self.all_holds = list(Hold.objects.order_by("id"))
        self.holds = [hold for hold in self.all_holds if hold.expires_at > now]
        self.entries = list(WaitlistEntry.objects.order_by("id"))
        self.offers = list(WaitlistOffer.objects.order_by("id"))
        self.series = list(Series.objects.order_by("id"))

    def stored(self) -> list[object]:
        """What tells whether anything was written between two looks."""
        return [
            [(visit.pk, visit.version, visit.status, visit.start) for visit in self.visits],
            [line.pk for lines in self.lines.values() for line in lines],
            [hold.pk for hold in self.all_holds],
            [(entry.pk, entry.status, entry.updated_at) for entry in self.entries],
            [(offer.pk, offer.status) for offer in self.offers],
            [(series.pk, series.version) for series in self.series],
            [row.pk for row in (*self.hours.exceptions, *self.hours.closures, *self.hours.holidays)],
            sorted(row.pk for rows in self.hours.weekly.values() for row in rows),
        ]

    def placing(self, visit: Appointment) -> AppointmentChange:
        """The line with which the visit took the time and the room that it has: it was judged then."""
        return [line for line in self.lines[visit.pk] if _takes(line)][-1]


def _takes(line: AppointmentChange) -> bool:
    """Whether the visit took what it did not have: to end earlier and to give up a room take nothing."""
    if line.from_status in {"", *FREE} or line.from_end is None:
        return line.to_status not in FREE
    another_room = line.to_room_id is not None and line.to_room_id != line.from_room_id
    elsewhere = (line.from_start, line.from_doctor_id) != (line.to_start, line.to_doctor_id)
    return line.to_status not in FREE and (elsewhere or another_room or line.to_end > line.from_end)


def _meet(one: Appointment | Hold | WaitlistOffer, other: Appointment | Hold | WaitlistOffer) -> bool:
    return one.start < other.end and other.start < one.end


def nobody_is_in_two_places(seen: Seen) -> None:
    for one, other in combinations(seen.blocking, 2):
        if _meet(one, other):
            assert one.doctor_id != other.doctor_id, f"Doctor: {one} and {other}"
            assert one.patient_id != other.patient_id, f"Patient: {one} and {other}"
            assert one.room_id is None or one.room_id != other.room_id, f"Room: {one} and {other}"


def holds_keep_what_they_hold(seen: Seen) -> None:
    for one, other in combinations([*seen.holds, *seen.blocking], 2):
        if _meet(one, other) and isinstance(one, Hold):
            assert one.doctor_id != other.doctor_id, f"Doctor: hold {one} and {other}"
            assert one.room_id is None or one.room_id != other.room_id, f"Room: hold {one} and {other}"


def buffers_are_kept_unless_set_aside(seen: Seen) -> None:
    for one, other in combinations(sorted(seen.blocking, key=lambda visit: visit.start), 2):
        gap = other.start - one.end
        if (
            one.doctor_id == other.doctor_id
            and gap < max(one.buffer_after_minutes, other.buffer_before_minutes) * MINUTE
        ):
            later = max(seen.placing(one), seen.placing(other), key=lambda line: line.pk)
            assert "buffer_needed" in later.overrode, f"{one} and {other}"


def history_is_whole(seen: Seen) -> None:
    for visit in seen.visits:
        first, *others = lines = seen.lines[visit.pk]
        assert (first.action, first.from_status, first.from_start) == ("booked", "", None), visit
        assert all(line.action != "booked" for line in others), visit
        for line, following in pairwise(lines):
            assert _after(line) == _before(following), f"{visit}: {line} and then {following}"
        row = (visit.status, visit.start, visit.end, visit.doctor_id, visit.location_id, visit.room_id)
        assert _after(lines[-1]) == row, visit
        assert visit.version == len(lines), visit


def _before(line: AppointmentChange) -> tuple[object, ...]:
    place = (line.from_doctor_id, line.from_location_id, line.from_room_id)
    return (line.from_status, line.from_start, line.from_end, *place)


def _after(line: AppointmentChange) -> tuple[object, ...]:
    return (line.to_status, line.to_start, line.to_end, line.to_doctor_id, line.to_location_id, line.to_room_id)


def the_waiting_list_is_in_order(seen: Seen) -> None:
    pending = [offer for offer in seen.offers if offer.status == "pending"]
    waiting_for_an_answer = {entry.pk for entry in seen.entries if entry.status == "offered"}
    assert sorted(offer.entry_id for offer in pending) == sorted(waiting_for_an_answer)
    held = {hold.pk: (hold.doctor_id, hold.start, hold.end, hold.expires_at) for hold in seen.holds}
    for offer in pending:
        if offer.expires_at > seen.now:
            assert held[offer.hold_id] == (offer.doctor_id, offer.start, offer.end, offer.expires_at), offer
    for one, other in combinations(seen.offers, 2):
        same = (one.entry_id, one.doctor_id) == (other.entry_id, other.doctor_id)
        assert not (same and _meet(one, other)), f"{one} and {other} to the same patient"
    accepted = {offer.entry_id for offer in seen.offers if offer.status == "accepted"}
    for entry in seen.entries:
        booked = entry.status == "booked"
        assert booked == (entry.appointment_id is not None) == (entry.pk in accepted), entry


def nothing_is_held_for_nobody(seen: Seen, tokens: Container[int]) -> None:
    """A hold is somebody's who has its token, or it keeps a time that is on offer."""
    offered = {offer.hold_id for offer in seen.offers if offer.status == "pending"}
    assert [hold for hold in seen.holds if hold.pk not in tokens and hold.pk not in offered] == []


def uncovered(seen: Seen, doctors: Iterable[Doctor]) -> dict[int, list[Appointment]]:
    """Visits to come that the hours do not cover, by doctor."""
    return {
        doctor.pk: [
            visit
            for visit in sorted(seen.blocking, key=lambda visit: (visit.start, visit.pk))
            if visit.doctor_id == doctor.pk and visit.end > seen.now and not seen.hours.cover(visit)
        ]
        for doctor in doctors
    }
