"""The clinic's administration as pages: who may, what is stored, and what is told of the consequences."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from clinics import services as clinic_services
from clinics.models import AppointmentType, Holiday, Location, LocationException, OpeningHours, Room
from doctors.models import Doctor
from tests.factories import at, book, make_doctor, make_patient, make_room, make_type, make_user
from tests.pages import entries, messages
from tests.web.clients import queries, signed_in, text

pytestmark = pytest.mark.django_db

PAGES = ("", "users/", "locations/", "rooms/", "types/", "holidays/")


@pytest.fixture
def admin() -> User:
    return make_user(Role.ADMIN)


@pytest.fixture
def client(admin: User) -> Client:
    return signed_in(admin)


def test_only_administrators_reach_these_pages() -> None:
    answers = {role: [signed_in(role).get(f"/manage/{page}").status_code for page in PAGES] for role in Role.values}
    assert answers == {
        Role.ADMIN: [200] * 6,
        Role.RECEPTIONIST: [403] * 6,
        Role.DOCTOR: [403] * 6,
        Role.PATIENT: [403] * 6,
        Role.AUDITOR: [403] * 6,
    }


def test_list_of_doctors_says_who_adds_them() -> None:
    """Where a clinic begins, there are none: the page does not end there."""
    user = make_user(Role.ADMIN)
    User.objects.filter(pk=user.pk).update(is_staff=True)
    admin, desk = (text(signed_in(who).get("/doctors/")) for who in (user, Role.RECEPTIONIST))
    assert 'href="/admin/doctors/doctor/add/"' in admin
    assert "An administrator adds them." in desk
    assert "/admin/doctors/doctor/add/" not in desk


# --- Users -----------------------------------------------------------------------------------------


def test_roles_of_the_list_are_in_the_readers_language(client: Client) -> None:
    make_user(Role.RECEPTIONIST)
    page = text(client.get("/manage/users/", headers={"Accept-Language": "fr"}))
    assert ">Réceptionniste</td>" in page
    assert ">Receptionist</td>" not in page


def test_user_is_made_with_a_role_a_record_and_a_password_that_is_shown_once(client: Client) -> None:
    doctor = make_doctor()
    page = client.post("/manage/users/", {"username": "anna", "role": "doctor", "doctor": doctor.pk})
    user = User.objects.get(username="anna")
    password = page.context["password"]
    assert (user.role, user.doctor, user.is_superuser) == ("doctor", doctor, False)
    assert user.check_password(password)
    assert password not in client.get(f"/manage/users/{user.pk}/").content.decode()


def test_patient_is_linked_by_the_number_of_the_record(client: Client) -> None:
    patient = make_patient()
    client.post("/manage/users/", {"username": "amina", "role": "patient", "patient": patient.pk})
    assert User.objects.get(username="amina").patient == patient
    refused = client.post("/manage/users/", {"username": "zoe", "role": "patient", "patient": 99999})
    assert refused.context["form"].errors == {"patient": ["There is no patient with this number."]}


def test_refusals_stand_beside_their_fields_and_nothing_is_made(client: Client) -> None:
    taken = make_user(Role.RECEPTIONIST).username
    taken_page = client.post("/manage/users/", {"username": taken})
    other_role = client.post("/manage/users/", {"username": "new", "role": "auditor", "doctor": make_doctor().pk})
    assert list(taken_page.context["form"].errors) == ["username"]
    assert list(other_role.context["form"].errors) == ["doctor"]
    assert not User.objects.filter(username="new").exists()


def test_nobody_changes_their_own_role_or_access(client: Client, admin: User) -> None:
    form = entries(client.get(f"/manage/users/{admin.pk}/"))
    page = client.post(f"/manage/users/{admin.pk}/", {**form, "username": admin.username, "role": "auditor"})
    assert page.context["form"].non_field_errors() == ["Nobody takes away their own access: ask another administrator."]
    told = messages(client.post(f"/manage/users/{admin.pk}/access/", {"do": "deactivate"}, follow=True))
    assert told == ["Nobody takes away their own access: ask another administrator."]
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == (Role.ADMIN, True)


def test_nobody_is_lifted_to_superuser_and_superusers_are_out_of_reach(client: Client, admin: User) -> None:
    user = make_user(Role.RECEPTIONIST)
    form = entries(client.get(f"/manage/users/{user.pk}/"))
    client.post(f"/manage/users/{user.pk}/", {**form, "is_superuser": "on", "is_staff": "on", "role": "auditor"})
    user.refresh_from_db()
    assert (user.is_superuser, user.role) == (False, "auditor")
    root = User.objects.create_superuser("root", password="a-long-password")
    for do in ("password", "deactivate"):
        client.post(f"/manage/users/{root.pk}/access/", {"do": do})
    root.refresh_from_db()
    assert (root.is_active, root.check_password("a-long-password")) == (True, True)


def test_access_ends_and_comes_back(client: Client) -> None:
    user = make_user(Role.RECEPTIONIST)
    client.post(f"/manage/users/{user.pk}/access/", {"do": "deactivate"})
    user.refresh_from_db()
    assert user.is_active is False
    client.post(f"/manage/users/{user.pk}/access/", {"do": "reactivate"})
    user.refresh_from_db()
    assert user.is_active is True
    assert client.post(f"/manage/users/{user.pk}/access/", {"do": "delete"}).status_code == 404


def test_new_password_is_shown_once(client: Client) -> None:
    user = make_user(Role.RECEPTIONIST)
    page = client.post(f"/manage/users/{user.pk}/access/", {"do": "password"})
    user.refresh_from_db()
    assert user.check_password(page.context["password"])


def test_users_are_found_by_name_in_the_body(client: Client) -> None:
    make_user(Role.DOCTOR, first_name="Wanjiru")
    found = client.post("/manage/users/", {"q": "wanji"})
    assert [user.first_name for user in found.context["users"]] == ["Wanjiru"]


def test_stale_form_of_a_user_is_told_so(client: Client) -> None:
    user = make_user(Role.RECEPTIONIST)
    form = entries(client.get(f"/manage/users/{user.pk}/"))
    User.objects.filter(pk=user.pk).update(email="new@clinic.test")
    answer = client.post(f"/manage/users/{user.pk}/", {**form, "first_name": "Ann"})
    user.refresh_from_db()
    assert (answer.status_code, user.first_name) == (412, "")


# --- Places ----------------------------------------------------------------------------------------


def place() -> Location:
    return Location.objects.default()


def test_location_is_opened_and_moved_to_another_clock(client: Client) -> None:
    client.post("/manage/locations/", {"name": "Riverside", "time_zone": "Africa/Nairobi"})
    opened = Location.objects.get(name="Riverside")
    assert opened.opening_hours.count() == 5
    form = entries(client.get(f"/manage/locations/{opened.pk}/"))
    wrong = client.post(f"/manage/locations/{opened.pk}/", {**form, "time_zone": "Mars/Olympus"})
    assert wrong.status_code == 400
    assert "time_zone" in wrong.context["form"].errors
    last = client.post(f"/manage/locations/{opened.pk}/", {**form, "time_zone": "Europe/Paris", "active": "on"})
    opened.refresh_from_db()
    assert (last.status_code, opened.time_zone) == (302, "Europe/Paris")


def test_last_location_stays_in_use(client: Client) -> None:
    form = entries(client.get(f"/manage/locations/{place().pk}/"))
    form.pop("active")
    page = client.post(f"/manage/locations/{place().pk}/", form)
    assert page.context["form"].errors == {
        "active": ["A clinic keeps at least one active location. Open another one first."]
    }


def test_opening_hours_are_stored_as_the_whole_week(client: Client) -> None:
    form = entries(client.get(f"/manage/locations/{place().pk}/"))
    form |= {"week-0-end": "12:00", "week-1-DELETE": "on"}
    client.post(f"/manage/locations/{place().pk}/opening/", form)
    assert [str(window) for window in OpeningHours.objects.order_by("weekday")] == [
        "mon 08:00-12:00",
        "wed 08:00-18:00",
        "thu 08:00-18:00",
        "fri 08:00-18:00",
    ]
    stale = client.post(f"/manage/locations/{place().pk}/opening/", form)
    assert (stale.status_code, OpeningHours.objects.count()) == (412, 4)


CLOSURE = {
    "closure-kind": "closed",
    "closure-first": "2026-03-03",
    "closure-start": "08:00",
    "closure-last": "2026-03-03",
    "closure-end": "12:00",
    "closure-reason": "Water",
}


def test_closure_tells_which_visits_it_leaves_outside_and_is_removed(client: Client) -> None:
    visit = book("2026-03-03 10:00")
    page = client.post(f"/manage/locations/{place().pk}/closures/", CLOSURE, follow=True)
    assert messages(page) == [
        "Saved.",
        "1 visit is outside the hours now: kept, for the desk to move or cancel.",
    ]
    assert page.context["outside"] == [visit]
    client.post(f"/manage/closures/{LocationException.objects.get().pk}/remove/")
    assert LocationException.objects.count() == 0


def test_closure_without_times_is_of_whole_days_the_last_one_included(client: Client) -> None:
    days = {"closure-kind": "closed", "closure-first": "2026-12-24", "closure-last": "2026-12-26"}
    for told in (days, {**days, "closure-first": "2026-12-31", "closure-last": ""}):
        client.post(f"/manage/locations/{place().pk}/closures/", told)
    assert list(LocationException.objects.order_by("start").values_list("start", "end")) == [
        (at("2026-12-24 00:00"), at("2026-12-27 00:00")),
        (at("2026-12-31 00:00"), at("2027-01-01 00:00")),
    ]


def test_closure_that_cannot_be_is_said(client: Client) -> None:
    page = client.post(f"/manage/locations/{place().pk}/closures/", {**CLOSURE, "closure-end": "07:00"})
    assert (page.status_code, "It ends before it begins." in text(page)) == (400, True)
    assert LocationException.objects.count() == 0


def test_room_is_added_renamed_and_taken_out_of_use(client: Client) -> None:
    client.post("/manage/rooms/", {"location": place().pk, "name": "Room 1", "kind": "consulting"})
    room = Room.objects.get()
    twice = client.post("/manage/rooms/", {"location": place().pk, "name": "room 1", "kind": "consulting"})
    assert twice.context["form"].errors == {"name": ["This location already has a room with this name."]}
    form = entries(client.get(f"/manage/rooms/{room.pk}/"))
    form.pop("active")
    client.post(f"/manage/rooms/{room.pk}/", {**form, "name": "Blue room"})
    room.refresh_from_db()
    assert (room.name, room.active) == ("Blue room", False)


def test_stale_room_is_told_so(client: Client) -> None:
    room = make_room()
    form = entries(client.get(f"/manage/rooms/{room.pk}/"))
    clinic_services.amend_room(room, name="Renamed")
    answer = client.post(f"/manage/rooms/{room.pk}/", {**form, "name": "Mine"})
    assert (answer.status_code, Room.objects.get().name) == (412, "Renamed")


# --- Types and holidays ----------------------------------------------------------------------------

TYPE: dict[str, Any] = {
    "name": "Scan",
    "duration_minutes": 40,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 10,
    "minimum_notice_minutes": 0,
    "booking_horizon_days": "",
    "bookable_online": "on",
    "room_kind": "",
    "colour": "#0a5c68",
    "specializations": " Cardiology,  Child  health ,",
}


def test_type_is_added_with_who_offers_it(client: Client) -> None:
    doctor = make_doctor()
    client.post("/manage/types/", {**TYPE, "doctors": [doctor.pk]})
    kind = AppointmentType.objects.get()
    assert (kind.name, kind.specializations, list(kind.doctors.all())) == (
        "Scan",
        ["Cardiology", "Child health"],
        [doctor],
    )


def test_type_is_changed_and_told_what_is_wrong(client: Client) -> None:
    kind = make_type(name="Scan", doctors=[make_doctor()])
    seen = entries(client.get(f"/manage/types/{kind.pk}/"))["seen"]
    wrong = client.post(f"/manage/types/{kind.pk}/", {**TYPE, "seen": seen, "colour": "blue", "duration_minutes": 0})
    assert list(wrong.context["form"].errors) == ["duration_minutes", "colour"]
    client.post(f"/manage/types/{kind.pk}/", {**TYPE, "seen": seen, "active": "on"})
    kind.refresh_from_db()
    assert (kind.duration_minutes, kind.doctors.count()) == (40, 0)


def test_countrys_holidays_are_looked_at_before_they_are_added(client: Client) -> None:
    asked = {"country": "KE", "year": "2026", "subdivision": "", "location": ""}
    shown = client.post("/manage/holidays/", {**asked, "do": "look"})
    days = [day for day, _, _ in shown.context["preview"]]
    assert (len(days) > 5, Holiday.objects.count()) == (True, 0)
    client.post("/manage/holidays/", {**asked, "do": "import"})
    assert sorted(Holiday.objects.values_list("date", flat=True)) == days
    again = client.post("/manage/holidays/", {**asked, "do": "look"})
    assert {there for _, _, there in again.context["preview"]} == {True}


def test_unknown_country_is_said_beside_its_field(client: Client) -> None:
    page = client.post("/manage/holidays/", {"country": "XX", "year": "2026", "do": "look"})
    assert (page.status_code, list(page.context["import_form"].errors)) == (400, ["country"])


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_holiday_of_a_year_that_nothing_is_booked_in_is_refused_beside_its_day(client: Client, day: str) -> None:
    page = client.post("/manage/holidays/", {"date": day, "name": "Our day", "location": "", "do": "add"})
    errors = {"date": ["Enter a date from the years 1900 to 2199."]}
    assert (page.status_code, page.context["form"].errors, Holiday.objects.count()) == (400, errors, 0)


def test_own_holiday_tells_which_visits_it_leaves_outside_and_is_removed(client: Client) -> None:
    book("2026-03-03 10:00")
    own = {"date": "2026-03-03", "name": "Our day", "location": "", "do": "add"}
    assert messages(client.post("/manage/holidays/", own, follow=True)) == [
        "Added.",
        "1 visit is outside the hours now: kept, for the desk to move or cancel.",
    ]
    twice = client.post("/manage/holidays/", own)
    assert list(twice.context["form"].errors) == ["date"]
    client.post(f"/manage/holidays/{Holiday.objects.get().pk}/remove/")
    assert Holiday.objects.count() == 0


@pytest.mark.parametrize("page", ["users/", "rooms/", "types/", "holidays/", "locations/"])
def test_lists_take_the_same_queries_however_long_they_are(client: Client, page: str) -> None:
    def more(number: int) -> None:
        make_room()
        make_type(doctors=[Doctor.objects.first() or make_doctor()])
        make_user(Role.AUDITOR)
        clinic_services.open_location(name=f"Place {number}", time_zone="UTC")
        Holiday.objects.create(date=f"2026-04-0{number}", name="Day", location=place())

    more(1)
    one = queries(lambda: client.get(f"/manage/{page}"))
    more(2), more(3)
    assert queries(lambda: client.get(f"/manage/{page}")) == one
