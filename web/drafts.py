"""What somebody has chosen and entered on the way to a booking: kept in their session, nothing of it in an address."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from appointments import policy
from clinics.models import AppointmentType, Location
from common import clock
from doctors.models import Doctor

# A visitor's entries are forgotten after this long, finished or not.
KEPT_FOR = timedelta(hours=1)


@dataclass
class Draft:
    """A visit that is about to be booked. ``start`` and ``until`` (when its hold ends) are ISO instants in UTC.

    ``key`` is new with each time that is chosen. It goes with the form that books: a form of another window, about
    another time, has another key, and a form that is sent twice has the same.
    """

    kind: int
    doctor: int
    location: int
    any_doctor: bool
    start: str
    hold: str
    until: str
    key: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    details: dict[str, Any] = field(default_factory=dict)
    agreed: bool = False


class Drafts:
    """The draft of a session, under ``name``: one for visitors, another for who is signed in."""

    def __init__(self, request: HttpRequest, name: str) -> None:
        self.request, self.name = request, name

    def read(self) -> "Chosen | None":
        """What was chosen, if it is there and everything in it still is."""
        kept = self.request.session.get(self.name)
        try:
            return Chosen.of(Draft(**kept)) if kept else None
        except TypeError:  # of a version before this one
            return None

    def keep(self, draft: Draft) -> None:
        self.request.session[self.name] = asdict(draft)
        if not self.request.user.is_authenticated:
            self.request.session.set_expiry(KEPT_FOR)

    def forget(self) -> None:
        self.request.session.pop(self.name, None)


def forget_visitor(request: HttpRequest) -> None:
    """Who signs in starts anew, with a session that lasts as sessions do."""
    if request.session.pop("visitor", None):
        request.session.set_expiry(None)


@dataclass
class Chosen:
    """A draft with the records that it names."""

    draft: Draft
    kind: AppointmentType
    doctor: Doctor
    location: Location

    @classmethod
    def of(cls, draft: Draft) -> "Chosen | None":
        kind = AppointmentType.objects.active().filter(pk=draft.kind, bookable_online=True).first()
        doctor = Doctor.objects.active().filter(pk=draft.doctor).first()
        location = Location.objects.active().filter(pk=draft.location).first()
        return cls(draft, kind, doctor, location) if kind and doctor and location else None

    @cached_property
    def start(self) -> datetime:
        return datetime.fromisoformat(self.draft.start)

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.kind.duration_minutes)

    @property
    def is_final(self) -> bool:
        """Whether it is too late to move or cancel the visit online as soon as it is booked."""
        return policy.is_past_cut_off(self.location, self.start, clock.now())

    @cached_property
    def until(self) -> datetime:
        return datetime.fromisoformat(self.draft.until)
