"""How the API describes an operation: exact schemas, every answer that it can give, and examples of them."""

from typing import Any

from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_listed_example_value
from rest_framework import serializers

from api.examples import EXAMPLES, Examples
from api.fields import ID
from api.schema_retries import add_headers, takes_key
from api.schema_shared import JSON, NO_SUCH_PAGE, SHARED
from api.serializers.patients import BlankForNull
from common.lines import ONE_LINE, validate_one_line
from patients.models import validate_phone_number

PHONE_NUMBER = r"^[\s+().\-/]*([0-9][\s+().\-/]*){6,15}$"


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
            answers += ["411", "413", "415", "503"]
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
            for shown in schema["properties"].values():
                if shown.get("pattern") == PHONE_NUMBER:
                    del shown["pattern"]  # numbers are read, and kept, in the digits of other scripts as well
        return schema

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)
        if direction == "response" and isinstance(field, BlankForNull):
            schema.pop("nullable", None)
        if direction == "request" and schema.get("type") == "string" and _is_one_line(field):
            schema.setdefault("pattern", ONE_LINE)  # what is stored may be older than that rule
        return schema

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        if validate_phone_number in field.validators:
            schema["pattern"] = PHONE_NUMBER
        elif _must_say_something(field) and schema.get("type") == "string" and "format" not in schema:
            schema.setdefault("pattern", r"\S")
        super()._insert_field_validators(field, schema)


def _is_one_line(field: Any) -> bool:
    return not field.read_only and validate_one_line in field.validators


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
