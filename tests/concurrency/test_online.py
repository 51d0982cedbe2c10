"""Visitors without an account who all come at once: one form sent many times, and many who want one time."""

import re
from collections.abc import Iterator
from functools import partial
from http.cookies import SimpleCookie
from itertools import count

import httpx
import pytest

from tests.concurrency.conftest import Serve
from tests.concurrency.server import Call, Clinic, together

pytestmark = pytest.mark.xdist_group("concurrency")

SENT = 30
VISITORS = 20
numbers = count(1)
NAMED = "SELECT count(*) FROM patients_patient WHERE full_name = ?"
HOLDS = "SELECT count(*) FROM appointments_hold WHERE doctor_id = ?"


@pytest.fixture(scope="module")
def clinic(serve: Serve) -> Iterator[Clinic]:
    with serve(pages=True, settings={"ONLINE_BOOKING": "True"}) as clinic:
        yield clinic


class Visitor:
    """A browser without scripts: it keeps its cookies, though they are for HTTPS, and sends the page's own token."""

    def __init__(self, clinic: Clinic) -> None:
        self.address, self.cookies = clinic.server.address, dict[str, str]()

    def open(self, path: str) -> httpx.Response:
        return self._ask("GET", path)

    def send(self, path: str, **fields: str) -> httpx.Response:
        fields["csrfmiddlewaretoken"] = self.cookies["csrftoken"]
        return self._ask("POST", path, data=fields)

    def _ask(self, method: str, path: str, **body: dict[str, str]) -> httpx.Response:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = httpx.request(
            method, self.address + path, headers=headers, timeout=60, trust_env=False, verify=False, **body
        )
        for line in answer.headers.get_list("set-cookie"):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer


def times_of(clinic: Clinic, doctor: int) -> str:
    """The address of the page with the doctor's times for a type of visit."""
    kind = clinic.ask(Call("POST", "/api/appointment-types/", {"name": f"Online {next(numbers)}"}))["id"]
    return f"/book/{kind}/times/?doctor={doctor}"


def slot(clinic: Clinic, doctor: int) -> str:
    [start] = clinic.slots(doctor, 1)
    return f"{doctor}-{re.sub('[-:]', '', start)[:13]}Z"


def test_a_form_sent_30_times_at_once_books_once_and_leads_everybody_there(clinic: Clinic) -> None:
    doctor, visitor = clinic.doctor(), Visitor(clinic)
    times = times_of(clinic, doctor)
    visitor.open(times)
    assert visitor.send(times, time=slot(clinic, doctor)).headers["Location"] == "/book/details/"
    visitor.send("/book/details/", full_name="Jane Sent Often", phone_number="0712345678", agreed="on")
    [key] = re.findall(r'name="key" value="([^"]+)"', visitor.open("/book/check/").text)

    answers = together([partial(visitor.send, "/book/check/", key=key)] * SENT)

    assert {answer.status_code for answer in answers} == {302}
    assert {answer.headers["Location"] for answer in answers} == {f"/visit/{key}/booked/"}
    assert clinic.booked(doctor) == 1
    assert clinic.database.rows(NAMED, "Jane Sent Often") == [(1,)]
    assert clinic.database.rows(HOLDS, doctor) == [(0,)]


def test_of_20_visitors_who_want_one_time_one_is_given_it(clinic: Clinic) -> None:
    doctor, visitors = clinic.doctor(), [Visitor(clinic) for _ in range(VISITORS)]
    times = times_of(clinic, doctor)
    wanted = slot(clinic, doctor)
    for visitor in visitors:
        visitor.open(times)

    answers = together([partial(visitor.send, times, time=wanted) for visitor in visitors])

    assert sorted(answer.status_code for answer in answers) == [302] + [409] * (VISITORS - 1)
    assert clinic.database.rows(HOLDS, doctor) == [(1,)]
