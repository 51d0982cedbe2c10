"""Examples of tokens, patients, doctors, slots, appointments, holds and the waiting list."""

from accounts.errors import CodeMissing, WrongCode, WrongCredentials
from api.examples.bodies import (
    APPOINTMENT,
    BOOKING,
    CALENDAR_CHANGED,
    CANDIDATE,
    DISPLACED,
    DOCTOR,
    DOCTOR_REFUSED,
    ENTRY_CHANGED,
    ERASED,
    EXCEPTION,
    EXCEPTION_REFUSED,
    FINAL,
    HELD,
    HISTORY,
    HOLD,
    IMPOSSIBLE,
    JANE,
    KNOWN_OF_JANE,
    LEAVE,
    ME,
    MOVED,
    NO_OFFER,
    NOT_MOVABLE,
    NOTHING_TO_UNDO,
    OFFER,
    PAGE_SIZE,
    PATIENT,
    PATIENT_REFUSED,
    REGISTERED,
    SLOTS,
    SMITH,
    TERMS_REFUSED,
    TIME_REFUSED,
    TOO_LATE,
    TOO_LONG,
    UNREADABLE,
    WAITING,
    WAITLIST_CLOSED,
    WAITLIST_REFUSED,
    WANTED,
    WEEK,
    WISHES,
    Body,
    Examples,
)


def _list_of(one: Body, unknown_order: str) -> Examples:
    return Examples(answer=one, refusals={**PAGE_SIZE, "Unknown order": {"ordering": [unknown_order]}})


def _step(status: str, conflicts: dict[str, Body] = FINAL) -> Examples:
    answer = {**APPOINTMENT, "status": status, "version": 2}
    return Examples({"With a reason": {"reason": "Asked by phone"}}, answer, {**TOO_LONG, **UNREADABLE}, conflicts)


def _final(wanted: str) -> dict[str, Body]:
    sentence = f"This appointment is completed and cannot become {wanted}. It is final; only undo takes it back."
    return {"Final": {"detail": sentence, "allowed": []}}


# By operationId.
RECORD_EXAMPLES: dict[str, Examples] = {
    "token_create": Examples(
        {
            "A name and a password": {"username": "kimutai", "password": "cosmas@44"},
            "With an authenticator app": {"username": "kimutai", "password": "cosmas@44", "otp": "492039"},
        },
        {"token": "43dca77ace84f995ffee2267f9cd070e1d4cff73"},
        {
            "Wrong name or password": {"non_field_errors": [WrongCredentials.message]},
            "Code missing": {"otp": [CodeMissing.message]},
            "Wrong code": {"otp": [WrongCode.message]},
            **UNREADABLE,
        },
    ),
    "me_retrieve": Examples(answer=ME),
    "patients_list": _list_of(
        PATIENT, "Cannot order by 'password'. Choose from: id, full_name, email, date_of_birth, created_at, updated_at."
    ),
    "patients_create": Examples(
        {"Register a patient": JANE, "Everything": {**JANE, **KNOWN_OF_JANE}},
        REGISTERED,
        {**PATIENT_REFUSED, **UNREADABLE},
    ),
    "patients_retrieve": Examples(answer=PATIENT),
    "patients_update": Examples(
        {"The whole record": {**JANE, **KNOWN_OF_JANE}}, REGISTERED, {**PATIENT_REFUSED, **UNREADABLE}, ERASED
    ),
    "patients_partial_update": Examples(
        {"A new phone number": {"phone_number": "0712345678"}, "Reactivate": {"active": True}},
        REGISTERED,
        {"Known already": PATIENT_REFUSED["Known already"], **UNREADABLE},
        ERASED,
    ),
    "patients_destroy": Examples(conflicts=ERASED),
    "patients_duplicates_list": Examples(answer=[CANDIDATE]),
    "patients_merge": Examples(
        {"A record that was made twice": {"duplicate": 12, "reason": "Registered twice"}},
        {
            "patient": PATIENT,
            "merged": 12,
            "moved": {
                "appointments": 1,
                "holds": 0,
                "series": 0,
                "waitlist_entries": 1,
                "dependents": 0,
                "merged_records": 0,
            },
            "filled": ["date_of_birth"],
            "overlapping": [
                {
                    "visit": {**APPOINTMENT, "id": 7, "patient": 12, "patient_name": "Doe Jane"},
                    "others": [{**APPOINTMENT, "doctor": 3, "doctor_name": "Ann Otieno"}],
                }
            ],
        },
        {
            "Itself": {"duplicate": ["A record cannot be merged with itself."]},
            "Two people": {
                "duplicate": [
                    "One of them is the guardian of the other, so they are two people. Correct the guardian first."
                ]
            },
            **UNREADABLE,
        },
    ),
    "doctors_list": _list_of(
        DOCTOR, "Cannot order by 'password'. Choose from: id, full_name, email, specialization, created_at, updated_at."
    ),
    "doctors_create": Examples({"Add a doctor": SMITH}, DOCTOR, {**DOCTOR_REFUSED, **UNREADABLE}),
    "doctors_retrieve": Examples(answer=DOCTOR),
    "doctors_update": Examples({"The whole record": SMITH}, DOCTOR, {**DOCTOR_REFUSED, **UNREADABLE}),
    "doctors_partial_update": Examples(
        {"Shorter visits": {"default_duration_minutes": 30}, "Reactivate": {"active": True}},
        DOCTOR,
        {"Known already": DOCTOR_REFUSED["Known already"], **UNREADABLE},
    ),
    "doctors_hours_list": Examples(answer=WEEK),
    "doctors_hours_update": Examples(
        {"A morning and an afternoon": WEEK, "No hours at all": []},
        WEEK,
        {
            "In the second window": {"1": {"weekday": ['"noday" is not a valid choice.']}},
            "Not a list": {"non_field_errors": ['Expected a list of items but got type "dict".']},
            **UNREADABLE,
        },
    ),
    "doctors_outside_hours_list": Examples(answer=[DISPLACED]),
    "doctors_exceptions_list": Examples(answer=EXCEPTION, refusals=PAGE_SIZE),
    "doctors_exceptions_create": Examples(
        {"Leave": LEAVE}, {**EXCEPTION, "outside_hours": [DISPLACED]}, {**EXCEPTION_REFUSED, **UNREADABLE}
    ),
    "doctors_exceptions_retrieve": Examples(answer=EXCEPTION),
    "doctors_exceptions_update": Examples(
        {"Leave": LEAVE},
        {**EXCEPTION, "outside_hours": [DISPLACED]},
        {**EXCEPTION_REFUSED, **UNREADABLE},
        CALENDAR_CHANGED,
    ),
    "doctors_exceptions_partial_update": Examples(
        {"Back earlier": {"end": "2026-12-27T00:00:00Z"}},
        {**EXCEPTION, "outside_hours": []},
        {**EXCEPTION_REFUSED, **UNREADABLE},
        CALENDAR_CHANGED,
    ),
    "slots_list": Examples(
        answer=SLOTS,
        refusals={
            "Upside down": {"to": ["The range ends before it starts: give a `to` after `from`."]},
            "Unknown doctor": {"doctor": ["There is no doctor with id 99."]},
        },
    ),
    "appointments_list": Examples(
        answer=APPOINTMENT,
        refusals={
            **PAGE_SIZE,
            "Unknown field": {
                "filter": [
                    "Unknown field 'colour'. Known fields: patient, doctor, location, room, appointment_type, series, "
                    "status, appointment_time, appointment_time_after, appointment_time_before, updated_at_after."
                ]
            },
        },
    ),
    "appointments_create": Examples(
        {
            "Book an appointment": BOOKING,
            "Of a type, in a room": {**BOOKING, "appointment_type": 3, "room": 4},
            "A time that was held": {**BOOKING, "hold": HELD["token"]},
            "Against the soft rules": {**BOOKING, "override": True, "reason": "Emergency"},
        },
        APPOINTMENT,
        {**TIME_REFUSED, **TERMS_REFUSED, **UNREADABLE},
    ),
    "appointments_retrieve": Examples(answer=APPOINTMENT),
    "appointments_update": Examples(
        {"The whole appointment": BOOKING}, APPOINTMENT, {**TIME_REFUSED, **UNREADABLE}, {**IMPOSSIBLE, **NOT_MOVABLE}
    ),
    "appointments_partial_update": Examples(
        {"Another time": {"appointment_time": "2025-05-30T14:00:00Z"}, "A note": {"notes": "Brings X-rays."}},
        MOVED,
        {**TIME_REFUSED, **UNREADABLE},
        {**IMPOSSIBLE, **NOT_MOVABLE},
    ),
    "appointments_destroy": Examples(refusals=TOO_LATE, conflicts=FINAL),
    "appointments_reschedule": Examples(
        {"Another time": {"appointment_time": "2025-05-30T14:00:00Z", "reason": "Asked by phone"}},
        MOVED,
        {**TIME_REFUSED, **UNREADABLE},
        NOT_MOVABLE,
    ),
    "appointments_cancel": _step("cancelled"),
    "appointments_confirm": _step("confirmed", IMPOSSIBLE),
    "appointments_check_in": _step("checked_in", _final("checked_in")),
    "appointments_start": _step("in_progress", _final("in_progress")),
    "appointments_complete": _step(
        "completed",
        {
            "Impossible step": {
                "detail": "This appointment is no_show and cannot become completed. "
                "It can become scheduled, checked_in.",
                "allowed": ["scheduled", "checked_in"],
            }
        },
    ),
    "appointments_no_show": _step("no_show", _final("no_show")),
    "appointments_undo": _step("scheduled", NOTHING_TO_UNDO),
    "appointments_history_list": Examples(answer=HISTORY),
    "holds_list": Examples(answer=HOLD, refusals=PAGE_SIZE),
    "holds_create": Examples(
        {"Hold a time": WANTED},
        HELD,
        {
            **TIME_REFUSED,
            "Too many": {
                "non_field_errors": ["You hold 5 times already. Book one, release one, or wait until one ends."]
            },
            **UNREADABLE,
        },
    ),
    "holds_retrieve": Examples(answer=HOLD),
    "waitlist_list": Examples(answer=WAITING, refusals=PAGE_SIZE),
    "waitlist_create": Examples({"Wait for a cardiologist": WISHES}, WAITING, {**WAITLIST_REFUSED, **UNREADABLE}),
    "waitlist_retrieve": Examples(answer=WAITING),
    "waitlist_update": Examples(
        {"The whole entry": WISHES}, WAITING, {**WAITLIST_REFUSED, **UNREADABLE}, WAITLIST_CLOSED
    ),
    "waitlist_partial_update": Examples(
        {"More urgent": {"priority": 5}}, WAITING, {**WAITLIST_REFUSED, **UNREADABLE}, WAITLIST_CLOSED
    ),
    "waitlist_destroy": Examples(conflicts=ENTRY_CHANGED),
    "waitlist_accept": Examples(answer=APPOINTMENT, refusals=TIME_REFUSED, conflicts={**NO_OFFER, **ENTRY_CHANGED}),
    "waitlist_decline": Examples(
        answer={**WAITING, "status": "waiting", "offer": None}, conflicts={**NO_OFFER, **ENTRY_CHANGED}
    ),
    "waitlist_offers_list": Examples(answer=[OFFER]),
}
