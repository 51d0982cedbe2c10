"""Why something was done with a visit. What people wrote stands as it is; what the system wrote is English, and told in
the language of the page.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BY_ITSELF: dict[str, str | Promise] = {
    "Booked online.": _("Booked online."),
    "Cancelled by the patient.": _("Cancelled by the patient."),
    "Imported from a file.": _("Imported from a file."),
    "Moved by the patient.": _("Moved by the patient."),
    "Nobody checked in.": _("Nobody checked in."),
    "Walk-in": _("Walk-in"),
}


def reason_words(reason: str) -> str:
    """A reason in the language of the page, if the system wrote it."""
    return str(BY_ITSELF.get(reason, reason))
