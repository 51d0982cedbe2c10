"""A clinic of more doctors than a list can hold: administration, numbers and the board."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.roles import Role
from appointments.models import Appointment
from clinics import services as clinic_services
from clinics.models import AppointmentType, Location, Room
from doctors.models import Doctor
from tests.factories import book, make_doctor, make_patient, make_type
from tests.web.clients import signed_in, text
from tests.web.many import MANY, more_doctors

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Appointment:
    return book("2026-03-04 10:00", doctor=make_doctor(full_name="Ada Lovelace"), patient=make_patient())


@pytest.fixture
def kind() -> AppointmentType:
    return make_type(name="Consultation", duration_minutes=30, bookable_online=True)


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def entered(kind: AppointmentType, **said: Any) -> dict[str, Any]:
    minutes = dict.fromkeys(("buffer_before_minutes", "buffer_after_minutes", "minimum_notice_minutes"), "0")
    usual = {"name": kind.name, "duration_minutes": "30", "colour": "#3b6ea5", "active": "on", **minutes}
    return {**usual, **said}


def names(doctors: Iterable[Doctor]) -> list[str]:
    return sorted(doctor.full_name for doctor in doctors)


def save(admin: Client, kind: AppointmentType, **said: Any) -> int:
    seen = admin.get(f"/manage/types/{kind.pk}/").context["seen"]
    return admin.post(f"/manage/types/{kind.pk}/", entered(kind, seen=seen, **said)).status_code


def test_a_type_is_given_to_another_doctor_by_name_and_taken_from_one(admin: Client) -> None:
    more_doctors(MANY)
    one, two = Doctor.objects.order_by("id")[:2]
    kind = make_type(name="ECG", doctors=[one, two])
    assert save(admin, kind, doctors=[one.pk], another_doctor="", another_doctor_name="doctor 0099") == 302
    assert names(kind.doctors.all()) == ["Doctor 0001", "Doctor 0099"]


def test_a_doctor_whom_somebody_else_gave_a_type_meanwhile_keeps_it(admin: Client) -> None:
    more_doctors(MANY)
    kind = make_type(name="ECG", doctors=Doctor.objects.order_by("id")[:100])
    seen = admin.get(f"/manage/types/{kind.pk}/").context["seen"]
    kind.doctors.add(make_doctor(full_name="Ada Lovelace"))
    said = entered(
        kind, seen=seen, doctors=list(Doctor.objects.filter(full_name__contains="0").values_list("pk", flat=True))
    )
    assert admin.post(f"/manage/types/{kind.pk}/", said).status_code == 412
    assert kind.doctors.filter(full_name="Ada Lovelace").exists()


def test_doctors_who_are_not_shown_keep_a_type(admin: Client) -> None:
    more_doctors(MANY + 2)
    kind = make_type(name="ECG", doctors=Doctor.objects.all())
    page = admin.get(f"/manage/types/{kind.pk}/")
    assert (page.content.decode().count('name="doctors"'), "3 other doctors offer it, too." in text(page)) == (
        100,
        True,
    )
    assert save(admin, kind, doctors=[Doctor.objects.get(full_name="Doctor 0001").pk]) == 302
    assert names(kind.doctors.all()) == ["Doctor 0001", "Doctor 0101", "Doctor 0102", "Doctor 0103"]


def test_the_list_of_types_names_a_few_of_those_who_offer_one(admin: Client) -> None:
    more_doctors(5)
    make_type(name="ECG", doctors=Doctor.objects.all())
    assert "Doctor 0001, Doctor 0002, Doctor 0003, 2 other doctors" in text(admin.get("/manage/types/"))


def test_a_user_signs_in_as_a_doctor_who_is_typed(admin: Client) -> None:
    more_doctors(MANY)
    said = {"username": "ada", "role": "doctor", "doctor": "", "doctor_name": "Doctor 0042", "patient": ""}
    assert admin.post("/manage/users/", said).status_code == 200
    assert Doctor.objects.get(full_name="Doctor 0042").user.username == "ada"


def test_every_room_is_on_one_of_the_pages(admin: Client) -> None:
    place = Location.objects.default()
    Room.objects.bulk_create(Room(name=f"Room {number:03}", kind="any", location=place) for number in range(1, 204))
    first, last = admin.get("/manage/rooms/"), admin.get("/manage/rooms/?page=3")
    assert [row.name for row, _ in last.context["listed"]] == ["Room 201", "Room 202", "Room 203"]
    assert (len(first.context["listed"]), "Page 1 of 3, 203 in all" in text(first)) == (100, True)
    assert admin.get("/manage/rooms/?page=x").status_code == 200


def test_every_holiday_is_on_one_of_the_pages(admin: Client) -> None:
    for number in range(101):
        place = clinic_services.open_location(name=f"Place {number}", time_zone="UTC")
        place.holidays.create(date=date(2026, 4, 1), name=f"Day {number}")
    assert len(admin.get("/manage/holidays/?page=2").context["page"]) == 1


# --- Numbers, and the board -------------------------------------------------------------------------


def test_the_dashboard_draws_the_doctors_with_the_most_and_says_so(admin: Client, visit: Appointment) -> None:
    more_doctors(50)
    page = admin.get("/dashboard/", {"from": "2026-03-02", "to": "2026-03-08"})
    panel = next(panel for panel in page.context["panels"] if panel.name == "by-doctor")
    assert (len(panel.rows), panel.rows[0][0]) == (50, "Ada Lovelace")
    assert "The 50 of 51 doctors with the most booked minutes. The file has all; or choose a doctor." in text(page)
    file = admin.get("/dashboard/utilisation-by-doctor.csv", {"from": "2026-03-02", "to": "2026-03-08"})
    assert len(b"".join(file.streaming_content).splitlines()) == 52


def test_a_board_of_more_than_one_can_look_at_shows_who_is_here_and_who_is_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.views.desk.board.MOST_CARDS", 3)
    made = [book(f"2026-03-02 {hour}:00") for hour in ("08", "09", "10", "11", "12")]
    for visit, status in ((made[0], "completed"), (made[4], "checked_in")):
        Appointment.objects.filter(pk=visit.pk).update(status=status)
    page = signed_in(Role.RECEPTIONIST).get("/board/")
    shown = [card.visit.pk for _, _, cards in page.context["columns"] for card in cards]
    assert shown == [made[1].pk, made[2].pk, made[4].pk]
    assert "There are more visits today than a board shows" in text(page)
