"""A service's refusal as a page shows it: beside the field that it is about, in the reader's language.

Services speak English, and their sentences are the keys of the catalogue: `tools.messages` collects them from the
errors' classes.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext, ngettext

from common.errors import Busy, Conflict, DomainError, Outdated, Refused, TooOften, Unsure
from common.metrics import count_refusal
from common.text import Minutes
from web.templatetags.web import STATUS_WORDS

# The first that fits: as the API answers.
STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (Refused, 400),
    (Outdated, 412),
    (Conflict, 409),
    (Busy, 503),
    (Unsure, 503),
    (TooOften, 429),
)


def words(error: DomainError) -> str:
    """What a page tells whoever it refuses something, once for each refusal: it is counted."""
    count_refusal(error.code)
    return spelled(error)


def spelled(error: DomainError) -> str:
    """What the error says, in the language of the page."""
    said = gettext(error.template)
    return said.format(**{name: _localized(value) for name, value in error.words.items()}) if error.words else said


def refuse(form: forms.BaseForm, error: DomainError, renamed: Mapping[str, str] | None = None) -> None:
    """Add ``error`` to ``form``; ``renamed`` says which of its fields stands for the API's name of one."""
    name: Any = getattr(error, "field", None)
    name = (renamed or {}).get(name, name)
    form.add_error(name if name in form.fields else None, words(error))


def _localized(value: Any) -> str:
    if isinstance(value, Minutes):
        number, unit = value.spelled
        match unit:
            case "day":
                return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}
            case "hour":
                return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
            case _:
                return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}
    if isinstance(value, date):
        return formats.date_format(value, "j F Y")
    # A state, or several: as the badges call it.
    return ", ".join(str(STATUS_WORDS[w]).lower() if w in STATUS_WORDS else w for w in str(value).split(", "))


def status_of(error: DomainError) -> int:
    """The HTTP status of an answer that tells of ``error``."""
    return next(status for kind, status in STATUSES if isinstance(error, kind))
