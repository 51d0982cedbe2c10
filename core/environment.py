"""The environment, read without guessing: what cannot be read is refused by its name, and never taken for False.

No sentence here quotes a value that may be a password: what refuses to start is logged.
"""

import builtins  # `str`, `int` and `list` are methods below
import os
import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"true", "on", "ok", "y", "yes", "1"})
FALSE = frozenset({"false", "off", "n", "no", "0"})
# Of days, hours and minutes: beyond that they lead out of the calendar, and every request would fail.
MOST = 1_000_000
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
# As django-environ reads a line.
ASSIGNMENT = re.compile(r"(?:export )?([A-Za-z_0-9]+)=")
ALIKE = 0.87  # from there on two names are one that was misspelt: ALLOWED_HOST, REQUIRE_STAF_MFA, CLINIC_TIMEZONE


class Environment(environ.Env):  # type: ignore[misc]  # it has no types
    """Raises ImproperlyConfigured, in a sentence that says what to write."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()
        self.in_file: dict[str, int] = {}  # names, and the lines where they stand
        self.file = ""

    def read_file(self, path: builtins.str) -> None:
        """Take from a file what the environment does not say. It may be absent; a line that is not read is refused."""
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except (FileNotFoundError, NotADirectoryError):
            return
        except (OSError, UnicodeDecodeError) as error:
            raise ImproperlyConfigured(
                f"{path} cannot be read as text in UTF-8. Let the user who starts this read it, or name another file "
                "with ENV_FILE."
            ) from error
        self.file = path
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if not (assignment := ASSIGNMENT.match(line)):
                raise ImproperlyConfigured(
                    f"Line {number} of {path} cannot be read. Write NAME=value, without spaces around the name, or "
                    "begin the line with # to leave it out."
                )
            self.in_file[assignment[1]] = number
        self.read_env(path, encoding="utf-8-sig")

    def refuse_misspelt(self) -> None:
        """Once everything is read: what stands in the file, is read by nobody, and is almost the name of a setting."""
        for name, number in self.in_file.items():
            if name not in self.asked and (meant := get_close_matches(name, self.asked, n=1, cutoff=ALIKE)):
                raise ImproperlyConfigured(
                    f"{name}, on line {number} of {self.file}, is not a setting: it would be ignored. "
                    f"Did you mean {meant[0]}?"
                )

    def str(self, var: builtins.str, default: Any = environ.Env.NOTSET, multiline: bool = False) -> Any:
        """As it stands: a value that begins with $ is that value, and no name of another one."""
        self.asked.add(var)
        return os.environ.get(var, default)

    def bool(self, var: builtins.str, default: Any = environ.Env.NOTSET) -> bool:
        """Empty is as good as not there: a blank line must not switch off what is on by default."""
        text = str(self.str(var, default=default)).strip().lower() or str(default).lower()
        if text not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{var}={text!r} is neither True nor False. Write one of these.")
        return text in TRUE

    def int(
        self, var: builtins.str, default: Any = environ.Env.NOTSET, least: builtins.int = 0, most: builtins.int = MOST
    ) -> builtins.int:
        text = str(self.str(var, default=default)).strip()
        if not (text.isascii() and text.isdigit()):
            raise ImproperlyConfigured(
                f"{var}={text!r} is not a whole number from {least}. Write one, such as {default}."
            )
        if not least <= int(text) <= most:
            raise ImproperlyConfigured(
                f"{var}={text} is not between {least} and {most}. Write a number that is, such as {default}."
            )
        return int(text)

    def rate(self, var: builtins.str, default: builtins.str) -> tuple[builtins.int, builtins.int] | None:
        """How many in how many seconds; None is no limit."""
        text = self.str(var, default=default)
        if text == "0":
            return None
        most, _, period = text.partition("/")
        if not (most.isascii() and most.isdigit() and int(most)) or period not in SECONDS:
            raise ImproperlyConfigured(
                f"{var}={text!r} is not a rate. Write how many requests a second, minute, hour or day, such as 6000/m, "
                "or 0 for no limit."
            )
        return int(most), SECONDS[period]

    def list(self, var: builtins.str, default: Any = environ.Env.NOTSET) -> builtins.list[builtins.str]:
        """Separated by commas, with or without spaces."""
        text = self.str(var, default=",".join(default))
        return [part.strip() for part in text.split(",") if part.strip()]

    def parsed(
        self,
        var: builtins.str,
        text: builtins.str,
        parse: Callable[[builtins.str], dict[builtins.str, Any]],
        example: builtins.str,
    ) -> dict[builtins.str, Any]:
        """What a library makes of a URL. Its own words for one that it cannot read hold parts of passwords."""
        try:
            return parse(text)
        except (ImproperlyConfigured, ValueError):
            raise ImproperlyConfigured(
                f"{var} is not an address that can be read. Write one such as {example}; a character of the password "
                "that means something in a URL is percent-encoded: / is %2F, # is %23."
            ) from None
