"""Names and other texts of one line, on pages: what cannot be seen is told beside the field."""

import pytest
from django.test import Client

from accounts.roles import Role
from clinics.models import AppointmentType, Location, LocationException
from doctors.models import AvailabilityException, Doctor
from patients.models import Patient
from tests.common.test_lines import HIDDEN, NOTHING, TURNED
from tests.factories import make_doctor, make_patient, make_type, make_user
from tests.pages import AdminPages, errors
from tests.web.booking import Booking
from tests.web.clients import signed_in, text

pytestmark = pytest.mark.django_db

UNSEEN = [("a\x1bb", HIDDEN), ("a\u202eb", TURNED), ("\u200b\u3164", NOTHING)]
NAMED = {"full_name": "Jane Doe", "phone_number": "0712 345 678"}
unseen = pytest.mark.parametrize(("name", "sentence"), UNSEEN)


@unseen
def test_the_desk_registers_nobody_with_such_a_name(name: str, sentence: str) -> None:
    answer = signed_in(Role.RECEPTIONIST).post("/patients/new/", {**NAMED, "full_name": name})
    assert (answer.status_code, answer.context["form"].errors) == (400, {"full_name": [sentence]})
    assert Patient.objects.count() == 0


@unseen
def test_nor_while_it_books(name: str, sentence: str) -> None:
    answer = signed_in(Role.RECEPTIONIST).post("/desk/book/", {**NAMED, "do": "register", "full_name": name})
    assert (answer.status_code, Patient.objects.count()) == (400, 0)
    assert sentence in text(answer)


@unseen
def test_a_visitor_is_told_before_the_visit_is_checked(client: Client, name: str, sentence: str) -> None:
    doctor, kind = make_doctor(), make_type(bookable_online=True)
    visitor = Booking(client, kind)
    visitor.take(doctor)
    answer = visitor.enter(full_name=name)
    assert (answer.status_code, sentence in text(answer)) == (400, True)


def test_a_reader_of_french_is_told_in_french(client: Client) -> None:
    doctor, kind = make_doctor(), make_type(bookable_online=True)
    visitor = Booking(client, kind)
    visitor.take(doctor)
    details = {**NAMED, "agreed": "on", "full_name": "\u200b"}
    answer = client.post("/book/details/", details, headers={"Accept-Language": "fr"})
    assert "Rien de ceci n’est visible. Saisissez un texte lisible." in text(answer)


@unseen
def test_reasons_of_leave_and_closures_and_names_of_specialties_are_refused(name: str, sentence: str) -> None:
    admin, doctor = signed_in(Role.ADMIN), make_doctor()
    place = Location.objects.default().pk
    week = {"kind": "closed", "first": "2026-03-02", "last": "2026-03-08", "location": place, "reason": name}
    answer = signed_in(make_user(Role.DOCTOR, doctor=doctor)).post("/my-leave/", week)
    assert (answer.status_code, answer.context["form"].errors) == (400, {"reason": [sentence]})
    closure = {"closure-kind": "closed", "closure-first": "2026-03-03", "closure-last": "", "closure-reason": name}
    assert sentence in text(admin.post(f"/manage/locations/{place}/closures/", closure))
    kind = {"name": "Scan", "duration_minutes": 40, "colour": "#0a5c68", "specializations": f"Cardiology, {name}"}
    assert sentence in text(admin.post("/manage/types/", kind))
    stored = (AvailabilityException, LocationException, AppointmentType)
    assert [model.objects.count() for model in stored] == [0, 0, 0]


@unseen
def test_the_admin_refuses_them_too(client: Client, name: str, sentence: str) -> None:
    client.force_login(make_user(Role.ADMIN, is_staff=True, is_superuser=True))
    assert errors(AdminPages(client, Patient).add(**{**NAMED, "full_name": name})) == {"full_name": [sentence]}
    doctor = {"full_name": "Ann", "email": "ann@clinic.test", "specialization": name}
    assert errors(AdminPages(client, Doctor).add(**doctor)) == {"specialization": [sentence]}
    typed = {"name": "Scan", "specializations": f'["{name}"]'.replace("\x1b", "\\u001b"), "doctors": []}
    assert errors(AdminPages(client, AppointmentType).add(**typed)) == {"specializations": [sentence]}


def test_who_has_such_a_name_already_still_changes_their_contact_details() -> None:
    jane = make_patient(full_name="Jane\u202eDoe")
    details = {"phone_number": "0799 999 999", "email": "", "contact_preference": "", "preferred_language": ""}
    mine = signed_in(make_user(Role.PATIENT, patient=jane))
    mine.post(f"/my/people/{jane.pk}/", details)
    jane.refresh_from_db()
    assert (jane.full_name, jane.phone_number) == ("Jane\u202eDoe", "0799 999 999")
