"""What a row of the audit trail tells of, in words: ``appointment.book`` is "Visit: booked".

French says it by nouns, which need not agree with what they are about.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

NOUNS: dict[str, str | Promise] = {
    "appointment": _("Visit"),
    "appointment_change": _("History of a visit"),
    "appointment_type": _("Type of visit"),
    "audit_event": _("Audit trail"),
    "audit_seal": _("Seal of the audit trail"),
    "availability_exception": _("Leave or extra clinic"),
    "calendar_feed": _("Calendar address"),
    "doctor": _("Doctor"),
    "hold": _("Kept time"),
    "holiday": _("Holiday"),
    "location": _("Location"),
    "location_exception": _("Closure"),
    "log_entry": _("Own changes"),
    "patient": _("Patient"),
    "patient_merge": _("Merge of records"),
    "report": _("Report"),
    "room": _("Room"),
    "series": _("Series"),
    "session": _("Session"),
    "token": _("Token"),
    "user": _("User"),
    "waitlist_entry": _("Waiting list"),
}
VERBS: dict[str, str | Promise] = {
    "accept": pgettext_lazy("what was done", "offer accepted"),
    "add": pgettext_lazy("what was done", "added"),
    "add_second_factor": pgettext_lazy("what was done", "second factor set up"),
    "begin": pgettext_lazy("what was done", "empty form opened"),
    "book": pgettext_lazy("what was done", "booked"),
    "cancel": pgettext_lazy("what was done", "cancelled"),
    "change": pgettext_lazy("what was done", "changed"),
    "change_password": pgettext_lazy("what was done", "password changed"),
    "check_in": pgettext_lazy("what was done", "arrived"),
    "complete": pgettext_lazy("what was done", "done"),
    "confirm": pgettext_lazy("what was done", "confirmed"),
    "create": pgettext_lazy("what was done", "created"),
    "deactivate": pgettext_lazy("what was done", "taken out of use"),
    "decline": pgettext_lazy("what was done", "offer declined"),
    "duplicates": pgettext_lazy("what was done", "possible duplicates listed"),
    "erase": pgettext_lazy("what was done", "erased"),
    "expire": pgettext_lazy("what was done", "wait ended"),
    "export": pgettext_lazy("what was done", "exported"),
    "history": pgettext_lazy("what was done", "history read"),
    "import": pgettext_lazy("what was done", "imported"),
    "join": pgettext_lazy("what was done", "joined"),
    "lapse": pgettext_lazy("what was done", "offer lapsed"),
    "legal_hold": pgettext_lazy("what was done", "legal hold changed"),
    "list": pgettext_lazy("what was done", "listed"),
    "list_offers": pgettext_lazy("what was done", "offers listed"),
    "list_outside_hours": pgettext_lazy("what was done", "listed if outside the hours"),
    "mark_no_show": pgettext_lazy("what was done", "did not come"),
    "merge": pgettext_lazy("what was done", "merged"),
    "no_show": pgettext_lazy("what was done", "did not come"),
    "open": pgettext_lazy("what was done", "opened"),
    "preview": pgettext_lazy("what was done", "previewed"),
    "reactivate": pgettext_lazy("what was done", "put back into use"),
    "read": pgettext_lazy("what was done", "read"),
    "register": pgettext_lazy("what was done", "registered"),
    "release": pgettext_lazy("what was done", "released"),
    "remove": pgettext_lazy("what was done", "removed"),
    "remove_second_factor": pgettext_lazy("what was done", "second factor removed"),
    "reschedule": pgettext_lazy("what was done", "moved"),
    "revoke_tokens": pgettext_lazy("what was done", "tokens revoked"),
    "search": pgettext_lazy("what was done", "searched"),
    "set_hours": pgettext_lazy("what was done", "hours changed"),
    "sign_out_everywhere": pgettext_lazy("what was done", "signed out everywhere"),
    "start": pgettext_lazy("what was done", "into the room"),
    "undo": pgettext_lazy("what was done", "last change undone"),
    "withdraw": pgettext_lazy("what was done", "left"),
}
# Of which the noun says nothing.
WHOLE: dict[str, str | Promise] = {
    "session.begin": _("Signing in"),
    "session.end": _("Signing out"),
}


def action_words(action: str) -> str:
    """What ``action`` is called. What a release before this one called otherwise is shown as it was written."""
    if action in WHOLE:
        return str(WHOLE[action])
    noun, _dot, verb = action.partition(".")
    if noun not in NOUNS or verb not in VERBS:
        return action
    return gettext("%(noun)s: %(verb)s") % {"noun": NOUNS[noun], "verb": VERBS[verb]}
