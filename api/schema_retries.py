"""How the API describes what `Idempotency-Key`, `ETag` and `application/problem+json` add to its operations."""

from typing import Any

from accounts.errors import BadKey, KeyReused, StillInFlight
from common.errors import Outdated

JSON, PROBLEM = "application/json", "application/problem+json"
TAG = '"0f343b0931126a20f133d67c2b018a3b"'

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "A name of your own for this request, such as a random UUID. Sent again within 24 hours, the "
    "request changes nothing, and is given the first answer again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of what you have seen. If it is not so any more, nothing is changed.",
    "schema": {"type": "string"},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The `ETag` of what you have.",
    "schema": {"type": "string"},
}
ETAG = {"description": "Names this state of the record, for `If-Match`.", "schema": {"type": "string", "example": TAG}}
REPLAYED = {
    "description": "There if this is the answer to an earlier request with the same key.",
    "schema": {"type": "string", "enum": ["true"]},
}
ALTERNATIVE = {
    "type": "object",
    "required": ["doctor", "location", "start", "end"],
    "properties": {
        "doctor": {"type": "integer", "format": "int64"},
        "location": {"type": "integer", "format": "int64"},
        "start": {"type": "string", "format": "date-time"},
        "end": {"type": "string", "format": "date-time"},
    },
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457, for whoever names `application/problem+json` in `Accept`.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "enum": ["about:blank"]},
        "title": {"type": "string", "description": "The name of the status."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "For people."},
        "code": {"type": "string", "description": "What happened, for programs. It does not change."},
        "errors": {"description": "What is wrong with the input: the body that plain JSON has."},
        "allowed": {"type": "array", "items": {"type": "string"}, "description": "The statuses that may follow."},
        "conflicts": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The codes of all that speaks against a refused time.",
        },
        "alternatives": {
            "type": "array",
            "items": ALTERNATIVE,
            "maxItems": 3,
            "description": "The nearest free times, if a time was refused: same doctor, type and length.",
        },
    },
    "additionalProperties": True,
    "example": {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "This doctor is already booked at that time.",
        "code": "slot_taken",
        "errors": {"non_field_errors": ["This doctor is already booked at that time."]},
        "conflicts": ["slot_taken"],
        "alternatives": [{"doctor": 2, "location": 1, "start": "2025-05-29T10:30:00Z", "end": "2025-05-29T11:00:00Z"}],
    },
}


def _answer(description: str, sentence: str) -> dict[str, Any]:
    content = {
        "schema": {"$ref": "#/components/schemas/Error"},
        "examples": {sentence: {"value": {"detail": sentence}}},
    }
    return {"description": description, "content": {JSON: content}}


# By the component's name.
RESPONSES = {
    "InFlight": _answer("The first request with this key is still being worked on.", StillInFlight.message),
    "KeyReused": _answer("Another request had this key.", KeyReused.message),
    "Outdated": _answer("It has changed since: nothing was done.", Outdated.message),
    "NotModified": {"description": "It is as you have it.", "headers": {"ETag": ETAG}},
}


def takes_key(view: Any, method: str) -> bool:
    return method in getattr(view, "keyed", ())


def add_headers(view: Any, method: str, operation: dict[str, Any]) -> None:
    """Put the headers, and the answers that follow from them, into an operation of a view."""
    action, answers = getattr(view, "action", method.lower()), operation["responses"]
    parameters, headers = [], {}
    if action in getattr(view, "tagged", ()):
        headers["ETag"] = ETAG
        if method == "GET":
            parameters.append(IF_NONE_MATCH)
            answers["304"] = {"$ref": "#/components/responses/NotModified"}
    if method != "GET" and getattr(view, "detail", False):
        parameters.append(IF_MATCH)
        answers["412"] = {"$ref": "#/components/responses/Outdated"}
    if takes_key(view, method):
        parameters.append(IDEMPOTENCY_KEY)
        headers["Idempotent-Replayed"] = REPLAYED
        _add_refusals_of_keys(answers)
    for status in {"200", "201"} & answers.keys() if headers else ():
        answers[status]["headers"] = headers
    if parameters:
        operation["parameters"] = [*operation.get("parameters", []), *parameters]
    operation["responses"] = dict(sorted(answers.items()))


def _add_refusals_of_keys(answers: dict[str, Any]) -> None:
    answers["422"] = {"$ref": "#/components/responses/KeyReused"}
    if "409" in answers:
        in_flight = {StillInFlight.message: {"value": {"detail": StillInFlight.message}}}
        answers["409"]["content"][JSON].setdefault("examples", {}).update(in_flight)
    else:
        answers["409"] = {"$ref": "#/components/responses/InFlight"}
    examples = answers["400"]["content"][JSON].setdefault("examples", {})
    examples["Bad key"] = {"value": {BadKey.field: [BadKey.message]}}


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The hook that adds a problem to every error of the finished schema, after the errors are there."""
    components = result["components"]
    components["schemas"] = dict(sorted({**components["schemas"], "Problem": PROBLEM_SCHEMA}.items()))
    components["responses"] |= RESPONSES
    inline = [
        answer
        for path in result["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if status >= "400"
    ]
    for answer in [*inline, *components["responses"].values()]:
        if JSON in answer.get("content", {}):
            answer["content"][PROBLEM] = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return result
