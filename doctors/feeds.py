"""A doctor's private calendar address: made, renewed and ended by the doctor. See ADR "Calendar feeds name nobody"."""

import secrets

from accounts.roles import Right, may, works_here
from common import trail
from common.text import fingerprint
from common.transactions import atomic
from doctors.models import CalendarFeed, Doctor


@atomic
def renew(doctor: Doctor) -> str:
    """Make an address, and let the one before it lead nowhere. The token is returned once and not kept."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.filter(doctor=doctor).delete()
    trail.created(CalendarFeed.objects.create(doctor=doctor, token_hash=fingerprint(token)), "doctor")
    return token


@atomic
def revoke(doctor: Doctor) -> None:
    """Let the address lead nowhere."""
    feed = CalendarFeed.objects.filter(doctor=doctor).first()
    if feed:
        trail.removed(feed, "doctor")
        feed.delete()


def doctor_of(token: str) -> Doctor | None:
    """Whose calendar the token opens. None: it is unknown, has ended, or its doctor may sign in no more."""
    feed = CalendarFeed.objects.select_related("doctor__user").filter(token_hash=fingerprint(token)).first()
    if feed is None or not feed.doctor.active:
        return None
    user = feed.doctor.user  # the page on which the address is made and ended has to be theirs still
    return feed.doctor if user and works_here(user) and may(user, Right.READ_APPOINTMENTS) else None
