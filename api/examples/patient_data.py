"""Examples of all data of a patient, and of its end."""

from api.examples.bodies import ERASED, PATIENT, UNREADABLE, Examples

EXPORT = {
    "exported_at": "2025-06-02T09:00:00Z",
    "patient": PATIENT,
    "legal_hold": False,
    "user": None,
    "merged_records": [],
    "merges": [],
    "guardian": None,
    "dependents": [],
    "appointments": [
        {
            "id": 1,
            "patient": 1,
            "doctor": 2,
            "doctor_name": "John Smith",
            "start": "2025-05-29T10:00:00Z",
            "end": "2025-05-29T10:30:00Z",
            "status": "completed",
            "history": [{"action": "booked", "at": "2025-05-20T08:15:00Z", "by": "receptionist"}],
        }
    ],
    "holds": [],
    "series": [],
    "waitlist": [],
    "audit": [{"at": "2025-05-20T08:15:00Z", "role": "receptionist", "action": "patient.register", "outcome": "ok"}],
}
NOBODY = {
    "full_name": "Erased patient 1",
    "email": "",
    "phone_number": "000000",
    "national_id": None,
    "insurance_number": "",
    "date_of_birth": None,
    "sex": "",
    "preferred_language": "",
    "contact_preference": "",
    "desk_notes": "",
    "active": False,
}

PATIENT_DATA_EXAMPLES = {
    "patients_export_one": Examples(answer=EXPORT),
    "patients_erase": Examples(
        {"At the patient's wish": {"reason": "Asked in writing, file 17/2026"}},
        {**PATIENT, **NOBODY},
        {"Without a reason": {"reason": ["This field is required."]}, **UNREADABLE},
        {
            "Held": {"detail": "This record is under a legal hold. End the hold before the data is erased."},
            "Visits to come": {
                "detail": "This patient has visits to come. Cancel them before the data is erased.",
                "appointments": [1],
            },
        },
    ),
    "patients_legal_hold": Examples(
        {"Begin a hold": {"reason": "Case 4711"}, "End it": {"reason": ""}},
        {"reason": "Case 4711"},
        {"Without a reason": {"reason": ["This field is required."]}, **UNREADABLE},
        ERASED,
    ),
}
