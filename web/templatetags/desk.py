"""What the desk's pages show: days in little room, and what was done with a visit."""

from datetime import datetime

from django import template
from django.utils.translation import gettext as _

from appointments.models import AppointmentChange
from clinics.models import Location
from web.days import short_day_of_year
from web.reasons import reason_words
from web.templatetags.web import STATUS_WORDS, clock

register = template.Library()
register.filter(reason_words)
Action = AppointmentChange.Action


@register.filter
def wall_day(instant: datetime, place: Location) -> str:
    """Mon 2 Mar."""
    return short_day_of_year(place.local(instant))


@register.simple_tag
def change_words(change: AppointmentChange, place: Location) -> str:
    """One line of the history as a sentence."""
    status = STATUS_WORDS[change.to_status]
    when = f"{wall_day(change.to_start, change.to_location)}, {clock(change.to_start, change.to_location)}"
    facts = {"status": status, "when": when, "doctor": change.to_doctor}
    if change.action == Action.BOOKED:
        text = _("Booked for %(when)s with %(doctor)s") % facts
    elif change.action == Action.MOVED:
        text = _("Moved to %(when)s, %(doctor)s") % facts
    elif change.action == Action.UNDONE:
        text = _("Taken back: %(status)s, %(when)s, %(doctor)s") % facts
    else:
        text = str(status)
    return text + (" " + _("(rules set aside)") if change.overrode else "")
