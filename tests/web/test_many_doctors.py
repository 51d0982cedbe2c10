"""A clinic of more doctors than a list can hold: each page stays as large as it is, and everybody is still found."""

from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from appointments.models import Appointment, WaitlistEntry
from clinics.models import AppointmentType
from doctors.models import Doctor
from patients.models import Patient
from tests.factories import book, make_doctor, make_patient, make_type, make_user
from tests.web.clients import queries, signed_in, text
from tests.web.many import MANY, more_doctors
from web.views.booking import steps

pytestmark = pytest.mark.django_db


PAGES = [
    (Role.RECEPTIONIST, "/desk/", 15),
    (Role.RECEPTIONIST, "/desk/?view=week", 16),
    (Role.RECEPTIONIST, "/board/", 10),
    (Role.RECEPTIONIST, "/desk/book/", 10),
    (Role.RECEPTIONIST, "/desk/visits/{visit}/move/", 7),
    (Role.RECEPTIONIST, "/doctors/", 3),
    (Role.ADMIN, "/dashboard/", 17),
    (Role.ADMIN, "/manage/users/", 5),
    (Role.ADMIN, "/manage/users/{user}/", 7),
    (Role.ADMIN, "/manage/types/", 7),
    (Role.ADMIN, "/manage/types/{type}/", 7),
    (Role.PATIENT, "/my/waiting/join/", 9),
    (Role.PATIENT, "/my/book/{type}/", 7),
    ("", "/book/{type}/", 4),
    ("", "/book/{type}/times/", 12),
]


@pytest.fixture
def visit() -> Appointment:
    return book("2026-03-04 10:00", doctor=make_doctor(full_name="Ada Lovelace"), patient=make_patient())


@pytest.fixture
def kind() -> AppointmentType:
    return make_type(name="Consultation", duration_minutes=30, bookable_online=True)


def parts(page: Any) -> list[int]:
    html = page.content.decode()
    return [html.count(part) for part in ("<option", "<tr", "<li", 'type="radio"', 'type="checkbox"', '"name": ')]


@pytest.mark.parametrize(("role", "page", "number"), PAGES)
def test_a_page_is_as_large_and_takes_as_many_queries_with_one_doctor_more_and_with_three(
    visit: Appointment, kind: AppointmentType, role: str, page: str, number: int
) -> None:
    user = make_user(role, patient=visit.patient if role == Role.PATIENT else None)
    client = signed_in(user) if role else Client()
    url = page.format(visit=visit.pk, type=kind.pk, user=user.pk)
    more_doctors(MANY)
    asked = queries(lambda: client.get(url))
    large = parts(client.get(url))
    more_doctors(2)
    assert (asked, queries(lambda: client.get(url))) == (number, number)
    assert parts(client.get(url)) == large
    assert max(large) <= 250


# --- By name, without scripts ---------------------------------------------------------------------


@pytest.fixture
def patient(visit: Appointment) -> Client:
    more_doctors(MANY)
    return signed_in(make_user(Role.PATIENT, patient=visit.patient))


def wait(client: Client, **said: Any) -> Any:
    whom = Patient.objects.get().pk
    days = {"earliest": "2026-03-02", "latest": "2026-03-20"}
    return client.post("/my/waiting/join/", {"patient": whom, **days, "part_of_day": "", **said})


def waited_for() -> list[str]:
    return list(WaitlistEntry.objects.order_by("id").values_list("doctor__full_name", flat=True))


@pytest.mark.parametrize("name", ["Ada Lovelace", "  ADA   lovelace", "lovel"])
def test_whoever_is_the_only_one_called_like_that_is_meant(patient: Client, name: str) -> None:
    assert wait(patient, doctor="", doctor_name=name).status_code == 302
    assert waited_for() == ["Ada Lovelace"]


def test_whoever_is_called_exactly_so_is_meant_though_others_are_found(patient: Client) -> None:
    for name in ("Jo Smith", "Jo Smithers"):
        make_doctor(full_name=name)
    assert wait(patient, doctor="", doctor_name="jo smith").status_code == 302
    assert waited_for() == ["Jo Smith"]


def test_of_several_who_are_found_one_is_chosen(patient: Client) -> None:
    page = wait(patient, doctor="", doctor_name="doctor 000")
    assert (page.status_code, list(page.context["form"].errors)) == (400, ["doctor"])
    assert page.content.decode().count('type="radio" name="doctor"') == 8
    chosen = Doctor.objects.get(full_name="Doctor 0007")
    assert wait(patient, doctor=chosen.pk, doctor_name="doctor 000").status_code == 302
    assert waited_for() == ["Doctor 0007"]


def test_of_very_many_who_are_found_as_many_are_shown_as_one_reads(patient: Client) -> None:
    page = wait(patient, doctor="", doctor_name="doctor")
    assert page.content.decode().count('type="radio" name="doctor"') == 20


def test_whoever_is_typed_is_meant_and_not_who_was_chosen_before(patient: Client) -> None:
    before = Doctor.objects.get(full_name="Doctor 0007")
    assert wait(patient, doctor=before.pk, doctor_name="Ada Lovelace").status_code == 302
    assert waited_for() == ["Ada Lovelace"]


def test_whoever_is_called_exactly_as_is_typed_is_meant_though_who_was_chosen_before_is_found_too(
    patient: Client,
) -> None:
    _, before = (make_doctor(full_name=name) for name in ("Jo Smith", "Jo Smithers"))
    assert wait(patient, doctor=before.pk, doctor_name="Jo Smith").status_code == 302
    assert waited_for() == ["Jo Smith"]


def test_of_two_of_one_name_the_one_who_was_chosen_is_meant(patient: Client) -> None:
    two = [make_doctor(full_name="Jo Smith", specialization=name) for name in ("Cardiology", "Surgery")]
    for doctor in two:
        assert wait(patient, doctor=doctor.pk, doctor_name="Jo Smith").status_code == 302
    assert list(WaitlistEntry.objects.order_by("id").values_list("doctor", flat=True)) == [one.pk for one in two]


def test_of_several_who_are_found_a_list_that_became_short_has_chosen_none(visit: Appointment) -> None:
    more_doctors(2)
    page = wait(signed_in(make_user(Role.PATIENT, patient=visit.patient)), doctor="", doctor_name="doctor 000")
    first = Doctor.objects.get(full_name="Doctor 0002")
    assert f'<option value="{first.pk}">Doctor 0002</option>' in page.content.decode()


def test_nobody_found_is_said_and_nothing_typed_is_any_doctor(patient: Client, kind: AppointmentType) -> None:
    page = wait(patient, doctor="", doctor_name="zoe")
    assert page.context["form"].errors == {"doctor": ["Nobody is found like this."]}
    assert 'value="zoe"' in page.content.decode()
    assert wait(patient, doctor="7", doctor_name="", appointment_type=kind.pk).status_code == 302
    assert waited_for() == [None]


def test_a_doctors_id_alone_is_taken_as_before(patient: Client) -> None:
    assert wait(patient, doctor=Doctor.objects.get(full_name="Ada Lovelace").pk).status_code == 302
    assert waited_for() == ["Ada Lovelace"]


def test_a_null_character_finds_what_it_finds_without(patient: Client) -> None:
    assert wait(patient, doctor="", doctor_name="lo\x00velace").status_code == 302


# --- As one types -----------------------------------------------------------------------------------


def options(client: Client, **asked: str) -> list[str]:
    html = client.get("/doctors/options/", asked).content.decode()
    return [part.split('"')[0] for part in html.split('data-text="')[1:]]


def test_a_few_of_those_who_are_in_use_are_found_as_one_types(patient: Client) -> None:
    make_doctor(full_name="Old Lovelace", active=False)
    assert options(patient, q="love") == ["Ada Lovelace"]
    assert (options(patient, q=""), len(options(patient, q="doctor"))) == ([], 10)
    assert options(patient, q="love", everybody="yes") == ["Ada Lovelace"]
    assert options(signed_in(Role.ADMIN), q="love", everybody="yes") == ["Ada Lovelace", "Old Lovelace"]


def test_doctors_are_looked_for_by_whoever_may_read_the_directory(patient: Client) -> None:
    assert signed_in("").get("/doctors/options/?q=a").status_code == 403
    assert Client().get("/doctors/options/?q=a").status_code == 302
    assert queries(lambda: patient.get("/doctors/options/?q=doctor")) == 4


# --- Page by page -----------------------------------------------------------------------------------


@pytest.fixture
def desk(visit: Appointment) -> Client:
    more_doctors(MANY)
    return signed_in(Role.RECEPTIONIST)


def times_of(page: Any) -> set[str]:
    return {slot["doctor_name"] for slot in page.context["slots"]}


def test_the_desk_books_with_a_doctor_who_is_typed(desk: Client) -> None:
    page = desk.post("/desk/book/", {"do": "times", "whom": "", "whom_name": "lovelace"})
    assert times_of(page) == {"Ada Lovelace"}
    several = desk.post("/desk/book/", {"do": "times", "whom": "", "whom_name": "doctor 000"})
    assert several.content.decode().count('<option value="doctor:') == 8
    ada = Doctor.objects.get(full_name="Ada Lovelace")
    sent = {"patient": Patient.objects.get().pk, "whom": f"doctor:{ada.pk}", "slot": f"{ada.pk}@2026-03-02T10:00@1"}
    assert desk.post("/desk/book/", {**sent, "do": "book"}).status_code == 302
    assert Appointment.objects.filter(doctor=ada).count() == 2


def test_another_patient_is_chosen_while_a_doctor_is_typed(desk: Client) -> None:
    for button in ("other", f"use-{Patient.objects.get().pk}"):
        page = desk.post("/desk/book/", {"do": button, "whom": "", "whom_name": "lovelace"})
        assert (page.status_code, times_of(page)) == (200, {"Ada Lovelace"})


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("zoe", "Nobody is found like this."),
        ("doctor 000", "Several doctors are found like this. Choose one, or type more of the name."),
    ],
)
def test_a_name_that_does_not_mean_one_doctor_is_no_wish_for_anybody(desk: Client, name: str, told: str) -> None:
    slot = f"{Doctor.objects.get(full_name='Doctor 0042').pk}@2026-03-02T10:00@1"
    said = {"patient": Patient.objects.get().pk, "whom": "", "whom_name": name, "slot": slot}
    page = desk.post("/desk/book/", {**said, "do": "times"})
    assert (page.context["slots"], told in text(page)) == ([], True)
    for button in ("book", "wait"):
        page = desk.post(
            "/desk/book/", {**said, "do": button, "slot": f"{Doctor.objects.all()[1].pk}@2026-03-02T10:00@1"}
        )
        assert (page.status_code, page.context["form"].errors["whom_name"]) == (400, [told])
    assert (WaitlistEntry.objects.count(), Appointment.objects.count()) == (0, 1)


@pytest.mark.parametrize("page", ["/desk/", "/board/", "/dashboard/"])
def test_a_filter_says_of_a_name_that_it_means_nobody(desk: Client, page: str) -> None:
    answer = desk.get(page, {"doctor": "", "doctor_name": "zoe"}).content.decode()
    assert answer.count('<div class="invalid-feedback" id=') == 1
    assert ("Nobody is found like this." in answer, answer.count('aria-invalid="true"')) == (True, 1)


def test_a_specialty_that_is_chosen_is_meant_whatever_stands_beside_it(desk: Client) -> None:
    make_doctor(full_name="Hanna Heart", specialization="Cardiology")
    page = desk.post("/desk/book/", {"do": "times", "whom": "specialty:Cardiology", "whom_name": "lovelace"})
    assert times_of(page) == {"Hanna Heart"}


def test_the_calendar_is_that_of_the_doctor_who_is_typed(desk: Client, visit: Appointment) -> None:
    page = desk.get("/desk/?doctor=&doctor_name=lovelace&date=2026-03-04")
    assert page.context["book"].visits == [visit]
    assert desk.get("/desk/?date=2026-03-04").context["wanted"].doctor == visit.doctor  # and stays so
    several = desk.get("/desk/?doctor=&doctor_name=doctor+000")
    assert (several.context["wanted"].doctor, several.content.decode().count('name="doctor" value="')) == (None, 8)


@pytest.mark.parametrize(("page", "told"), [("/desk/", "All doctors"), ("/dashboard/", "All doctors")])
def test_a_filter_says_in_its_field_what_is_shown_without_a_name(desk: Client, page: str, told: str) -> None:
    assert f'placeholder="{told}"' in desk.get(page).content.decode()


def test_a_visit_moves_to_a_doctor_who_is_typed(desk: Client, visit: Appointment) -> None:
    moved = {"date": "2026-03-04", "time": "10:00", "doctor": visit.doctor_id, "doctor_name": "Doctor 0042"}
    assert desk.post(f"/desk/visits/{visit.pk}/move/", {**moved, "version": visit.version}).status_code == 302
    visit.refresh_from_db()
    assert visit.doctor.full_name == "Doctor 0042"


def test_whoever_books_online_finds_a_doctor_by_name(visit: Appointment, kind: AppointmentType) -> None:
    more_doctors(MANY)
    page = Client().get(f"/book/{kind.pk}/")
    assert [doctor.full_name for doctor in page.context["doctors"]][:2] == ["Ada Lovelace", "Doctor 0002"]
    assert len(page.context["doctors"]) == 50
    assert "These are the first 50. Type a part of a name to find others." in text(page)
    found = Client().get(f"/book/{kind.pk}/?q=0099")
    assert [doctor.full_name for doctor in found.context["doctors"]] == ["Doctor 0099"]
    assert "Nobody is found like this." in text(Client().get(f"/book/{kind.pk}/?q=zoe"))


@pytest.mark.parametrize(("query", "found"), [("lovelace general", ["Ada Lovelace"]), ("ada@", []), ("test", [])])
def test_whoever_books_online_learns_no_doctors_address(kind: AppointmentType, query: str, found: list[str]) -> None:
    make_doctor(full_name="Ada Lovelace", specialization="General", email="ada@clinic.test")
    page = Client().get(f"/book/{kind.pk}/", {"q": query})
    assert [doctor.full_name for doctor in page.context["doctors"]] == found


def test_every_time_is_listed_though_hundreds_are_free_at_each(
    kind: AppointmentType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.picker.MOST_LISTED", 150)
    more_doctors(MANY)
    [monday, *_] = Client().get(f"/book/{kind.pk}/times/").context["picker"].days
    assert len(monday.choices) == 20


def test_types_that_are_more_than_one_reads_are_found_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "MOST_KINDS", 2)
    for name in ("Check-up", "Écho", "Vaccination"):
        make_type(name=name, bookable_online=True)
    page = Client().get("/book/")
    assert [kind.name for kind in page.context["kinds"]] == ["Check-up", "Vaccination"]
    assert "There are more: type a part of what it is called." in text(page)
    assert [kind.name for kind in Client().get("/book/?q=echo").context["kinds"]] == ["Écho"]
    assert "Nothing is called like this." in text(Client().get("/book/?q=zoo"))
