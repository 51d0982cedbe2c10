"""Bodies that examples share. They are literal: tests/contract holds them against the schema."""

from typing import Any, NamedTuple

Body = Any


class Examples(NamedTuple):
    """``answer`` is one item where the operation answers with a page; refusals are named after what went wrong.

    ``dry_run`` is what an operation that makes something answers when it is only to look.
    """

    request: dict[str, Body] | None = None
    answer: Body = None
    refusals: dict[str, Body] | None = None
    conflicts: dict[str, Body] | None = None
    dry_run: Body = None


# --- Records -------------------------------------------------------------------------------------

JANE = {
    "full_name": "Jane Doe",
    "email": "jane@example.com",
    "phone_number": "0712345678",
    "national_id": "123456789",
    "insurance_number": "NHIF0001",
}
MADE = {"created_at": "2025-05-20T08:15:00Z", "updated_at": "2025-05-20T08:15:00Z"}
KNOWN_OF_JANE = {
    "date_of_birth": "1990-04-17",
    "sex": "female",
    "preferred_language": "sw-KE",
    "contact_preference": "sms",
    "desk_notes": "Parks at the side entrance.",
    "guardian": None,
}
PATIENT = {"id": 1, **JANE, **KNOWN_OF_JANE, "active": True, **MADE}
CANDIDATE = {"id": 12, "full_name": "Doe Jane", "date_of_birth": None, "phone_number": "+254 712 345 678"}
REGISTERED = {**PATIENT, "possible_duplicates": [CANDIDATE]}

SMITH = {
    "full_name": "John Smith",
    "email": "john.smith@clinic.example",
    "specialization": "Cardiology",
    "default_duration_minutes": 30,
}
DOCTOR = {"id": 2, **SMITH, "active": True, **MADE}

BOOKING = {"patient": 1, "doctor": 2, "appointment_time": "2025-05-29T10:00:00Z", "status": "scheduled"}
APPOINTMENT = {
    "id": 1,
    "patient": 1,
    "patient_name": "Jane Doe",
    "doctor": 2,
    "doctor_name": "John Smith",
    "location": 1,
    "room": None,
    "room_name": None,
    "appointment_type": None,
    "appointment_type_name": None,
    "appointment_time": "2025-05-29T10:00:00Z",
    "end": "2025-05-29T10:30:00Z",
    "duration_minutes": 30,
    "status": "scheduled",
    "notes": "",
    "series": None,
    "version": 1,
    **MADE,
}
MOVED = {**APPOINTMENT, "appointment_time": "2025-05-30T14:00:00Z", "end": "2025-05-30T14:30:00Z", "version": 2}
HISTORY: list[Body] = [
    {
        "action": "booked",
        "at": "2025-05-20T08:15:00Z",
        "by": "kimutai",
        "reason": "",
        "from_status": "",
        "to_status": "scheduled",
        "from_appointment_time": None,
        "to_appointment_time": "2025-05-29T10:00:00Z",
        "from_end": None,
        "to_end": "2025-05-29T10:30:00Z",
        "from_doctor": None,
        "to_doctor": 2,
        "from_room": None,
        "to_room": None,
        "overrode": [],
    }
]

WEEK = [
    {"weekday": "mon", "start": "08:00", "end": "12:00", "location": 1, "valid_from": None, "valid_until": None},
    {"weekday": "mon", "start": "13:00", "end": "17:00", "location": 1, "valid_from": None, "valid_until": None},
]
LEAVE = {"kind": "closed", "start": "2026-12-24T00:00:00Z", "end": "2026-12-27T00:00:00Z", "reason": "Leave"}
EXCEPTION = {"id": 1, **LEAVE, "location": 1}
DISPLACED = {
    **APPOINTMENT,
    "appointment_time": "2026-12-24T10:00:00Z",
    "end": "2026-12-24T10:30:00Z",
}
SLOTS = {
    "results": [
        {
            "doctor": 2,
            "doctor_name": "John Smith",
            "location": 1,
            "start": "2025-05-29T10:00:00Z",
            "end": "2025-05-29T10:30:00Z",
        }
    ],
    "more": False,
}

WISHES = {
    "patient": 1,
    "specialization": "Cardiology",
    "earliest": "2025-05-26",
    "latest": "2025-06-13",
    "weekdays": ["mon", "thu"],
    "part_of_day": "morning",
    "priority": 1,
}
OFFER = {
    "doctor": 2,
    "location": 1,
    "appointment_time": "2025-05-29T10:00:00Z",
    "end": "2025-05-29T10:30:00Z",
    "offered_at": "2025-05-28T09:00:00Z",
    "expires_at": "2025-05-28T10:00:00Z",
    "status": "pending",
}
WAITING = {
    "id": 1,
    **WISHES,
    "patient_name": "Jane Doe",
    "doctor": None,
    "appointment_type": None,
    "location": None,
    "status": "offered",
    "appointment": None,
    "offer": OFFER,
    **MADE,
}
WAITLIST_REFUSED = {
    "For nothing": {"non_field_errors": ["Name a doctor, a specialization or an appointment type to wait for."]},
    "Upside down": {"latest": ["This is before earliest."]},
    "Too late": {"latest": ["This day is over."]},
}
WAITLIST_CLOSED = {"Over": {"detail": "This entry is withdrawn. Put the patient on the list again."}}
CALENDAR_CHANGED = {
    "Somebody was faster": {
        "detail": "Somebody else has just changed or removed this. Nothing was changed; read it again."
    }
}
ENTRY_CHANGED = {
    "Offered something else": {"detail": "Somebody else has just changed this entry. Read it again and decide anew."}
}
NO_OFFER = {"Too late": {"detail": "There is no offer to answer: it was answered, or its time is over."}}

WANTED = {"doctor": 2, "appointment_time": "2025-05-29T10:00:00Z"}
HOLD = {
    "id": 1,
    **WANTED,
    "location": 1,
    "room": None,
    "appointment_type": None,
    "patient": None,
    "end": "2025-05-29T10:30:00Z",
    "expires_at": "2025-05-20T08:20:00Z",
}
HELD = {**HOLD, "token": "wq6T8mN0v2p1Zb4yXc9rLd5fGh7jKk3sQaEoUiYtRe0"}

# --- Refusals ------------------------------------------------------------------------------------

UNREADABLE = {"Not JSON": {"detail": "JSON parse error - Expecting value: line 1 column 1 (char 0)"}}
HOLD_GONE = "This hold has ended, or is for another time or doctor. Choose a time again."
TERMS_REFUSED = {
    "No room": {"non_field_errors": ["No room for this (ultrasound) is free at that time."]},
    "Hold over": {"hold": [HOLD_GONE]},
    "Override without a reason": {"reason": ["Say why the rules are set aside: the reason is kept in the history."]},
}
IN_THE_PAST = {"In the past": {"appointment_time": ["Appointment time must be in the future."]}}
TIME_REFUSED = {
    **IN_THE_PAST,
    "Double booking": {"non_field_errors": ["This doctor is already booked at that time."]},
    "Outside availability": {"non_field_errors": ["Doctor is not available at this time."]},
    "Patient elsewhere": {"non_field_errors": ["This patient already has an appointment at that time."]},
}
PATIENT_REFUSED = {
    "Missing fields": {"full_name": ["This field is required."], "phone_number": ["This field is required."]},
    "Known already": {"national_id": ["A patient with this national id is already registered."]},
    "Not born yet": {"date_of_birth": ["A date of birth cannot be in the future."]},
    "A circle": {
        "guardian": ["Nobody is their own guardian, nor that of somebody who is theirs. Choose another guardian."]
    },
}
DOCTOR_REFUSED = {
    "Missing fields": {"full_name": ["This field is required."], "specialization": ["This field is required."]},
    "Known already": {"email": ["A doctor with this e-mail already exists."]},
}
EXCEPTION_REFUSED = {"Upside down": {"end": ["An exception ends after it starts."]}}
PAGE_SIZE = {"Page size": {"page_size": ["Enter a whole number from 1 to 100."]}}
TOO_LONG = {"Reason too long": {"reason": ["Ensure this field has no more than 500 characters."]}}

IMPOSSIBLE = {
    "Impossible step": {
        "detail": "This appointment is cancelled and cannot become confirmed. It can become scheduled.",
        "allowed": ["scheduled"],
    }
}
TOO_LATE = {
    "A patient, too late": {
        "non_field_errors": ["Patients can move or cancel this visit until 1 day before it. Please call the clinic."]
    }
}
ERASED = {"Erased": {"detail": "This patient's data was erased. There is no way back; register them anew."}}
FINAL = {
    "Final": {
        "detail": "This appointment is completed and cannot become cancelled. It is final; only undo takes it back.",
        "allowed": [],
    }
}
NOT_MOVABLE = {
    "Over": {
        "detail": "This appointment is completed; only a scheduled or confirmed one can change its time or doctor.",
        "allowed": [],
    }
}
NOTHING_TO_UNDO = {
    "Nothing to undo": {"detail": "There is no change to undo: only the last one can be, and only once."}
}

# --- Who signs in --------------------------------------------------------------------------------

ME = {
    "id": 7,
    "username": "jane",
    "first_name": "Jane",
    "last_name": "Doe",
    "email": "jane@example.com",
    "role": "patient",
    "is_superuser": False,
    "doctor": None,
    "patient": {"id": 1, "full_name": "Jane Doe", "active": True},
    "dependents": [{"id": 2, "full_name": "Amina Doe", "active": True}],
    "may": {
        "read_patients": "own",
        "edit_patients": "own",
        "read_identifiers": "own",
        "export_patient": "own",
        "read_appointments": "own",
        "book": "own",
        "read_waitlist": "own",
        "wait": "own",
        "read_doctors": "all",
        "read_clinic": "all",
    },
}
