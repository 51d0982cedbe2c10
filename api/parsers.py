"""Request bodies."""

from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError
from rest_framework.utils import json


def _told_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Whoever sends two values must not be given one of them: which, depends on the program that reads."""
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"{twice[:50]!r} is given twice; give it once.")
    return members


class JSONParser(parsers.JSONParser):
    """JSON that can be read in one way only.

    The standard parser takes the last of two members with one name, and turns "[[[[..." into a crash.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return json.loads(stream.read().decode(), parse_constant=json.strict_constant, object_pairs_hook=_told_once)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply.") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None
