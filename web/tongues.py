"""A patient's language by its name. What is stored is its tag (BCP 47)."""

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext

# Tags that stand for another one lead to its entry, and have no name.
NAMES = {tag: info["name"] for tag, info in LANG_INFO.items() if "name" in info}


def tongue(tag: str) -> str:
    """What the language of ``tag`` is called: Swahili. One of a region bears its tag, and one without a name is it."""
    whole, known = tag.lower(), tag.lower().partition("-")[0]
    if whole in NAMES:
        return gettext(NAMES[whole])
    return f"{gettext(NAMES[known])} ({tag})" if known in NAMES else tag


class TongueField(forms.CharField):
    """A language by its name, or by its tag. A tag that its name would not give back is shown as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 35, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        return gettext(NAMES[value]) if value in NAMES else value

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        named = {gettext(name).casefold(): tag for tag, name in NAMES.items()}
        return named.get(text.casefold(), text)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(initial or "") != self.to_python(data)
