"""How the API describes itself: exact schemas, the answers that every operation can give, and examples of them."""

from typing import Any

from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_listed_example_value
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from accounts.errors import LockedOut, MustEnrol
from api.examples import EXAMPLES, Examples
from api.fields import ID
from api.rights import NO_ROLE, ByRights
from api.schema_retries import add_headers, takes_key
from api.serializers.patients import BlankForNull
from patients.models import validate_phone_number

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
    "reports": "What happened, in numbers: bookings, utilisation, no-shows, lead times and cancellations.",
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

PHONE_NUMBER = r"^[\s+().\-/]*([0-9][\s+().\-/]*){6,15}$"
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


class TokenScheme(OpenApiAuthenticationExtension):
    """What the Authorize button asks for."""

    target_class = "api.authentication.TokenAuthentication"
    name = "tokenAuth"
    priority = 1

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "Enter the word `Token`, a space, and the token that `POST /api-token-auth/` gave you: "
            "`Token 43dca77ace84f995ffee2267f9cd070e1d4cff73`",
        }


class FieldFilterParameters(DjangoFilterExtension):
    """The parameters of `FieldFilter`: one a field, and ``filter``."""

    target_class = "api.lists.FieldFilter"
    priority = 1

    def get_schema_operation_parameters(self, auto_schema: AutoSchema, *args: Any, **kwargs: Any) -> Any:
        fields = super().get_schema_operation_parameters(auto_schema, *args, **kwargs)
        view: Any = auto_schema.view
        filters = view.filterset_class.base_filters
        for parameter in fields:
            parameter["description"] = filters[parameter["name"]].extra["help_text"]
        return [*fields, *self.target.get_schema_operation_parameters(view)]


class Schema(AutoSchema):
    """Says of every operation what it takes and answers, the framework's errors included."""

    view: Any

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """None unless a view gives one to the API's readers: docstrings speak to developers."""
        return ""

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            examples = EXAMPLES.get(operation["operationId"], Examples())
            answers = operation["responses"]
            for status, answer in answers.items():
                answer["description"] = self._meaning(status)
                if status == "200" and examples.dry_run is not None:
                    answer["description"] = "What would be made. Nothing was written."
                    answer["content"][JSON]["examples"] = {"A dry run": {"value": examples.dry_run}}
                elif examples.answer is not None and status in ("200", "201"):
                    answer["content"][JSON]["examples"] = {operation["summary"]: {"value": self._answer(examples)}}
            if examples.request:
                operation["requestBody"]["content"][JSON]["examples"] = _named(examples.request)
            if "409" in answers:
                answers["409"]["content"][JSON]["examples"] = _named(examples.conflicts)
            if self._has_body() or _reads_a_query(operation) or examples.refusals or takes_key(self.view, self.method):
                answers["400"] = self._refusal(examples)
            for status in self._shared_answers():
                name, _ = NO_SUCH_PAGE if status == "404" and self._is_page() else SHARED[status]
                answers[status] = {"$ref": f"#/components/responses/{name}"}
            add_headers(self.view, self.method, operation)
        return operation

    # --- Answers -------------------------------------------------------------------------------

    def _answer(self, examples: Examples) -> Any:
        if self._is_page():
            return build_listed_example_value(examples.answer, self._get_paginator(), "response")
        return examples.answer

    def _meaning(self, status: str) -> str:
        if status == "200" and self._is_page():
            return "One page of them."
        return {
            "200": "Done." if self._has_body() else "Here it is.",
            "201": "Made.",
            "204": "Done. The answer has no body.",
            "409": "Not possible in this state; nothing was changed.",
        }[status]

    def _refusal(self, examples: Examples) -> dict[str, Any]:
        kinds = ["FieldErrors"]
        if self._has_body():
            kinds.append("Error")
            if isinstance(self.get_request_serializer(), serializers.ListSerializer):
                kinds.append("ListErrors")
        references = [{"$ref": f"#/components/schemas/{kind}"} for kind in kinds]
        schema = {"oneOf": references} if len(references) > 1 else references[0]
        return {
            "description": "The input, or a rule, says no. Nothing was changed.",
            "content": {JSON: {"schema": schema, "examples": _named(examples.refusals)}},
        }

    def _shared_answers(self) -> list[str]:
        answers = ["406", "429"]
        if any(self.get_auth()):
            answers += ["401", "503"]
            if hasattr(self.view, "rights"):
                answers.append("403")
        if "{" in self.path or self._is_page():
            answers.append("404")
        if "{" in self.path and getattr(self.view, "redirecting", False):
            answers.append("308")
        if self._has_body():
            answers += ["413", "415", "503"]
            answers += getattr(self.view, "also_answers_posts", ())
        return answers

    def _has_body(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH") and self.get_request_serializer() is not None

    def _is_page(self) -> bool:
        return self._get_paginator() is not None and self._is_list_view()

    # --- Schemas -------------------------------------------------------------------------------

    def _resolve_path_parameters(self, variables: Any) -> Any:
        parameters = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            model = self.view.queryset.model
            owner = parameter["name"].removesuffix("_id")  # of what is nested: doctor_id, location_id
            thing = model._meta.verbose_name if owner == "id" else owner
            parameter |= {"schema": ID, "description": f"The {thing}'s id."}
        return parameters

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)
        if direction == "response" and isinstance(serializer, serializers.ModelSerializer):
            schema["required"] = sorted(schema["properties"])  # what need not be sent is answered all the same
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if direction == "response" and isinstance(field, BlankForNull):
            schema.pop("nullable", None)
        return schema

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        if validate_phone_number in field.validators:
            schema["pattern"] = PHONE_NUMBER
        elif _must_say_something(field) and schema.get("type") == "string" and "format" not in schema:
            schema.setdefault("pattern", r"\S")
        super()._insert_field_validators(field, schema)


def _must_say_something(field: Any) -> bool:
    """White space is trimmed, and nothing must not be left."""
    return (
        isinstance(field, serializers.CharField)
        and field.trim_whitespace
        and not (field.allow_blank or field.read_only)
    )


def _reads_a_query(operation: dict[str, Any]) -> bool:
    return any(parameter["in"] == "query" for parameter in operation.get("parameters", []))


def _named(bodies: dict[str, Any] | None) -> dict[str, Any]:
    return {name: {"value": body} for name, body in (bodies or {}).items()}


def add_what_operations_share(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The hook that puts tags and the components of errors into the finished schema."""
    result["tags"] = [{"name": name, "description": description} for name, description in TAGS.items()]
    components = result["components"]
    components["schemas"] = dict(sorted({**components["schemas"], **ERRORS}.items()))
    components["responses"] = dict([*SHARED.values(), NO_SUCH_PAGE])
    return result
