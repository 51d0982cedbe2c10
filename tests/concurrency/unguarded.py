"""core.wsgi with the lock taken out, for the negative controls: never serve a clinic from here.

``book`` and a series' ``create`` run without their transaction, so that check and insert are statements of their own,
and read the doctor's and the patient's rows without locking them. On SQLite the transaction is the lock: BEGIN
IMMEDIATE.
"""

from core.wsgi import application  # first: it sets Django up

from appointments import services  # isort: skip
from appointments.series import services as series_services  # isort: skip
from doctors.models import Doctor  # isort: skip
from patients.models import Patient  # isort: skip

__all__ = ["application"]


def read(doctors: list[Doctor], patient: Patient) -> tuple[list[Doctor], Patient]:
    return [Doctor.objects.get(pk=doctor.pk) for doctor in doctors], Patient.objects.get(pk=patient.pk)


services.locked = read
services.book = services.book.__wrapped__
series_services.create = series_services.create.__wrapped__
