"""What the head of every page leads to, for whom: an entry is shown to those whose role makes it useful, only."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Reach, Right, Role, may, reach, works_here


@dataclass(frozen=True, slots=True)
class Entry:
    """A link in the head: its text, the name of its address, and who sees it."""

    text: str | Promise
    name: str
    shown: Callable[[User], bool]

    def url(self) -> str:
        return reverse(self.name)

    def is_current(self, request: HttpRequest) -> bool:
        return request.path.startswith(self.url())


def having(right: Right) -> Callable[[User], bool]:
    return lambda user: may(user, right)


def of_staff(right: Right) -> Callable[[User], bool]:
    return lambda user: works_here(user) and may(user, right)


def is_patient(user: User) -> bool:
    return user.role == Role.PATIENT


def is_doctor(user: User) -> bool:
    return user.role == Role.DOCTOR


# In the order in which they stand.
MAIN: tuple[Entry, ...] = (
    Entry(_("My visits"), "my", is_patient),
    Entry(_("Book a visit"), "my-book-what", is_patient),
    Entry(_("Waiting list"), "my-waiting", is_patient),
    Entry(_("Contact details"), "my-people", is_patient),
    Entry(_("My day"), "my-day", is_doctor),
    Entry(_("Desk"), "desk", of_staff(Right.READ_AVAILABILITY)),
    Entry(_("Check-in"), "board", of_staff(Right.READ_AVAILABILITY)),
    Entry(_("Patients"), "patients", of_staff(Right.READ_PATIENTS)),
    Entry(_("Doctors"), "doctors", lambda user: reach(user, Right.EDIT_AVAILABILITY) is Reach.ALL),
    Entry(_("Dashboard"), "dashboard", of_staff(Right.READ_REPORTS)),
    Entry(_("Manage"), "manage", of_staff(Right.EDIT_CLINIC)),
    Entry(_("Audit trail"), "audit", of_staff(Right.READ_AUDIT)),
)
ACCOUNT: tuple[Entry, ...] = (
    Entry(_("Second factor"), "mfa_index", lambda user: True),
    Entry(_("Change password"), "account_change_password", User.has_usable_password),
    Entry(_("API documentation"), "swagger", lambda user: True),
)


def entries(request: HttpRequest, among: tuple[Entry, ...]) -> list[dict[str, object]]:
    """Those of ``among`` that the one who asks sees."""
    user = request.user
    if not isinstance(user, User):
        return []
    shown = [entry for entry in among if entry.shown(user)]
    # Of /my/ and /my/book/, the longer one: one entry is the current one.
    around = [entry for entry in shown if entry.is_current(request)]
    current = max(around, key=lambda entry: len(entry.url()), default=None)
    return [{"text": entry.text, "url": entry.url(), "current": entry is current} for entry in shown]
