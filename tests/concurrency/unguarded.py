"""core.wsgi with the locks taken out, for the negative controls: never serve a clinic from here.

``book``, ``hold``, ``accept`` and a series' ``create`` run without their transaction, so that check and insert are
statements of their own, and read rows without locking them. On SQLite the transaction is the lock: BEGIN IMMEDIATE.
"""

from core.wsgi import application  # first: it sets Django up

from appointments import holds, services, settling, waitlist  # isort: skip
from appointments.models import WaitlistEntry, WaitlistOffer  # isort: skip
from appointments.series import services as series_services  # isort: skip
from doctors.models import Doctor, DoctorQuerySet  # isort: skip
from patients.models import Patient  # isort: skip

__all__ = ["application"]


def read(doctors: list[Doctor], patient: Patient) -> tuple[list[Doctor], Patient]:
    return [Doctor.objects.get(pk=doctor.pk) for doctor in doctors], Patient.objects.get(pk=patient.pk)


def read_offer(entry: WaitlistEntry) -> tuple[WaitlistEntry, WaitlistOffer | None]:
    current = WaitlistEntry.objects.select_related("patient").get(pk=entry.pk)
    return current, current.offers.pending().select_related("doctor", "hold").first()


services.locked = read
settling.lock_rooms = lambda visit: None
waitlist.locked = read_offer
holds._refuse_too_many = lambda *args: None
DoctorQuerySet.locked = lambda rows: rows.order_by("id")

services.book = services.book.__wrapped__
series_services.create = series_services.create.__wrapped__
holds.hold = holds.hold.__wrapped__
waitlist.accept = waitlist.accept.__wrapped__
