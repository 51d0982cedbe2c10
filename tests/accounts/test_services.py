"""Users are made and changed by rules."""

from typing import Any

import pytest
from django.core.management import call_command

from accounts import services
from accounts.errors import BadUser, NotYourself, SuperuserOnly, UsernameTaken, WeakPassword
from accounts.models import User
from accounts.roles import Role
from tests.factories import make_user

PASSWORD = "correct-horse-battery"

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "opens_the_admin"),
    [("", False), ("admin", True), ("receptionist", True), ("doctor", False), ("patient", False), ("auditor", True)],
)
def test_a_new_user_can_sign_in_and_opens_the_admin_by_role(role: str, opens_the_admin: bool) -> None:
    user = services.create(username="ann", password=PASSWORD, role=role, email="ann@clinic.test")
    stored = User.objects.get()
    assert user == stored
    assert stored.check_password(PASSWORD)
    assert (stored.role, stored.is_staff, stored.is_superuser) == (role, opens_the_admin, False)


def test_without_a_password_nobody_signs_in() -> None:
    assert not services.create(username="ann").has_usable_password()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"password": "12345678"}, WeakPassword),
        ({"password": "annannann"}, WeakPassword),
        ({"role": "boss"}, BadUser),
        ({"username": "a b"}, BadUser),
        ({"username": ""}, BadUser),
        ({"email": "nowhere"}, BadUser),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        services.create(**{"username": "annannann", "password": PASSWORD, **fields})
    assert not User.objects.exists()


def test_a_name_is_taken_once() -> None:
    services.create(username="ann")
    other = services.create(username="bob")
    for attempt in (lambda: services.create(username="ann"), lambda: services.amend(other, username="ann")):
        with pytest.raises(UsernameTaken):
            attempt()


@pytest.mark.parametrize("name", ["is_superuser", "is_active", "password", "user_permissions", "id"])
def test_what_is_not_to_be_set_here_is_a_defect(name: str) -> None:
    user = make_user()
    with pytest.raises(TypeError):
        services.amend(user, **{name: True})


def test_a_new_role_decides_anew_who_opens_the_admin() -> None:
    user = make_user(Role.RECEPTIONIST, is_staff=True)
    assert services.amend(user, role=Role.DOCTOR).is_staff is False
    assert services.amend(user, role=Role.DOCTOR, is_staff=True).is_staff is True
    assert services.amend(user, role=Role.PATIENT, is_staff=True).is_staff is False


def test_nobody_takes_away_their_own_access() -> None:
    admin = make_user(Role.ADMIN)
    with pytest.raises(NotYourself):
        services.deactivate(admin, by=admin)
    with pytest.raises(NotYourself):
        services.amend(admin, role="", by=admin)
    assert services.amend(admin, first_name="Ann", by=admin).first_name == "Ann"


def test_only_a_superuser_changes_a_superuser() -> None:
    boss, other = (User.objects.create_superuser(name, password=PASSWORD) for name in ("boss", "other"))
    admin = make_user(Role.ADMIN)
    for attempt in (
        lambda: services.amend(boss, email="x@clinic.test", by=admin),
        lambda: services.set_password(boss, "another-long-one", by=admin),
        lambda: services.deactivate(boss, by=admin),
        lambda: services.reactivate(boss, by=admin),
    ):
        with pytest.raises(SuperuserOnly):
            attempt()
    assert services.set_password(boss, "another-long-one", by=other).check_password("another-long-one")


def test_who_is_deactivated_comes_back() -> None:
    user = make_user(Role.RECEPTIONIST)
    assert services.deactivate(user).is_active is False
    assert services.reactivate(user).is_active is True


def test_createsuperuser_makes_somebody_who_may_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "cosmas@44")
    call_command("createsuperuser", "--noinput", username="kimutai", email="k@clinic.test", verbosity=0)
    user = User.objects.get()
    assert (user.is_superuser, user.is_staff, user.role) == (True, True, "")
