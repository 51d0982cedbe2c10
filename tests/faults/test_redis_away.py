"""The Redis that counts requests goes away and comes back while people work."""

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call
from tests.faults.waiting import until
from tests.redis import needed, throwaway

pytestmark = [needed, pytest.mark.xdist_group("concurrency")]
LOOK = Call("GET", "/api/doctors/")


def test_a_clinic_goes_on_without_its_redis_and_counts_again_with_it(serve: Serve) -> None:
    with throwaway() as redis, serve(settings={"CACHE_URL": redis.url, "RATE_LIMIT_USER": "40/d"}) as clinic:
        # 32 have passed: every thread of both processes was warmed up.
        assert [clinic.send(LOOK).status_code for _ in range(4)] == [200] * 4
        redis.stop()
        assert [clinic.send(LOOK).status_code for _ in range(12)] == [200] * 12
        [doctor, patient] = clinic.doctor(), clinic.patient()
        clinic.book(patient, doctor, clinic.slots(doctor, 1)[0])
        redis.start()
        until(lambda: clinic.send(LOOK).status_code == 429)
        told = [line for line in clinic.server.log.read_text().splitlines() if "The cache that counts" in line]
        assert {"none is refused for 5 seconds" in line for line in told} == {True}
        assert clinic.send(LOOK).json()["detail"].startswith("Too many requests. Wait ")
