"""Migrate the database at DATABASE_URL and people a clinic in it; print the ids as JSON. Run as a program."""

import json
import os

import django

DOCTORS = 150
PATIENTS = 1000


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
    django.setup()

    from django.core.management import call_command
    from django.db import transaction

    from accounts.models import User
    from tests.factories import make_doctor, make_patient
    from tests.tokens import token_of

    call_command("migrate", verbosity=0)
    with transaction.atomic():
        user = User.objects.create_superuser("reception", password="a-long-password")
        people = {
            "token": token_of(user),
            "doctors": [make_doctor().pk for _ in range(DOCTORS)],
            "patients": [make_patient().pk for _ in range(PATIENTS)],
        }
    print(json.dumps(people))


if __name__ == "__main__":
    main()
