"""Examples of series. See `api.examples`."""

from typing import Any

from api.examples.bodies import APPOINTMENT, MADE, PAGE_SIZE, UNREADABLE, Body, Examples

WISH = {
    "patient": 1,
    "doctor": 2,
    "appointment_time": "2025-05-29T10:00:00Z",
    "rule": "FREQ=WEEKLY;COUNT=3",
    "notes": "Physiotherapy",
}
VISITS = [
    {
        **APPOINTMENT,
        "id": number,
        "appointment_time": f"{date}T10:00:00Z",
        "end": f"{date}T10:30:00Z",
        "notes": "Physiotherapy",
        "series": 1,
    }
    for number, date in ((1, "2025-05-29"), (2, "2025-06-12"))
]
SERIES: dict[str, Any] = {
    "id": 1,
    "patient": 1,
    "patient_name": "Jane Doe",
    "doctor": 2,
    "doctor_name": "John Smith",
    "location": 1,
    "time_zone": "Africa/Nairobi",
    "appointment_type": None,
    "room": None,
    "first_date": "2025-05-29",
    "time": "13:00",
    "duration_minutes": 30,
    "rule": "FREQ=WEEKLY;COUNT=3",
    "notes": "Physiotherapy",
    "version": 1,
    **MADE,
}
TAKEN = {
    "date": "2025-06-05",
    "appointment_time": "2025-06-05T10:00:00Z",
    "end": "2025-06-05T10:30:00Z",
    "status": "refused",
    "code": "slot_taken",
    "reason": "This doctor is already booked at that time.",
    "alternative": None,
}
NEAREST = {
    "doctor": 2,
    "doctor_name": "John Smith",
    "location": 1,
    "start": "2025-06-05T10:30:00Z",
    "end": "2025-06-05T11:00:00Z",
}
FREE = [
    {
        "date": date,
        "appointment_time": f"{date}T10:00:00Z",
        "end": f"{date}T10:30:00Z",
        "status": "free",
        "code": None,
        "reason": None,
        "alternative": None,
    }
    for date in ("2025-05-29", "2025-06-12")
]
DRY_RUN = {"occurrences": [FREE[0], {**TAKEN, "alternative": NEAREST}, FREE[1]]}
DETAIL = {**SERIES, "appointments": VISITS}

DATES_REFUSED: dict[str, Body] = {
    "Dates refused": {"non_field_errors": ["2025-06-05 13:00: This doctor is already booked at that time."]}
}
WHICH: dict[str, Body] = {"Which visit": {"appointment": ["Say which visit of the series is meant."]}}
NOTHING: dict[str, Body] = {
    "Nothing to come": {
        "detail": "No visit of the series that is meant is still to come and scheduled or confirmed.",
        "allowed": [],
    }
}
CHANGED: dict[str, Body] = {
    "Changed meanwhile": {
        "detail": "Somebody else has just changed this appointment. Read it again and decide anew.",
    }
}

# By operationId.
SERIES_EXAMPLES: dict[str, Examples] = {
    "series_list": Examples(answer=SERIES, refusals=PAGE_SIZE),
    "series_create": Examples(
        {
            "Three weeks": WISH,
            "Only look": {**WISH, "dry_run": True},
            "Without the dates that cannot be": {**WISH, "on_conflict": "skip"},
        },
        {**DETAIL, "skipped": [TAKEN]},
        {
            **DATES_REFUSED,
            "Without an end": {
                "rule": ["Say when it ends: either COUNT, how many visits with the first, or UNTIL, the last date."]
            },
            **UNREADABLE,
        },
        dry_run=DRY_RUN,
    ),
    "series_retrieve": Examples(answer=DETAIL),
    "series_partial_update": Examples(
        {
            "All of them an hour later": {"scope": "all", "time": "14:00"},
            "From one on with another doctor": {"scope": "following", "appointment": 2, "doctor": 3},
        },
        {**DETAIL, "skipped": []},
        {**DATES_REFUSED, **WHICH, **UNREADABLE},
        {**NOTHING, **CHANGED},
    ),
    "series_cancel": Examples(
        {"All that are to come": {"scope": "all", "reason": "Recovered"}},
        {**DETAIL, "appointments": [{**visit, "status": "cancelled", "version": 2} for visit in VISITS], "skipped": []},
        {**WHICH, **UNREADABLE},
        CHANGED,
    ),
}
