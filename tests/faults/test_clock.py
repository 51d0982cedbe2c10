"""Two servers of one clinic whose clocks are an hour apart."""

from functools import partial
from pathlib import Path

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import TAKEN, Call, booking, serving, together, told

pytestmark = pytest.mark.xdist_group("concurrency")


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
