"""The admin shows and takes what the role says, whatever Django's own permissions are."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from appointments.models import Appointment, WaitlistEntry
from audit.models import AuditEvent
from clinics.models import Location, Room
from doctors.models import AvailabilityException, Doctor
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient, make_user
from tests.pages import AdminPages, errors

OURS = {model for model in admin.site._registry if model._meta.app_label != "auth"}
# What each role may see and what of it it may add to; that nobody may add to histories is the services' doing.
ADDS = {
    Role.ADMIN: {"user", "location", "locationexception", "holiday", "room", "appointmenttype", "doctor", "patient"}
    | {"availabilityexception", "appointment", "waitlistentry"},
    Role.RECEPTIONIST: {"patient", "availabilityexception", "appointment", "waitlistentry"},
    Role.DOCTOR: {"availabilityexception", "appointment"},
    Role.PATIENT: set(),
    Role.AUDITOR: set(),
    "": set(),
}
HIDDEN = {
    Role.ADMIN: set(),
    Role.RECEPTIONIST: {"user", "token"},
    Role.DOCTOR: {"user", "token", "patientmerge"},
    Role.AUDITOR: {"user", "token", "patientmerge"},
}


def staff(client: Client, role: str, **links: Any) -> User:
    user = make_user(role, is_staff=True, **links)
    user.user_permissions.set(Permission.objects.all())  # they do not count
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", ADDS)
def test_a_role_opens_the_lists_and_forms_that_are_its_own(client: Client, db: None, role: str) -> None:
    staff(client, role)
    names = {str(model._meta.model_name): model for model in OURS if "audit" not in model._meta.app_label}
    opened = {
        name
        for name, model in names.items()
        if client.get(AdminPages(client, model).url("changelist")).status_code == 200
    }
    assert opened == (set(names) - HIDDEN[Role(role)] if role in HIDDEN else set())
    added = {
        name for name, model in names.items() if client.get(AdminPages(client, model).url("add")).status_code == 200
    }
    assert added == ADDS[role]


def test_nobody_without_is_staff_gets_in(client: Client, db: None) -> None:
    client.force_login(make_user(Role.ADMIN))
    url = reverse("admin:index")
    assert client.get(url).headers["Location"] == redirect_to_login(url, "/admin/login/").url


def test_a_doctor_finds_their_own_calendar_and_patients(client: Client, db: None) -> None:
    ann = make_doctor()
    mine, theirs = book(doctor=ann), book()
    staff(client, Role.DOCTOR, doctor=ann)
    for model, own, other in (
        (Appointment, mine, theirs),
        (Patient, mine.patient, theirs.patient),
    ):
        pages = AdminPages(client, model)
        assert list(client.get(pages.url("changelist")).context["cl"].result_list) == [own]
        assert client.get(pages.url("change", own.pk)).status_code == 200
        # As of one that does not exist: to the first page.
        for page in ("change", "history"):
            answers = [client.get(pages.url(page, pk)) for pk in (other.pk, 999999)]
            assert [(answer.status_code, answer.headers["Location"]) for answer in answers] == [(302, "/admin/")] * 2
    choices = {"app_label": "appointments", "model_name": "appointment", "field_name": "patient"}
    found = client.get(reverse("admin:autocomplete"), choices).json()["results"]
    assert [choice["id"] for choice in found] == [str(mine.patient.pk)]


def test_a_doctor_books_into_no_other_calendar(client: Client, db: None) -> None:
    ann, other = make_doctor(), make_doctor()
    patient = book(doctor=ann).patient
    staff(client, Role.DOCTOR, doctor=ann)
    typed = {"patient": patient.pk, "start": "2026-03-04T10:00"}
    pages = AdminPages(client, Appointment)
    assert list(errors(pages.add(**typed, doctor=other.pk))) == ["doctor"]
    assert list(errors(pages.add(**{**typed, "doctor": ann.pk, "patient": make_patient().pk}))) == ["patient"]
    assert client.post(AdminPages(client, Doctor).url("change", ann.pk), {"full_name": "X"}).status_code == 403
    leave = {"kind": "closed", "start": "2026-03-05T08:00", "end": "2026-03-05T12:00"}
    leave |= {"location": Location.objects.default().pk}
    assert list(errors(AdminPages(client, AvailabilityException).add(**leave, doctor=other.pk))) == ["doctor"]
    assert errors(AdminPages(client, AvailabilityException).add(**leave, doctor=ann.pk)) == {}


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DOCTOR])
def test_identifiers_are_masked(client: Client, db: None, role: Role) -> None:
    ann = make_doctor()
    jane = make_patient(full_name="Jane Doe", national_id="123456789", insurance_number="NHIF0001")
    book(patient=jane, doctor=ann)
    staff(client, role, doctor=ann)
    pages = AdminPages(client, Patient)
    for url in (pages.url("changelist"), pages.url("change", jane.pk)):
        page = client.get(url).content.decode()
        assert ("•••789" in page, "123456789" in page, "NHIF0001" in page) == (True, False, False)
    assert client.get(pages.url("changelist"), {"q": "123456789"}).context["cl"].result_count == 0
    assert client.get(pages.url("changelist"), {"q": "jane"}).context["cl"].result_count == 1


@pytest.mark.parametrize(
    ("model", "guess"),
    [
        (Patient, {"national_id__startswith": "1"}),
        (Patient, {"insurance_number": "NHIF0001"}),
        (Patient, {"search_text__contains": "123456789"}),
        (AuditEvent, {"changes__icontains": "123456789"}),
    ],
)
def test_what_is_masked_is_not_guessed_by_an_address(
    client: Client, db: None, model: type[Model], guess: dict[str, str]
) -> None:
    make_patient(full_name="Jane Doe", national_id="123456789", insurance_number="NHIF0001")
    staff(client, Role.AUDITOR)
    assert client.get(AdminPages(client, model).url("changelist"), guess).status_code == 400


def test_a_list_is_narrowed_by_the_filters_beside_it(client: Client, db: None) -> None:
    visit = book()
    staff(client, Role.AUDITOR)
    url = AdminPages(client, Appointment).url("changelist")
    for asked, found in (({"status__exact": "scheduled"}, [visit]), ({"day": "today"}, [visit]), ({"day": "past"}, [])):
        assert list(client.get(url, asked).context["cl"].result_list) == found


def test_an_auditor_changes_nothing(client: Client, db: None) -> None:
    visit = book()
    staff(client, Role.AUDITOR)
    for model, pk in ((Appointment, visit.pk), (Patient, visit.patient_id), (Doctor, visit.doctor_id)):
        assert client.post(AdminPages(client, model).url("change", pk), {"active": ""}).status_code == 403
    AdminPages(client, Appointment).run("cancel", visit)
    visit.refresh_from_db()
    assert visit.status == "scheduled"
    assert client.get(AdminPages(client, WaitlistEntry).url("add")).status_code == 403
    assert client.get(AdminPages(client, Room).url("add")).status_code == 403


# --- Users ---------------------------------------------------------------------------------------


def test_an_administrator_gives_roles_but_makes_no_superuser(client: Client, db: None) -> None:
    staff(client, Role.ADMIN)
    nurse = make_user()
    pages = AdminPages(client, User)
    assert errors(pages.change(nurse.pk, role="receptionist", is_staff="on", is_superuser="on")) == {}
    nurse.refresh_from_db()
    assert (nurse.role, nurse.is_staff, nurse.is_superuser) == ("receptionist", True, False)


def test_an_administrator_does_not_touch_superusers(client: Client, user: User) -> None:
    staff(client, Role.ADMIN)
    pages = AdminPages(client, User)
    assert client.post(pages.url("change", user.pk), {"username": "x"}).status_code == 403
    password = {"password1": "correct-horse-battery", "password2": "correct-horse-battery", "usable_password": "true"}
    answer = client.post(reverse("admin:auth_user_password_change", args=[user.pk]), password)
    assert answer.status_code == 403
    user.refresh_from_db()
    assert user.check_password("a-long-password")


def test_an_administrator_changes_nothing_of_their_own_access(client: Client, db: None) -> None:
    me = staff(client, Role.ADMIN)
    AdminPages(client, User).change(me.pk, role="", is_active="", first_name="Ann")
    me.refresh_from_db()
    assert (me.role, me.is_active, me.first_name) == ("admin", True, "Ann")


def test_a_user_who_becomes_a_patient_leaves_the_admin(client: Client, user: User) -> None:
    client.force_login(user)
    jane = make_user(Role.RECEPTIONIST, is_staff=True)
    AdminPages(client, User).change(jane.pk, role="patient", is_staff="on")
    jane.refresh_from_db()
    assert (jane.role, jane.is_staff) == ("patient", False)
