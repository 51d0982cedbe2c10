"""What the API's documentation shows of reports."""

from api.examples.bodies import Examples
from appointments.reports.lead_times import BUCKETS

REPORT_TABLE = "date,booked,cancelled,no_shows\r\n2025-05-29,12,1,1\r\n"
REPORT = {
    "first": "2025-05-29",
    "last": "2025-05-29",
    "bookings": [{"date": "2025-05-29", "booked": 12, "cancelled": 1, "no_shows": 1}],
    "utilisation": {
        "by_doctor": [
            {"doctor": 2, "doctor_name": "John Smith", "open_minutes": 600, "booked_minutes": 360, "utilisation": 0.6}
        ],
        "by_weekday": [{"weekday": "thu", "open_minutes": 600, "booked_minutes": 360, "utilisation": 0.6}],
    },
    "attendance": {
        "total": {"attended": 11, "no_shows": 1, "unrecorded": 1, "rate": 0.0833},
        "by_doctor": [
            {"doctor": 2, "doctor_name": "John Smith", "attended": 11, "no_shows": 1, "unrecorded": 1, "rate": 0.0833}
        ],
    },
    "lead_times": {
        "visits": 14,
        "mean_hours": 62.5,
        "distribution": [
            {"lead": name, "visits": visits} for (name, _), visits in zip(BUCKETS, (3, 2, 5, 2, 1, 1), strict=True)
        ],
    },
    "cancellations": {
        "total": 1,
        "by_lead": [{"lead": "under_1_day", "visits": 1}],
        "by_whom": [{"by": "patient", "visits": 1}],
        "by_reason": [{"reason": "", "visits": 1}],
    },
    "waits": {
        "total": {"visits": 11, "median_minutes": 9, "p90_minutes": 25},
        "by_day": [{"date": "2025-05-29", "visits": 11, "median_minutes": 9, "p90_minutes": 25}],
        "by_doctor": [{"doctor": 2, "doctor_name": "John Smith", "visits": 11, "median_minutes": 9, "p90_minutes": 25}],
    },
}
WRONG = {
    "Upside down": {"to": ["The last day is before the first."]},
    "Unknown doctor": {"doctor": ["There is no doctor with id 99."]},
}
REPORT_EXAMPLES = {
    "reports_retrieve": Examples(answer=REPORT, refusals=WRONG),
    "reports_export": Examples(refusals=WRONG),
}
