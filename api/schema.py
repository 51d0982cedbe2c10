"""How the API documents itself: the answers that every operation can give, and their examples."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, inline_serializer
from rest_framework import serializers

CONFLICT = inline_serializer(
    "Conflict",
    {
        "detail": serializers.CharField(),
        "allowed": serializers.ListField(
            child=serializers.CharField(), required=False, help_text="The statuses that may follow."
        ),
    },
)

REFUSALS = [
    OpenApiExample(name, body, response_only=True, status_codes=["400"])
    for name, body in (
        ("In the past", {"appointment_time": ["Appointment time must be in the future."]}),
        ("Double booking", {"non_field_errors": ["This doctor is already booked at that time."]}),
        ("Patient elsewhere", {"non_field_errors": ["This patient already has an appointment at that time."]}),
        ("Outside availability", {"non_field_errors": ["Doctor is not available at this time."]}),
    )
]

DETAIL = {
    "type": "object",
    "properties": {"detail": {"type": "string"}},
    "required": ["detail"],
}
# By field, or under non_field_errors; a list's items each have such an object, and a body that cannot be read a detail.
VALIDATION = {
    "oneOf": [
        {"type": "object", "additionalProperties": {}},
        {"type": "array", "items": {}},
    ],
    "description": "What is wrong, by field; what is about none of them is under non_field_errors.",
}

DESCRIPTIONS = {
    "400": "The input, or a rule, says no. Nothing was changed.",
    "401": "No token, or a wrong one.",
    "403": "Not yours to do.",
    "404": "There is no such thing, or you may not see it.",
    "409": "Not possible in this state.",
    "415": "The body has a type that is not read here. Send JSON.",
    "503": "Busy. Nothing was changed; try again after Retry-After seconds.",
}
EXAMPLES = {
    "401": {"detail": "Authentication credentials were not provided."},
    "404": {"detail": "Not found."},
    "503": {"detail": "The system is busy. Nothing was changed; please try again."},
}


class Schema(AutoSchema):
    """Adds the errors that come from the framework, so that no answer is undescribed."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            for status in self._errors():
                operation["responses"].setdefault(status, _error(status))
            operation["responses"] = dict(sorted(operation["responses"].items()))
            described = operation["responses"].get("400")
            if described and "content" in described:
                described["content"]["application/json"]["schema"] = VALIDATION
                described["description"] = DESCRIPTIONS["400"]
        return operation

    def _errors(self) -> list[str]:
        errors = ["503"]
        if self.get_auth():
            errors += ["401", "403"]
        if "{" in self.path or self._is_list_view():
            errors.append("404")
        if self.method in ("POST", "PUT", "PATCH"):
            errors += ["400", "415"]
        if self.method == "GET" and ("{" not in self.path):
            errors.append("400")
        return errors


def _error(status: str) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": VALIDATION if status == "400" else DETAIL}
    if status in EXAMPLES:
        content["example"] = EXAMPLES[status]
    answer: dict[str, Any] = {"description": DESCRIPTIONS[status], "content": {"application/json": content}}
    if status == "503":
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."}}
    return answer
