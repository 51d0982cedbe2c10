"""``manage.py export_patient 12 > patient.json``: all data of one patient, for the patient."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from appointments import portability
from appointments.management.recorded import recorded
from common import trail
from patients.models import Patient


class Command(BaseCommand):
    help = "Write all data of one patient as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int, help="The patient's id.")

    def handle(self, *args: Any, **options: Any) -> None:
        patient = Patient.objects.filter(pk=options["id"]).first()
        if patient is None:
            raise CommandError(f"There is no patient {options['id']}.")
        patient = patient.current
        with recorded("patient.export", patient.pk, source="manage.py export_patient"):
            trail.saw([patient])
            self.stdout.write(json.dumps(portability.export(patient), indent=2, ensure_ascii=False))
