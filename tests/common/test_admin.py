"""What no browser sends is a form error or a message in the admin too, never a 500; and lists cost what they show."""

import pytest
from django.contrib import messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from appointments.models import Appointment
from tests.factories import book, make_doctor, make_patient

NO_IDS = ["abc", "\x00", "1.5", "-1", "9" * 30, "²"]
MODELS = ["appointments/appointment", "doctors/doctor", "patients/patient", "doctors/availabilityexception"]


@pytest.fixture
def admin(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.mark.parametrize("value", NO_IDS)
@pytest.mark.parametrize("field", ["doctor", "patient"])
def test_a_reference_that_is_no_id_is_a_form_error(admin: Client, field: str, value: str) -> None:
    entered = {"doctor": make_doctor().pk, "patient": make_patient().pk, "start": "2026-03-02T10:00", field: value}
    answer = admin.post("/admin/appointments/appointment/add/", entered)
    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, [field])
    assert Appointment.objects.count() == 0


def test_a_null_character_in_the_name_of_a_parameter_is_refused(admin: Client) -> None:
    assert admin.get("/admin/appointments/appointment/?a%00b=1").status_code == 400


@pytest.mark.parametrize("value", NO_IDS)
@pytest.mark.parametrize("model", MODELS)
def test_chosen_rows_that_are_no_ids_are_told(admin: Client, model: str, value: str) -> None:
    book()
    answer = admin.post(f"/admin/{model}/", {"action": "cancel", "_selected_action": [value]}, follow=True)
    told = [(message.level, message.message) for message in answer.context["messages"]]
    assert answer.status_code == 200
    assert told == [(messages.ERROR, "The rows that were chosen could not be read. Choose them again.")]


@pytest.mark.parametrize("model", ["appointments/appointment", "patients/patient", "audit/auditevent"])
def test_a_list_is_counted_so_far_as_the_api_counts_it(admin: Client, model: str) -> None:
    book()
    with CaptureQueriesContext(connection) as asked:
        assert admin.get(f"/admin/{model}/").status_code == 200
    counts = [query["sql"] for query in asked.captured_queries if "COUNT(*)" in query["sql"]]
    assert [" LIMIT 10001)" in sql for sql in counts] == [True]


@pytest.mark.parametrize("page", ["change", "history"])
def test_a_record_has_one_address(admin: Client, page: str) -> None:
    patient = make_patient()
    arabic = "".join(chr(0x660 + int(digit)) for digit in str(patient.pk))
    addresses = [f"/admin/patients/patient/{pk}/{page}/" for pk in (patient.pk, f"+{patient.pk}", arabic)]
    assert [admin.get(address).status_code for address in addresses] == [200, 302, 302]
