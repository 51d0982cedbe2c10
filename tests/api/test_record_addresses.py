"""A record has one address: its id, in digits."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from appointments.models import WaitlistEntry
from patients.models import Patient
from tests.factories import at, book, make_patient

OTHER_SPELLINGS: list[Callable[[int], str]] = [
    "+{}".format,
    " {}".format,
    "{} ".format,
    "{}_0".format,
    "-{}".format,
    "{}abc".format,
    lambda pk: "".join(chr(0x660 + int(digit)) for digit in str(pk)),  # Arabic digits
    lambda pk: "".join(chr(0xFF10 + int(digit)) for digit in str(pk)),  # of full width
]


@pytest.mark.parametrize("spelled", OTHER_SPELLINGS)
def test_what_is_no_id_leads_to_no_record(api: APIClient, spelled: Callable[[int], str]) -> None:
    visit = book("2026-03-03 10:00")
    day = at("2026-03-03 10:00").date()
    entry = WaitlistEntry.objects.create(patient=visit.patient, doctor=visit.doctor, earliest=day, latest=day)
    paths = [
        f"patients/{spelled(visit.patient_id)}/",
        f"patients/{spelled(visit.patient_id)}/duplicates/",
        f"doctors/{spelled(visit.doctor_id)}/",
        f"doctors/{spelled(visit.doctor_id)}/hours/",
        f"doctors/{spelled(visit.doctor_id)}/exceptions/",
        f"locations/{spelled(visit.location_id)}/exceptions/",
        f"appointments/{spelled(visit.pk)}/history/",
        f"waitlist/{spelled(entry.pk)}/",
    ]
    for path in paths:
        answer = api.get(f"/api/{path}")
        assert (path, answer.status_code, answer.json()) == (path, 404, {"detail": "Not found."})


def test_what_is_no_id_changes_and_removes_nothing(api: APIClient) -> None:
    patient = make_patient(full_name="Jane Doe")
    url = f"/api/patients/+{patient.pk}/"
    answers = [api.patch(url, {"full_name": "X"}), api.patch(url, {"full_name": "X"}, HTTP_IF_MATCH="*")]
    assert [answer.status_code for answer in [*answers, api.delete(url)]] == [404, 404, 404]
    assert Patient.objects.values_list("full_name", "active").get() == ("Jane Doe", True)
