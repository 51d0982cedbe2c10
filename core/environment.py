"""The environment, read without guessing: what cannot be read is refused by its name, and never taken for False."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"true", "on", "ok", "y", "yes", "1"})
FALSE = frozenset({"false", "off", "n", "no", "0", ""})


class Environment(environ.Env):  # type: ignore[misc]  # it has no types
    """Raises ImproperlyConfigured, in a sentence that says what to write."""

    def bool(self, var: str, default: Any = environ.Env.NOTSET) -> bool:
        text = str(self.str(var, default=default)).strip().lower()
        if text not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{var}={text!r} is neither True nor False. Write one of these.")
        return text in TRUE

    def int(self, var: str, default: Any = environ.Env.NOTSET) -> int:
        text = str(self.str(var, default=default)).strip()
        if not (text.isascii() and text.isdigit()):
            raise ImproperlyConfigured(f"{var}={text!r} is not a whole number from 0. Write one, such as {default}.")
        return int(text)
