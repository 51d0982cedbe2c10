"""What the API's documentation shows of exports: the beginning of each table. tests/contract holds them to be true."""

from api.examples.bodies import PAGE_SIZE, Examples
from api.examples.records import RECORD_EXAMPLES

TABLES = {
    "patients": "id,full_name,email,phone_number,national_id,insurance_number,date_of_birth,sex,preferred_language,"
    "contact_preference,desk_notes,guardian,guardian_national_id,guardian_name,active,created_at,updated_at\r\n"
    "1,Jane Doe,jane@example.com,'+254712345678,123456789,NHIF0001,1990-04-12,female,en,sms,,,,,true,"
    "2025-05-20T08:15:00Z,2025-05-20T08:15:00Z\r\n",
    "doctors": "id,full_name,email,specialization,default_duration_minutes,active,created_at,updated_at\r\n"
    "2,John Smith,john.smith@clinic.example,Cardiology,30,true,2025-05-20T08:15:00Z,2025-05-20T08:15:00Z\r\n",
    "appointments": "id,patient,patient_national_id,patient_name,doctor,doctor_email,doctor_name,location,"
    "location_name,room,room_name,appointment_type,appointment_type_name,appointment_time,end,duration_minutes,status,notes,"
    "series,version,created_at,updated_at\r\n"
    "1,1,123456789,Jane Doe,2,john.smith@clinic.example,John Smith,1,Main Clinic,,,,,2025-05-29T10:00:00Z,"
    "2025-05-29T10:30:00Z,30,scheduled,,,1,2025-05-20T08:15:00Z,2025-05-20T08:15:00Z\r\n",
}


def _refusals(kind: str) -> Examples:
    """As of the list, but for its pages."""
    refusals = RECORD_EXAMPLES[f"{kind}_list"].refusals or {}
    return Examples(refusals={name: body for name, body in refusals.items() if name not in PAGE_SIZE})


EXPORT_EXAMPLES = {f"{kind}_export": _refusals(kind) for kind in TABLES}
