"""Why an appointment was not made or changed, in the words that people read."""

from collections.abc import Iterable

from common.errors import Conflict, Refused


class InThePast(Refused):
    code = "in_the_past"
    field = "appointment_time"
    message = "Appointment time must be in the future."


class DoctorInactive(Refused):
    code = "doctor_inactive"
    field = "doctor"
    message = "This doctor no longer sees patients. Choose another doctor."


class PatientInactive(Refused):
    code = "patient_inactive"
    field = "patient"
    message = "This patient's record is deactivated. Reactivate it before booking."


class OutsideHours(Refused):
    code = "outside_hours"
    message = "Doctor is not available at this time."


class SlotTaken(Refused):
    code = "slot_taken"
    message = "This doctor is already booked at that time."


class PatientBusy(Refused):
    code = "patient_busy"
    message = "This patient already has an appointment at that time."


class BadDuration(Refused):
    code = "bad_duration"
    field = "duration_minutes"
    message = "A visit lasts from 1 minute to 24 hours (1440 minutes)."


class NewStatus(Refused):
    code = "new_status"
    field = "status"
    message = "A new appointment is always scheduled. Leave the status out, and change it afterwards."


class OtherPatient(Refused):
    code = "other_patient"
    field = "patient"
    message = "An appointment stays with its patient. Cancel it and book a new one."


class ImpossibleTransition(Conflict):
    """The life cycle has no such step. ``details["allowed"]`` lists the statuses that may follow."""

    code = "impossible_transition"

    def __init__(self, *, current: str, wanted: str, allowed: Iterable[str]) -> None:
        allowed = list(allowed)
        can = f"It can become {', '.join(allowed)}." if allowed else "It is final; only undo takes it back."
        super().__init__(f"This appointment is {current} and cannot become {wanted}. {can}", allowed=allowed)


class NotMovable(Conflict):
    code = "not_movable"

    def __init__(self, *, current: str) -> None:
        super().__init__(
            f"This appointment is {current}; only a scheduled or confirmed one can change its time or doctor.",
            allowed=[],
        )


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = "There is no change to undo: only the last one can be, and only once."


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"
    message = "Somebody else has just changed this appointment. Read it again and decide anew."
