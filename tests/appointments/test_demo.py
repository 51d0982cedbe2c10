"""`manage.py demo`: a clinic to look at, for whoever asks for it. What is in it: test_demo_clinic.py."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from appointments.models import Appointment
from clinics.models import Holiday
from doctors.models import Doctor

pytestmark = pytest.mark.django_db


def run(**options: Any) -> str:
    output = StringIO()
    call_command("demo", force=True, stdout=output, **options)
    return output.getvalue()


def test_without_debug_it_refuses_and_says_why() -> None:
    with pytest.raises(CommandError, match=r"DEBUG is off.* passwords that everybody knows.*--force"):
        call_command("demo")
    assert not User.objects.exists()
    assert not Doctor.objects.exists()


@pytest.mark.once
def test_with_debug_it_loads_without_being_forced(settings: Any) -> None:
    settings.DEBUG = True
    call_command("demo", verbosity=0)
    assert Doctor.objects.count() == 12


@pytest.mark.once
def test_holidays_are_those_of_the_clinics_country(settings: Any) -> None:
    settings.CLINIC_COUNTRY = "DE"
    run(verbosity=0)
    assert Holiday.objects.get(date="2026-10-03").name == "Tag der Deutschen Einheit"


@pytest.mark.once
def test_a_country_without_known_holidays_does_not_stop_it(settings: Any) -> None:
    settings.CLINIC_COUNTRY = "XX"
    run(verbosity=0)
    assert not Holiday.objects.exists()
    assert Appointment.objects.exists()


def test_an_existing_user_keeps_password_and_rights() -> None:
    User.objects.create_user("kimutai", password="a-password-of-my-own")
    output = run()
    kimutai = User.objects.get(username="kimutai")
    assert kimutai.check_password("a-password-of-my-own")
    assert not kimutai.is_superuser
    assert "cosmas@44" not in output
    assert "kimutai    (with the password that you gave it)" in output
    assert '{"username": "reception", "password": "demo-clinic-2026"}' in output
