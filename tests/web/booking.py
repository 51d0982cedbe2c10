"""A visitor who books step by step, as a browser without scripts would."""

from django.http import HttpResponse
from django.test import Client

from clinics.models import AppointmentType
from doctors.models import Doctor
from tests.pages import entries

JANE = {"full_name": "Jane Doe", "phone_number": "0712 345 678", "agreed": "on"}


class Booking:
    """The steps of `/book/`, or of a patient's `/my/book/`."""

    def __init__(self, client: Client, kind: AppointmentType, root: str = "/book/") -> None:
        self.client, self.kind, self.root = client, kind, root

    def times(self, query: str = "") -> HttpResponse:
        return self.client.get(f"{self.root}{self.kind.pk}/times/{query}")

    def take(self, doctor: Doctor, start: str = "20260302T1000Z", query: str = "") -> HttpResponse:
        value = {"time": f"{doctor.pk}-{start}"}
        return self.client.post(f"{self.root}{self.kind.pk}/times/{query}", value)

    def enter(self, **fields: str) -> HttpResponse:
        return self.client.post(f"{self.root}details/", {**JANE, **fields})

    def check(self) -> HttpResponse:
        return self.client.get(f"{self.root}check/")

    def form(self) -> dict[str, str]:
        """What the button of the last step sends."""
        return {"key": entries(self.check())["key"]}

    def confirm(self) -> HttpResponse:
        return self.client.post(f"{self.root}check/", self.form())

    def through(self, doctor: Doctor, start: str = "20260302T1000Z") -> str:
        """All steps; the address of the page that says it is booked."""
        self.take(doctor, start)
        self.enter()
        answer = self.confirm()
        assert answer.status_code == 302, answer.content
        return answer.headers["Location"]
