"""Answers' bodies."""

from typing import Any

from rest_framework import renderers


class JSONRenderer(renderers.JSONRenderer):
    """JSON that can quote back what UTF-8 cannot hold: half a character, "\\ud800", which JSON's escapes can."""

    def render(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().render(*args, **kwargs)
        except UnicodeEncodeError:
            self.ensure_ascii = True  # type: ignore[misc]  # a renderer serves one answer
            return super().render(*args, **kwargs)
