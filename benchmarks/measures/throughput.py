"""Booking and finding a time, ours against the floor in turns."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import count, cycle

from benchmarks.arena import Clinic, Result, rounds, steady
from benchmarks.client import Tally, Target
from benchmarks.cluster import Bench
from benchmarks.data import BUSY_SPECIALTY
from benchmarks.processor import Meter

BOOKERS, READERS = 16, 8
# What Easy!Appointments reached of the bare guarded INSERT on this size of machine: see the README.
EASY_APPOINTMENTS = 0.42


def per_second(rate: float) -> str:
    return f"{rate:,.0f}/s"


def booking(ours: Clinic, floor: Target, bench: Bench, *, seconds: float, turns: int) -> list[Result]:
    bodies = ours.free()
    book = ours.bookings()

    def booked() -> Tally:
        return steady(ours.target, book, clients=BOOKERS, seconds=seconds, status=201)

    def posted(path: str) -> Tally:
        return steady(floor, lambda: floor.post(path, next(bodies)), clients=BOOKERS, seconds=seconds, status=201)

    steady(ours.target, book, clients=BOOKERS, seconds=seconds / 2, status=201)  # warm
    our_meter, its_meter = Meter(ours.target.pid, bench), Meter(floor.pid, bench)
    mine, other, ratio = rounds(our_meter.over(booked), its_meter.over(lambda: posted("/rows/")), turns)
    beside_it, ordinary, beside = rounds(booked, lambda: posted("/visits/"), max(1, turns // 2))
    name = f"Bookings, {BOOKERS} clients"
    return [
        Result(
            name,
            per_second(mine),
            f"{per_second(other)} bare guarded INSERT",
            ratio,
            0.7,
            note=f"of the processors a booking takes {our_meter}, a bare INSERT {its_meter}.",
        ),
        Result(
            f"{name}: times Easy!Appointments' {EASY_APPOINTMENTS} of the INSERT",
            per_second(mine),
            f"{per_second(other * EASY_APPOINTMENTS)} by that share",
            ratio / EASY_APPOINTMENTS,
            2.0,
        ),
        Result(
            f"{name}: beside an ordinary view",
            per_second(beside_it),
            f"{per_second(ordinary)} serializer, lock, look, save()",
            beside,
            note="The ordinary view keeps one doctor's visits apart, as one would write it by the book with REST "
            "framework; it knows no hours, no patient's visits, no rooms, holds, history or audit trail.",
        ),
    ]


def doctors(ours: Clinic) -> Callable[[], int]:
    numbers = count(1)
    return lambda: ours.doctor(next(numbers) * 31)


def slots_requests(ours: Clinic) -> Callable[[], bytes]:
    """Free slots of one doctor for 31 days."""
    doctor, day = doctors(ours), cycle(ours.days_ahead[:20])

    def request() -> bytes:
        first = next(day)
        last = first + timedelta(days=30)
        return ours.target.get(f"/api/slots/?doctor={doctor()}&from={first}&to={last}&limit=20")

    return request


def first_available_requests(ours: Clinic) -> Callable[[], bytes]:
    """The first slot among 200 doctors within 14 days, from a day on that is like most: whatever the hour is now."""
    day = cycle(ours.days_ahead[-20:])
    return lambda: ours.target.get(f"/api/slots/?specialization={BUSY_SPECIALTY}&from={next(day)}&limit=1")


def first_after_a_week_requests(ours: Clinic) -> Callable[[], bytes]:
    """The same where all 200 are booked out for the five days that come first."""
    return lambda: ours.target.get(f"/api/slots/?specialization={BUSY_SPECIALTY}&from={ours.booked_out}&limit=1")


def finding(ours: Clinic, floor: Target, bench: Bench, *, seconds: float, turns: int) -> Iterator[Result]:
    row = floor.get("/rows/0/")
    asks = (
        ("Slots of one doctor for 31 days", slots_requests(ours), 0.7),
        ("First available among 200 doctors, 14 days", first_available_requests(ours), 0.3),
        ("First available where all 200 are booked out for five days", first_after_a_week_requests(ours), 0.3),
    )
    for name, source, goal in asks:
        steady(ours.target, source, clients=READERS, seconds=seconds / 2)
        our_meter, its_meter = Meter(ours.target.pid, bench), Meter(floor.pid, bench)
        mine, other, ratio = rounds(
            our_meter.over(partial(steady, ours.target, source, clients=READERS, seconds=seconds)),
            its_meter.over(partial(steady, floor, lambda: row, clients=READERS, seconds=seconds)),
            turns,
        )
        told = f"of the processors it takes {our_meter}, the bare view {its_meter}."
        yield Result(name, per_second(mine), f"{per_second(other)} bare one-row view", ratio, goal, note=told)
