"""Examples of the clinic's own routes: locations, rooms, holidays, appointment types. See `api.examples`."""

from api.examples.bodies import CALENDAR_CHANGED, DISPLACED, MADE, PAGE_SIZE, UNREADABLE, Body, Examples

ANNEX = {"name": "Westlands", "time_zone": "Africa/Nairobi"}
LOCATION = {"id": 2, **ANNEX, "active": True, "patient_cutoff_minutes": 1440, "marks_no_shows": False, **MADE}
WEEK = [
    {"weekday": "mon", "start": "08:00", "end": "18:00"},
    {"weekday": "sat", "start": "09:00", "end": "13:00"},
]
CLOSURE = {
    "kind": "closed",
    "start": "2026-12-24T10:00:00Z",
    "end": "2026-12-24T15:00:00Z",
    "reason": "The power is off",
}
EXCEPTION = {"id": 1, **CLOSURE}
ULTRASOUND = {"location": 1, "name": "Room 4", "kind": "ultrasound"}
ROOM = {"id": 4, **ULTRASOUND, "active": True, **MADE}
CHRISTMAS = {"date": "2026-12-24", "name": "Christmas Eve", "location": None}
HOLIDAY = {"id": 1, **CHRISTMAS, **MADE}
JAMHURI = {"id": 2, "date": "2026-12-12", "name": "Jamhuri Day", "location": None, **MADE}
SCAN = {
    "name": "Ultrasound scan",
    "duration_minutes": 45,
    "buffer_before_minutes": 5,
    "buffer_after_minutes": 10,
    "minimum_notice_minutes": 120,
    "booking_horizon_days": 90,
    "bookable_online": False,
    "specializations": ["Obstetrics and Gynaecology"],
    "doctors": [2],
    "room_kind": "ultrasound",
    "colour": "#3b6ea5",
}
TYPE = {"id": 3, **SCAN, "active": True, **MADE}
OUTSIDE = {"outside_hours": [DISPLACED], "outside_hours_more": False}

LOCATION_REFUSED = {
    "Unknown time zone": {
        "time_zone": ["'Mars/Olympus' is not an IANA time zone. Use a name such as Africa/Nairobi or Europe/London."]
    },
    "Known already": {"name": ["A location with this name already exists."]},
    **UNREADABLE,
}
LAST_LOCATION = {"The last one": {"active": ["A clinic keeps at least one active location. Open another one first."]}}
LOCATION_CHANGE_REFUSED = {
    **LOCATION_REFUSED,
    **LAST_LOCATION,
    "Two places at once": {
        "time_zone": [
            "John Smith: These hours put the doctor in two places at once: Main Clinic on mon 08:00-12:00 and "
            "Westlands on mon 13:00-17:00."
        ]
    },
}
ROOM_REFUSED = {"Known already": {"name": ["This location already has a room with this name."]}, **UNREADABLE}
ROOM_CHANGE_REFUSED = {
    "Elsewhere": {"location": ["A room stays at its location. Deactivate it and add one at the other location."]},
    **ROOM_REFUSED,
}
HOLIDAY_REFUSED = {
    "A holiday already": {"date": ["This day already is a holiday there. Change that one instead."]},
    **UNREADABLE,
}
IMPORT_REFUSED = {
    "Unknown country": {
        "country": ["No public holidays are known for 'XX'. Use a two-letter country code such as KE."]
    },
    "Unknown subdivision": {"subdivision": ["KE has no subdivision 'CA'. It has none: leave it out."]},
    "Unknown year": {"year": ["No public holidays of KE are known for 1950."]},
    **UNREADABLE,
}
TYPE_REFUSED = {
    "Known already": {"name": ["An appointment type with this name already exists."]},
    "Unknown doctor": {"doctors": ['Invalid pk "99" - object does not exist.']},
    **UNREADABLE,
}
EXCEPTION_REFUSED = {"Upside down": {"end": ["An exception ends after it starts."]}, **UNREADABLE}


def _listed(one: Body, choices: str) -> Examples:
    unknown = f"Cannot order by 'colour'. Choose from: {choices}."
    return Examples(answer=one, refusals={**PAGE_SIZE, "Unknown order": {"ordering": [unknown]}})


# By operationId.
CLINIC_EXAMPLES: dict[str, Examples] = {
    "locations_list": _listed(LOCATION, "id, name, created_at"),
    "locations_create": Examples({"A second location": ANNEX}, LOCATION, LOCATION_REFUSED),
    "locations_retrieve": Examples(answer=LOCATION),
    "locations_update": Examples({"The whole record": ANNEX}, LOCATION, LOCATION_CHANGE_REFUSED),
    "locations_partial_update": Examples(
        {"Patients may cancel until a day before": {"patient_cutoff_minutes": 1440}, "Reactivate": {"active": True}},
        LOCATION,
        LOCATION_CHANGE_REFUSED,
    ),
    "locations_destroy": Examples(refusals=LAST_LOCATION),
    "locations_hours_list": Examples(answer=WEEK),
    "locations_hours_update": Examples(
        {"A weekday and a Saturday": WEEK, "No hours at all": []},
        WEEK,
        {
            "In the second window": {"1": {"weekday": ['"noday" is not a valid choice.']}},
            "Not a list": {"non_field_errors": ['Expected a list of items but got type "dict".']},
            **UNREADABLE,
        },
    ),
    "locations_outside_hours": Examples(answer={"results": [DISPLACED], "more": False}),
    "locations_exceptions_list": _listed(EXCEPTION, "id, start, end"),
    "locations_exceptions_create": Examples(
        {"Close early": CLOSURE, "Open on a holiday": {**CLOSURE, "kind": "open", "reason": "Emergency service"}},
        {**EXCEPTION, **OUTSIDE},
        EXCEPTION_REFUSED,
    ),
    "locations_exceptions_retrieve": Examples(answer=EXCEPTION),
    "locations_exceptions_update": Examples(
        {"Close early": CLOSURE}, {**EXCEPTION, **OUTSIDE}, EXCEPTION_REFUSED, CALENDAR_CHANGED
    ),
    "locations_exceptions_partial_update": Examples(
        {"Until later": {"end": "2026-12-24T15:00:00Z"}}, {**EXCEPTION, **OUTSIDE}, EXCEPTION_REFUSED, CALENDAR_CHANGED
    ),
    "rooms_list": _listed(ROOM, "id, name, kind, location"),
    "rooms_create": Examples({"A room for scans": ULTRASOUND}, ROOM, ROOM_REFUSED),
    "rooms_retrieve": Examples(answer=ROOM),
    "rooms_update": Examples({"The whole record": ULTRASOUND}, ROOM, ROOM_CHANGE_REFUSED),
    "rooms_partial_update": Examples(
        {"Another use": {"kind": "ultrasound"}, "Reactivate": {"active": True}}, ROOM, ROOM_CHANGE_REFUSED
    ),
    "holidays_list": _listed(HOLIDAY, "id, date, name"),
    "holidays_create": Examples({"Closed everywhere": CHRISTMAS}, {**HOLIDAY, **OUTSIDE}, HOLIDAY_REFUSED),
    "holidays_retrieve": Examples(answer=HOLIDAY),
    "holidays_update": Examples(
        {"The whole record": CHRISTMAS}, {**HOLIDAY, **OUTSIDE}, HOLIDAY_REFUSED, CALENDAR_CHANGED
    ),
    "holidays_partial_update": Examples(
        {"Another name": {"name": "Christmas Eve"}}, {**HOLIDAY, **OUTSIDE}, HOLIDAY_REFUSED, CALENDAR_CHANGED
    ),
    "holidays_import": Examples(
        {"Kenya's, everywhere": {"country": "KE", "year": 2026}},
        {"created": [JAMHURI], "existing": [HOLIDAY]},
        IMPORT_REFUSED,
    ),
    "appointment_types_list": _listed(TYPE, "id, name, duration_minutes"),
    "appointment_types_create": Examples({"A scan": SCAN}, TYPE, TYPE_REFUSED),
    "appointment_types_retrieve": Examples(answer=TYPE),
    "appointment_types_update": Examples({"The whole record": SCAN}, TYPE, TYPE_REFUSED),
    "appointment_types_partial_update": Examples(
        {"Longer": {"duration_minutes": 45}, "Reactivate": {"active": True}}, TYPE, TYPE_REFUSED
    ),
}
