"""What the operations of the API have in common in its description: tags, and the bodies and answers of errors."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from accounts.errors import LockedOut, MustEnrol
from api.fields import ID
from api.rights import NO_ROLE, ByRights

JSON = "application/json"

TAGS = {
    "authentication": "Get a token with a name and a password, send it as `Authorization: Token ...` with every other "
    "request, and revoke it when it is no longer needed. A user may have several.",
    "patients": "The people who are seen. They are deactivated, never deleted. Two records of one person are merged: "
    "the id of the other one then leads to the record that was kept.",
    "doctors": "Those who see them. They are deactivated, never deleted.",
    "availability": "When a doctor can be booked: weekly hours in the location's wall time, exceptions to them (leave, "
    "extra clinics), and the free slots that follow. Changing hours never cancels an appointment.",
    "clinic": "Where and what: locations with their own clocks, rooms, holidays, and the types of appointment. "
    "Locations, rooms and types are deactivated, never deleted.",
    "appointments": "Visits of a patient to a doctor. Neither can be in two appointments at once, and every change "
    "leaves a line in the history.",
    "series": "Visits that come again by a rule. Each is an appointment like any other, and can change alone.",
    "waitlist": "Patients who wait for a time. What is freed is offered to the best match, and kept until they answer.",
    "holds": "A time kept for a few minutes for whoever has the token, while they decide.",
    "audit": "Who read or changed whose data, for auditors and administrators. Nobody changes it.",
    "reports": "What happened, in numbers: bookings, utilisation, no-shows, lead times, cancellations and waits.",
    "documentation": "This description, for programs.",
}

CONFLICT = inline_serializer(
    "Conflict",
    {
        "detail": serializers.CharField(),
        "allowed": serializers.ListField(
            child=serializers.CharField(), required=False, help_text="The statuses that may follow."
        ),
        "appointments": serializers.ListField(
            child=serializers.IntegerField(), required=False, help_text="The visits that are in the way."
        ),
    },
)

# An error's body, by its component's name.
ERRORS: dict[str, dict[str, Any]] = {
    "FieldErrors": {
        "type": "object",
        "description": "What is wrong, by field; what is about no single field is under `non_field_errors`.",
        "additionalProperties": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    },
    "ListErrors": {
        "type": "object",
        "description": "What is wrong with which items of a list, by their position from 0.",
        "additionalProperties": {"$ref": "#/components/schemas/FieldErrors"},
    },
    "Error": {
        "type": "object",
        "properties": {"detail": {"type": "string"}},
        "required": ["detail"],
        "additionalProperties": False,
    },
}


def _shared(description: str, *details: str, **headers: Any) -> dict[str, Any]:
    """An answer whose body is the same for every operation; ``details`` are what it says."""
    examples = {detail: {"value": {"detail": detail}} for detail in details}
    content = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}, "examples": examples}}
    return {"description": description, "content": content} | ({"headers": headers} if headers else {})


# Answers that come from the framework or the moment, by status: the name of the component, and the component.
SHARED: dict[str, tuple[str, dict[str, Any]]] = {
    "308": (
        "RecordMerged",
        {
            "description": "The record was merged into another one, whose address is in Location.",
            "headers": {
                "Location": {"schema": {"type": "string", "format": "uri-reference"}, "description": "Where to ask."}
            },
            "content": {
                JSON: {
                    "schema": {
                        "type": "object",
                        "properties": {"detail": {"type": "string"}, "merged_into": ID},
                        "required": ["detail", "merged_into"],
                        "additionalProperties": False,
                    },
                    "examples": {
                        "Merged": {
                            "value": {
                                "detail": "This record was merged into patient 1. Use that one.",
                                "merged_into": 1,
                            }
                        }
                    },
                }
            },
        },
    ),
    "401": (
        "Unauthorized",
        _shared(
            "No token, or a wrong one.",
            "Authentication credentials were not provided.",
            **{"WWW-Authenticate": {"schema": {"type": "string", "enum": ["Token"]}, "description": "The scheme."}},
        ),
    ),
    "403": (
        "Forbidden",
        _shared(
            "Your role does not allow it, or your account needs a second factor; or, in a browser's session, the CSRF "
            "token is missing.",
            ByRights.message,
            NO_ROLE,
            "CSRF Failed: CSRF token missing.",
            MustEnrol.message,
        ),
    ),
    "404": ("NotFound", _shared("There is no such thing.", "Not found.")),
    "406": (
        "NotAcceptable",
        _shared("`Accept` leaves out JSON.", "Could not satisfy the request Accept header."),
    ),
    "411": (
        "LengthRequired",
        _shared(
            "A body in chunks, to a server that cannot tell where they end: Django's own, for developers.",
            "Send the body's length, in Content-Length.",
        ),
    ),
    "413": ("TooLarge", _shared("A body of more than 1 MiB.", "The body is larger than 1 MiB. Send less.")),
    "415": (
        "UnsupportedMediaType",
        _shared(
            "The body is of a type that is not read. Send JSON.", 'Unsupported media type "text/plain" in request.'
        ),
    ),
    "429": (
        "TooOften",
        _shared(
            "More requests than one user or address may send. Nothing was changed; wait for Retry-After seconds.",
            "Too many requests. Wait 30 seconds and try again.",
            LockedOut.message,
            **{"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds."}},
        ),
    ),
    "503": (
        "Busy",
        _shared(
            "Too much at once. Nothing was changed; try again after Retry-After seconds.",
            "The system is busy. Nothing was changed; please try again.",
            **{"Retry-After": {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds."}},
        ),
    ),
}
NO_SUCH_PAGE = ("NoSuchPage", _shared("There is no such page.", "Invalid page.", "Not found."))


def add_what_operations_share(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The hook that puts tags and the components of errors into the finished schema."""
    result["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
    components = result["components"]
    components["schemas"] = dict(sorted({**components["schemas"], **ERRORS}.items()))
    components["responses"] = dict([*SHARED.values(), NO_SUCH_PAGE])
    return result
