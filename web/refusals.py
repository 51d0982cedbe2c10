"""A service's refusal as a form shows it: beside the field that it is about, in the service's own words."""

from collections.abc import Mapping
from typing import Any

from django import forms

from common.errors import DomainError


def refuse(form: forms.BaseForm, error: DomainError, renamed: Mapping[str, str] | None = None) -> None:
    """Add ``error`` to ``form``; ``renamed`` says which of its fields stands for the API's name of one."""
    name: Any = getattr(error, "field", None)
    name = (renamed or {}).get(name, name)
    form.add_error(name if name in form.fields else None, error.message)
