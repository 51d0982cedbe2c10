"""Why an appointment was not made or changed, in the words that people read."""

from collections.abc import Iterable
from datetime import date

from common.errors import Conflict, Outdated, Refused
from common.text import Minutes


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


class SlotHeld(SlotTaken):
    """Somebody is about to book it; to others it looks as if it were booked."""

    code = "slot_held"


class RoomTaken(Refused):
    code = "room_taken"
    message = "This room is already booked at that time."


class NoRoomFree(Refused):
    code = "no_room_free"
    message = "No room for this ({kind}) is free at that time."

    def __init__(self, kind: str) -> None:
        super().__init__(words={"kind": kind})


class RoomUnsuitable(Refused):
    code = "room_unsuitable"
    field = "room"
    message = "This room is out of use, elsewhere, or of another kind than the visit needs."


class NotOffered(Refused):
    code = "not_offered"
    field = "appointment_type"
    message = "This doctor does not offer this type of appointment."


class NotOnline(Refused):
    code = "not_online"
    field = "appointment_type"
    message = "This type of appointment is booked by the clinic. Please call."


class TooManyVisits(Refused):
    """A patient has as many visits to come as can be booked online."""

    code = "too_many_visits"
    message = "{most} visits to come are all that can be booked online. Call the clinic to book another."

    def __init__(self, most: int) -> None:
        super().__init__(words={"most": most})


class CancelledTooOften(Refused):
    """A patient has cancelled so often of late that the next visit is agreed by telephone."""

    code = "cancelled_too_often"
    message = "{count} visits were cancelled online within {days} days. Call the clinic to book another."

    def __init__(self, count: int, days: int) -> None:
        super().__init__(words={"count": count, "days": days})


class TypeInactive(Refused):
    code = "type_inactive"
    field = "appointment_type"
    message = "This type of appointment is no longer offered."


class TooSoon(Refused):
    code = "too_soon"
    field = "appointment_time"
    message = "This type of appointment has to be booked at least {notice} ahead."

    def __init__(self, notice: Minutes) -> None:
        super().__init__(words={"notice": notice})


class TooFarAhead(Refused):
    code = "too_far_ahead"
    field = "appointment_time"
    message = "This type of appointment can be booked until {last_day}."

    def __init__(self, last_day: date) -> None:
        super().__init__(words={"last_day": last_day})


class BufferNeeded(Refused):
    code = "buffer_needed"
    message = "The doctor needs more time between this visit and the one beside it."


class ReasonNeeded(Refused):
    code = "reason_needed"
    field = "reason"
    message = "Say why the rules are set aside: the reason is kept in the history."


class PastCutOff(Refused):
    code = "past_cut_off"
    message = "Patients can move or cancel this visit until {cutoff} before it. Please call the clinic."

    def __init__(self, cutoff: Minutes) -> None:
        super().__init__(words={"cutoff": cutoff})


class ForTheClinic(Refused):
    """A patient asks for what staff decide; ``field`` says what."""

    code = "for_the_clinic"
    message = "Only the clinic sets this. Leave it out, or call the clinic."


class WrongRole(Refused):
    code = "wrong_role"
    field = "role"
    message = "Who signs in as this person has the role {wanted}. Give it to them first."

    def __init__(self, wanted: str) -> None:
        super().__init__(words={"wanted": wanted})


class RecordTaken(Refused):
    code = "record_taken"
    message = "Somebody else signs in as this person already. Take that away first."


class BadPeriod(Refused):
    """A report about days that it cannot be about."""

    code = "bad_period"
    field = "to"


class HoldGone(Refused):
    code = "hold_gone"
    field = "hold"
    message = "This hold has ended, or is for another time or doctor. Choose a time again."


class ActsForNobody(Refused):
    """A patient's account has no record to book for."""

    code = "acts_for_nobody"
    message = "Your account is not connected with your record at the clinic yet. Please call the clinic."


class TooManyHolds(Refused):
    code = "too_many_holds"
    message = "You hold {most} times already. Book one, release one, or wait until one ends."

    def __init__(self, most: int) -> None:
        super().__init__(words={"most": most})


class OnlineBookingClosed(Refused):
    code = "online_booking_closed"
    message = "Booking without an account is closed. Sign in, or call the clinic."


class BookedAlready(Conflict):
    """What was sent is a booking already; whoever sends it again is given that one."""

    code = "booked_already"
    message = "This was sent before, and is booked."


class OtherType(Refused):
    code = "other_type"
    field = "appointment_type"
    message = "An appointment keeps its type. Cancel it and book a new one."


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
    message = "This appointment is {current} and cannot become {wanted}. It can become {allowed}."
    final_message = "This appointment is {current} and cannot become {wanted}. It is final; only undo takes it back."

    def __init__(self, *, current: str, wanted: str, allowed: Iterable[str]) -> None:
        allowed = list(allowed)
        words = {"current": current, "wanted": wanted, "allowed": ", ".join(allowed)}
        super().__init__(self.message if allowed else self.final_message, words=words, allowed=allowed)


class NotMovable(Conflict):
    code = "not_movable"
    message = "This appointment is {current}; only a scheduled or confirmed one can change its time or doctor."
    becoming_message = "An appointment that becomes {wanted} keeps its time and doctor. Change one after the other."

    def __init__(self, *, current: str, becoming: str = "") -> None:
        text = self.becoming_message if becoming else self.message
        super().__init__(text, words={"current": current, "wanted": becoming}, allowed=[])


class NothingToUndo(Conflict):
    code = "nothing_to_undo"
    message = "There is no change to undo: only the last one can be, and only once."


class CameFromAnotherDoctor(NothingToUndo):
    code = "came_from_another_doctor"
    message = "This visit was moved here from another doctor's calendar. Ask the desk to take that back."


class ChangedMeanwhile(Conflict):
    code = "changed_meanwhile"
    message = "Somebody else has just changed this appointment. Read it again and decide anew."


class VersionMismatch(ChangedMeanwhile, Outdated):
    """`If-Match` names a version that is not the newest: HTTP 412."""

    code = "version_mismatch"
