"""Choosing a doctor: from a list while it is short, by a part of the name once it is not."""

from typing import Any, NamedTuple, cast

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from common.ids import read_id
from common.text import folded, typed
from doctors.models import Doctor, DoctorQuerySet

MOST_LISTED = 100  # as many as one scrolls through
MOST_FOUND = 20
NOBODY = _("Nobody is found like this.")
SEVERAL = _("Several doctors are found like this. Choose one, or type more of the name.")


class Typed(NamedTuple):
    """What was typed, and the id of who was chosen from what that found, if anybody was."""

    name: str
    pk: str = ""

    @classmethod
    def of(cls, name: str, pk: str = "") -> "Typed":
        """As it came from a browser."""
        return cls(" ".join(typed(name).split()), pk)


def found_by_name(doctors: DoctorQuerySet, meant: Typed) -> list[Doctor]:
    """Whom of ``doctors`` somebody means: those who are called exactly so, else all who may be meant, the nearest names
    first; of these the one who was chosen, if anybody was. More than MOST_FOUND: there are others.
    """
    found = list(doctors.search(meant.name).by_relevance(meant.name)[: MOST_FOUND + 1])
    called = [doctor for doctor in found if doctor.name_key == folded(meant.name)] or found
    return [doctor for doctor in called if doctor.pk == read_id(meant.pk)] or called


def unclear(found: list[Doctor]) -> Any:
    """What is said where a name does not mean one doctor; nothing where it does."""
    return "" if len(found) == 1 else SEVERAL if found else NOBODY


class DoctorChoice(forms.Select):
    """A list of the doctors; of more than MOST_LISTED a field for the name, which doctors.js makes a combobox.

    ``doctors`` are those there are to choose from, ``everybody`` if also those out of use; ``empty_label`` is what no
    choice means, None where there must be one. ``in_a_row`` of filters there is no room for help: it is only heard.
    """

    doctors: DoctorQuerySet
    listed: list[Doctor] | None = None  # the first MOST_LISTED + 1 of them, where somebody has read them already
    everybody = False
    in_a_row = False
    empty_label: Any = None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        written = data.get(f"{name}_name")
        if written is None:
            return super().value_from_datadict(data, files, name)
        return Typed.of(written, data.get(name) or "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data and f"{name}_name" not in data

    def use_required_attribute(self, initial: Any) -> bool:
        """Without asking the first of all choices."""
        return self.empty_label is not None

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        listed = list(self.doctors[: MOST_LISTED + 1]) if self.listed is None else self.listed
        if len(listed) <= MOST_LISTED:
            empty = [] if self.empty_label is None else [("", self.empty_label)]
            self.choices = [*empty, *((doctor.pk, str(doctor)) for doctor in listed)]
            if isinstance(value, Typed):
                found = self._found(value)
                value = found[0] if len(found) == 1 else None
            return super().render(name, value.pk if isinstance(value, Doctor) else value, attrs, renderer)
        found = self._found(value)
        chosen = found[0] if len(found) == 1 else None
        attrs = {**self.attrs, **(attrs or {})}
        wrong = "is-invalid" in attrs.get("class", "")
        # Of a filter there is no form that would say what is wrong.
        told = unclear(found) if isinstance(value, Typed) and value.name and not wrong else ""
        facts = {
            "name": name,
            "id": attrs.get("id", f"id_{name}"),
            "text": chosen.full_name if chosen else value.name if isinstance(value, Typed) else "",
            "chosen": chosen,
            "found": [] if chosen else found[:MOST_FOUND],
            "empty_label": self.empty_label,
            "wrong": wrong or told,
            "told": told,
            "described": attrs.get("aria-describedby", ""),
            "everybody": self.everybody,
            "in_a_row": self.in_a_row,
        }
        return render_to_string("web/doctor_choice.html", facts)

    def _found(self, value: Any) -> list[Doctor]:
        if isinstance(value, Typed):
            return found_by_name(self.doctors, value) if value.name else []
        pk = value.pk if isinstance(value, Doctor) else read_id(str(value or ""))
        return list(self.doctors.filter(pk=pk)) if pk else []


class DoctorField(forms.ModelChoiceField):
    """One of the doctors whom the form offers (`offer`), by id or by name."""

    widget = DoctorChoice

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Doctor.objects.none(), **kwargs)
        self.offer(cast(DoctorQuerySet, self.queryset))

    def offer(self, doctors: DoctorQuerySet, *, everybody: bool = False) -> None:
        self.queryset = doctors
        widget = cast(DoctorChoice, self.widget)
        widget.doctors, widget.everybody, widget.empty_label = doctors, everybody, self.empty_label

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, Typed):
            return super().to_python(value)
        if not value.name:
            return None
        found = found_by_name(cast(DoctorQuerySet, self.queryset), value)
        if wrong := unclear(found):
            raise forms.ValidationError(wrong)
        return found[0]
