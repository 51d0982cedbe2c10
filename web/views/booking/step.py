"""What every step of a booking has: its way, the draft in the session, and the time that is kept for it."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from appointments import holds, online
from appointments.errors import TooManyHolds
from appointments.finding import Slot
from appointments.models import Hold
from clinics.models import AppointmentType
from common import trail
from common.errors import Refused
from common.metrics import count_refusal
from web.drafts import Chosen, Draft, Drafts

STEPS = (
    ("what", gettext_lazy("What for")),
    ("who", gettext_lazy("Who")),
    ("times", gettext_lazy("When")),
    ("details", gettext_lazy("Your details")),
    ("check", gettext_lazy("Check")),
)


class Step(View):
    """A page of the way. ``prefix`` begins its addresses' names; ``draft_name`` is what the session calls the draft."""

    prefix: ClassVar[str]
    draft_name: ClassVar[str]
    step: ClassVar[str]
    template: ClassVar[str]
    steps: ClassVar[Sequence[tuple[str, Any]]] = STEPS

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.prefix}-{name}", args=args)

    def to(self, name: str, *args: Any) -> HttpResponse:
        return HttpResponseRedirect(self.url(name, *args))

    @property
    def drafts(self) -> Drafts:
        return Drafts(self.request, self.draft_name)

    def show(self, status: int = 200, **context: Any) -> HttpResponse:
        steps = [{"text": text, "current": name == self.step} for name, text in self.steps]
        context |= {"steps": steps, "prefix": self.prefix, "step_urls": self.urls()}
        context["signed_in"] = self.prefix == "my-book"
        return render(self.request, f"web/booking/{self.template}.html", context, status=status)

    def urls(self) -> dict[str, str]:
        return {name: self.url(name) for name in ("what", "details", "check", "lost")}

    def kind(self, pk: int) -> AppointmentType:
        kind: AppointmentType = get_object_or_404(online.types_bookable(), pk=pk)
        return kind

    # --- What differs between visitors and patients ---

    def keep_time(self, slot: Slot, kind: AppointmentType, instead_of: str) -> tuple[Hold, str]:
        """Hold the slot; ``instead_of`` is the token of the hold so far."""
        raise NotImplementedError


class ChosenStep(Step):
    """A step that needs a time; without one it leads to the beginning."""

    chosen: Chosen

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        chosen = self.drafts.read() if request.user.is_authenticated or self.prefix == "book" else None
        if chosen is None:
            return self.without_a_time(request)
        self.chosen = chosen
        return super().dispatch(request, *args, **kwargs)

    def without_a_time(self, request: HttpRequest) -> HttpResponse:
        trail.refused()
        messages.info(request, _("Please choose what the visit is for, and a time."))
        return self.to("what")

    def still_kept(self) -> bool:
        """Whether the time is kept; a hold that has ended is made anew, if nobody was faster."""
        if standing(self.chosen):
            return True
        chosen = self.chosen
        slot = Slot(chosen.start, chosen.end, chosen.doctor, chosen.location)
        try:
            take(self, slot, chosen.kind, chosen.draft.any_doctor)
        except TooManyHolds:
            return True  # it is not kept, but may still be free: the booking says
        except Refused as refusal:
            count_refusal(refusal.code)
            return False
        self.chosen = self.drafts.read() or chosen
        return True


# --- What the steps share --------------------------------------------------------------------------


def take(step: Step, slot: Slot, kind: AppointmentType, any_doctor: bool) -> None:
    """Hold the slot for this session, instead of what it held, and keep what was entered. Raises `Refused`."""
    before = step.drafts.read()
    hold, token = step.keep_time(slot, kind, before.draft.hold if before else "")
    step.drafts.keep(
        Draft(
            kind=kind.pk,
            doctor=slot.doctor.pk,
            location=hold.location_id,
            any_doctor=any_doctor,
            start=slot.start.astimezone(UTC).isoformat(),
            hold=token,
            until=hold.expires_at.isoformat(),
            details=before.draft.details if before else {},
            agreed=before.draft.agreed if before else False,
        )
    )


def standing(chosen: Chosen) -> bool:
    """Whether the time is kept for this session."""
    kept = holds.standing(chosen.draft.hold)
    return kept is not None and (kept.doctor_id, kept.start) == (chosen.doctor.pk, chosen.start)
