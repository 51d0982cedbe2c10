"""A job that is killed in the middle is begun again, and does nothing twice."""

import subprocess
import sys

import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call
from tests.faults.waiting import until
from tools.serving import nursery
from tools.serving.nursery import ROOT
from tools.serving.server import environment

pytestmark = pytest.mark.xdist_group("concurrency")
VISITS = 40
QUOTED = '"end"'
MISSED = "SELECT count(*) FROM appointments_appointment WHERE status = 'no_show'"
LINES = "SELECT appointment_id, count(*) FROM appointments_appointmentchange GROUP BY appointment_id"


def test_marking_missed_visits_that_is_killed_is_finished_by_the_next_run(serve: Serve) -> None:
    with serve() as clinic:
        clinic.ask(Call("PATCH", "/api/locations/1/", {"marks_no_shows": True}))
        doctors = clinic.doctors(4)
        for doctor in doctors:
            for slot in clinic.slots(doctor, VISITS // 4):
                clinic.book(clinic.patient(), doctor, slot)
        clinic.stop()
        database = clinic.database
        earlier = "{} - interval '10 days'" if database.url.startswith("postgres") else "datetime({}, '-10 days')"
        past = f'start = {earlier.format("start")}, "end" = {earlier.format(QUOTED)}'
        database.execute(f"UPDATE appointments_appointment SET {past}")

        def missed() -> int:
            return int(database.rows(MISSED)[0][0])

        command = ["manage.py", "mark_no_shows"]
        with subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment(database), stdout=subprocess.DEVNULL
        ) as job:
            until(lambda: missed() > 0 or job.poll() is not None)
            job.kill()
        assert 0 < missed() <= VISITS
        nursery.printed(command, environment(database))
        assert missed() == VISITS
        assert {count for _, count in database.rows(LINES)} == {2}
