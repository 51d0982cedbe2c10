"""What can be done with a visit by pressing a button: the steps of its life cycle, for those who may take them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right
from appointments import services
from appointments.lifecycle import Status, allowed_from
from appointments.models import Appointment, AppointmentChange
from appointments.permissions import covers


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name in addresses, the status it leads to, what the button says, and who may take it."""

    name: str
    status: Status
    words: str | Promise
    service: Callable[..., Appointment]
    right: Right = Right.RUN_THE_DAY
    wants_reason: bool = False


def _put_back(appointment: Appointment, **asking: Any) -> Appointment:
    return services.set_status(appointment, Status.SCHEDULED, **asking)


STEPS = {
    step.name: step
    for step in (
        Step("confirm", Status.CONFIRMED, _("Confirm"), services.confirm),
        Step("check-in", Status.CHECKED_IN, _("Arrived"), services.check_in),
        Step("start", Status.IN_PROGRESS, _("Into the room"), services.begin),
        Step("complete", Status.COMPLETED, _("Done"), services.complete),
        Step("no-show", Status.NO_SHOW, _("Did not come"), services.mark_no_show),
        Step("put-back", Status.SCHEDULED, _("Put back"), _put_back, Right.BOOK),
        Step("cancel", Status.CANCELLED, _("Cancel the visit"), services.cancel, Right.BOOK, wants_reason=True),
    )
}
# A confirmation is taken back by undo: "Put back" is for what was cancelled or missed.
PUT_BACK_FROM = (Status.CANCELLED, Status.NO_SHOW)


def noted_as(step: str) -> str:
    """What the audit trail calls a step, or undo."""
    return f"appointment.{'change' if step == 'put-back' else step.replace('-', '_')}"


def steps_from(status: str) -> list[Step]:
    """Those that the life cycle allows, in the order in which they stand above."""
    allowed = allowed_from(status)
    return [
        step
        for step in STEPS.values()
        if step.status in allowed and (step.name != "put-back" or status in PUT_BACK_FROM)
    ]


def steps_for(user: User, visit: Appointment) -> list[Step]:
    """Those that ``user`` may take now."""
    rights = {right: covers(user, right, visit) for right in (Right.RUN_THE_DAY, Right.BOOK)}
    return [step for step in steps_from(visit.status) if rights[step.right]]


def undoable(visit: Appointment) -> bool:
    """Whether the last thing that was done with the visit can be taken back."""
    last = visit.history.order_by("id").last()
    return last is not None and last.action in (AppointmentChange.Action.MOVED, AppointmentChange.Action.STATUS)
