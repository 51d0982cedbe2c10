"""What templates show in one way everywhere: times by the location's clock, states in colour and words, forms."""

from datetime import date, datetime
from typing import Any

from django import forms, template
from django.conf import settings
from django.template.context import Context
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import SUPERUSER
from appointments.finding import Slot
from appointments.lifecycle import Status
from clinics.models import Location
from common import clock as clinic_clock
from web import days
from web.actions import action_words
from web.forms.manage import ROLES
from web.forms.records import PARTS_OF_DAY
from web.navigation import ACCOUNT, MAIN, entries
from web.picker import value_of

register = template.Library()

STATUS_WORDS: dict[str, str | Promise] = {
    Status.SCHEDULED: _("Scheduled"),
    Status.CONFIRMED: _("Confirmed"),
    Status.CHECKED_IN: _("Arrived"),
    Status.IN_PROGRESS: _("In the room"),
    Status.COMPLETED: _("Done"),
    Status.CANCELLED: _("Cancelled"),
    Status.NO_SHOW: _("Did not come"),
}


@register.inclusion_tag("web/navigation.html", takes_context=True)
def navigation(context: Context) -> dict[str, Any]:
    return {"entries": entries(context["request"], MAIN)}


@register.inclusion_tag("web/account_menu.html", takes_context=True)
def account_menu(context: Context) -> dict[str, Any]:
    return {"entries": entries(context["request"], ACCOUNT), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("web/languages.html", takes_context=True)
def languages(context: Context) -> dict[str, Any]:
    """The switch in the foot: the languages that there are, each in its own name."""
    request = context["request"]
    current = get_language()
    known = [{"code": code, "name": name, "current": code == current} for code, name in settings.LANGUAGES]
    # Back to the page; not to the address of a form that was refused, which nobody can open.
    return {"languages": known, "back": request.get_full_path(), "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("web/status.html")
def status(value: str) -> dict[str, Any]:
    """A visit's state as a badge: colour and words."""
    return {"value": value, "words": STATUS_WORDS[value]}


register.filter(action_words)


@register.filter
def part_of_day_words(part: str) -> str:
    """The part of the day as the form to wait calls it."""
    return str(dict(PARTS_OF_DAY)[part])


@register.filter
def role_words(role: str) -> str:
    """A role as forms call it; nothing, of none. A superuser has none, and may do everything."""
    return str({**dict(ROLES), SUPERUSER: _("Superuser")}.get(role, role)) if role else ""


@register.filter
def clock(instant: datetime, location: Location) -> str:
    """The time of day on the location's wall: 14:30."""
    return formats.time_format(location.local(instant), "H:i")


@register.simple_tag
def slot_value(slot: Slot) -> str:
    """The slot as a form sends it."""
    return value_of(slot.doctor.pk, slot.start)


@register.filter
def day(instant: datetime, location: Location) -> str:
    """The local date with its weekday: Monday 2 March 2026."""
    return formats.date_format(location.local(instant), "l j F Y")


@register.filter
def seconds(instant: datetime, location: Location) -> str:
    """The time of day on the location's wall, to the second: 14:30:05."""
    return formats.time_format(location.local(instant), "H:i:s")


@register.filter
def shortdate(instant: datetime, location: Location) -> str:
    """The local date without its weekday: 2 Mar 2026."""
    return days.short_date(location.local(instant))


@register.filter
def shortday(instant: datetime, location: Location) -> str:
    """The local date, short: Mon 2 Mar 2026."""
    return days.short_day(location.local(instant))


@register.simple_tag
def stretch(row: Any, location: Location) -> str:
    """From a row's ``start`` until its ``end`` by the location's clock."""
    return days.stretch(location.local(row.start), location.local(row.end))


register.filter("short_date", days.short_date)
register.filter("short_day", days.short_day)
register.filter("short_day_of_year", days.short_day_of_year)


@register.filter
def age(born: date) -> str:
    """How old somebody is today, by the clock of the clinic's first location: "41 years", "7 months" of infants."""
    today = Location.objects.default().local(clinic_clock.now()).date()
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    if years >= 2:
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    months = max(12 * (today.year - born.year) + today.month - born.month - (today.day < born.day), 0)
    return ngettext("%(n)d month", "%(n)d months", months) % {"n": months}


@register.inclusion_tag("web/field.html")
def field(bound: forms.BoundField, *, plain: bool = False) -> dict[str, Any]:
    """A form's field with its label, help and errors, tied together for those who hear the page.

    ``plain``: do not say that it is optional, since what stands there is an answer already.
    """
    check = isinstance(bound.field.widget, forms.CheckboxInput)
    control = _control(bound, helped=bool(bound.help_text))
    return {"bound": bound, "control": control, "check": check, "plain": plain}


@register.inclusion_tag("web/cell.html")
def cell(bound: forms.BoundField) -> dict[str, Any]:
    """The same in a table's row, whose head is the label that is seen."""
    return {"bound": bound, "control": _control(bound, helped=False)}


def _control(bound: forms.BoundField, *, helped: bool) -> str:
    described = [f"{bound.id_for_label}_help"] if helped else []
    if bound.errors:
        described.append(f"{bound.id_for_label}_error")
    widget = bound.field.widget
    select = isinstance(widget, forms.Select)
    check = isinstance(widget, forms.CheckboxInput)
    css = "form-check-input" if check else "form-select" if select else "form-control"
    attributes = {"class": f"{css}{' is-invalid' if bound.errors else ''}"}
    if "placeholder" in widget.attrs:
        attributes["placeholder"] = ""  # allauth's: what stands in a field is read as an answer
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return bound.as_widget(attrs={**widget.attrs, **attributes})


@register.inclusion_tag("web/summary.html")
def summary(form: forms.BaseForm) -> dict[str, Any]:
    """What is wrong with the form, in one place that takes the focus, with a link to each field."""
    # A group of buttons has no id of its own: its first one's.
    wrong = [(bound, bound.id_for_label or f"{bound.auto_id}_0") for bound in form if bound.errors]
    return {"form": form, "wrong": wrong}
