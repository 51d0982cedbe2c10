"""Clocks that are an hour wrong: of one of two servers, and of one that runs."""

from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import TAKEN, Call, booking, serving, together, told
from tests.concurrency.test_idempotency import keyed
from tests.faults.proxied import SETTINGS
from tests.faults.under_fault import told_by_the_checker
from tests.faults.wrong_clock import WrongClock

pytestmark = pytest.mark.xdist_group("concurrency")
HOUR = 3600
WRONG = "tests.faults.wrong_clock"
# What is kept for some time is to outlast an hour that passes at once.
LONG = {"HOLD_MINUTES": "6000", "WAITLIST_OFFER_MINUTES": "6000"}


@pytest.fixture
def wrong_clock(tmp_path: Path) -> WrongClock:
    return WrongClock(tmp_path)


def test_servers_whose_clocks_are_an_hour_apart_double_book_nobody_and_keep_their_keys(
    serve: Serve, tmp_path: Path
) -> None:
    with serve() as right:
        people = {"token": right.token, "doctors": [], "patients": []}
        with serving(right.database, people, tmp_path / "log", "tests.faults.hour_ahead") as ahead:
            doctor = right.doctor()
            slot, other = right.slots(doctor, 2)
            calls = [booking(patient, doctor, slot) for patient in right.patients(16)]

            clinics = [right, ahead] * 8
            answers = together([partial(clinic.send, call) for clinic, call in zip(clinics, calls, strict=True)])
            assert told(answers) == {(201, ""): 1, (400, TAKEN): 15}

            wish = booking(right.patient(), doctor, other)
            keyed = Call(wish.method, wish.path, wish.body, (("Idempotency-Key", "across"),))
            first, second = ahead.send(keyed), right.send(keyed)
            assert (first.status_code, second.status_code, second.content) == (201, 201, first.content)
            assert right.booked(doctor) == 2


def test_a_clock_that_jumps_an_hour_while_it_serves_double_books_nobody_and_keeps_keys(
    serve: Serve, wrong_clock: WrongClock
) -> None:
    with serve(application=WRONG, settings=wrong_clock.environment) as clinic:
        doctor = clinic.doctor()
        slots = clinic.slots(doctor, 3)
        made = []
        for number, jump in enumerate((0, HOUR, -HOUR)):
            wrong_clock.jump(jump)
            request = keyed(booking(clinic.patient(), doctor, slots[number]), f"at {jump}".replace(" ", "-"))
            made.append((request, clinic.send(request)))
            assert made[-1][1].status_code == 201
            for earlier, answer in made:
                again = clinic.send(earlier)
                assert (again.status_code, again.content) == (201, answer.content)
            late = clinic.at_once([booking(patient, doctor, slots[number]) for patient in clinic.patients(8)])
            assert told(late) == {(400, TAKEN): 8}
            assert clinic.client.get("/readyz").status_code == 200
        assert clinic.booked(doctor) == 3


@pytest.mark.slow
def test_a_clock_that_jumps_to_and_fro_while_everybody_works_loses_nothing_and_doubles_nothing(
    serve: Serve, tmp_path: Path, wrong_clock: WrongClock
) -> None:
    jumps = cycle((HOUR, 0, -HOUR, 0))
    with serve(application=WRONG, settings=SETTINGS | LONG | wrong_clock.environment) as clinic:

        def jump() -> None:
            wrong_clock.jump(next(jumps))

        report = told_by_the_checker(clinic, tmp_path, jump, every=0.5, operations=400, clock_off=HOUR)
        assert report.violations == {}
        assert report.outcomes["unknown"] == 0
        print(f"\n{dict(report.outcomes)}, {report.faults} jumps")
        assert report.faults >= 4
