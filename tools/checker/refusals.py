"""A refusal has to be explained by something that can have been so while it was made."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tools.checker.log import OK, REFUSED, UNKNOWN, Call
from tools.checker.story import CHANGES, Keep, Stay, Story, Version

BUFFER = 10  # minutes that a doctor needs after a scan
TAKEN = "This doctor is already booked at that time."
BUSY = "This patient already has an appointment at that time."
SHUT = "Doctor is not available at this time."
NO_ROOM = "No room for this"
CLOSE = "The doctor needs more time between"
HOLD_GONE = "This hold has ended"
IN_FLIGHT = "The first request with this Idempotency-Key is still being worked on."
CHANGED = "Somebody else has just changed this"
NOTHING_TO_UNDO = "There is no change to undo"
NO_OFFER = "There is no offer to answer"
STATUS = re.compile(r"This appointment is (\w+)(?: and cannot become|; only a)")
GONE = "Not found."


@dataclass(frozen=True)
class Wanted:
    """A time that a call can have meant: a move of ``visit`` means one that depends on where the visit was."""

    visit: int
    doctor: int
    patient: int
    start: int
    end: int
    scan: bool


def explained(story: Story, call: Call) -> bool:  # noqa: PLR0911 - an answer for each kind of refusal
    """Whether a state that can have existed between the call's beginning and its end explains the refusal."""
    text = call.text
    if call.status == 503:  # "nothing was changed": whether that had to be is for `rules.it_is_calm` to judge
        return True
    if status := STATUS.search(text):
        return any(v.line.status == status[1] for v in _versions(story, call))
    if NOTHING_TO_UNDO in text:
        return any(version.line.action in ("booked", "undone") for version in _versions(story, call))
    if CHANGED in text:
        return _somebody_changed_it(story, call)
    if IN_FLIGHT in text:
        return any(_overlap(call, other) for other in story.requests[call.mark].calls)
    if HOLD_GONE in text or (call.kind == "release" and GONE in text):
        hold = call.about.get("hold")
        others = (other for other in story.of("release", "book") if other.about.get("hold") == hold)
        return any(o is not call and o.outcome != REFUSED and o.invoked <= call.completed for o in others)
    if NO_OFFER in text:
        return _somebody_answered(story, call)
    return any(_speaks_against(story, call, wanted) for wanted in _wanted(story, call))


def _speaks_against(story: Story, call: Call, wanted: Wanted) -> bool:
    text, at = call.text, call.window
    if SHUT in text:
        return story.maybe_shut(wanted.doctor, wanted.start, wanted.end, at)
    if TAKEN in text:
        keeps = (k for k in _keeps(story, call) if k.start < wanted.end and wanted.start < k.end)
        return any(keep.doctor == wanted.doctor for keep in keeps) or any(
            stay.place.doctor == wanted.doctor for stay in _stays(story, call, wanted)
        )
    if BUSY in text:
        return any(stay.visit.patient == wanted.patient for stay in _stays(story, call, wanted))
    if NO_ROOM in text:
        taken = {stay.place.room for stay in _stays(story, call, wanted)}
        return wanted.scan and taken >= set(story.clinic.rooms)
    if CLOSE in text:
        near = (stay for stay in _stays(story, call, wanted, BUFFER) if stay.place.doctor == wanted.doctor)
        held = (keep for keep in _keeps(story, call) if keep.doctor == wanted.doctor)
        return any(
            too_close(stay.place.start, stay.place.end, stay.visit.scan, wanted.start, wanted.end, wanted.scan)
            for stay in near
        ) or any(too_close(keep.start, keep.end, keep.room, wanted.start, wanted.end, wanted.scan) for keep in held)
    return False


def too_close(start: int, end: int, scan: bool, other_start: int, other_end: int, other_scan: bool) -> bool:
    """Whether two visits of a doctor, of which some are scans, lie nearer to each other than a scan allows."""
    return (scan and end <= other_start < end + BUFFER) or (other_scan and other_end <= start < other_end + BUFFER)


def _wanted(story: Story, call: Call) -> Iterator[Wanted]:
    about = call.about
    if call.kind in ("book", "hold"):
        yield Wanted(
            0, about["doctor"], about.get("patient", 0), about["start"], about["end"], about.get("scan", False)
        )
    elif call.kind == "accept":
        patient = story.facts.entries[about["entry"]].patient
        for offer in story.facts.offers:
            if offer.entry == about["entry"]:
                yield Wanted(0, offer.doctor, patient, offer.start, offer.end, False)
    else:
        visit = story.facts.visits[about["visit"]]
        for version in story.versions[visit.id]:
            places = [version.line.place, version.line.before or version.line.place]
            for place in places:
                start = about.get("start", place.start)
                end = start + place.end - place.start
                yield Wanted(visit.id, about.get("doctor", place.doctor), visit.patient, start, end, visit.scan)


def _stays(story: Story, call: Call, wanted: Wanted, around: int = 0) -> Iterator[Stay]:
    """Visits of others that can have been in the way. What the same key has made does not excuse a refusal."""
    for stay in story.stays:
        own = stay.visit.id == wanted.visit or (stay.request and call.key and stay.request.first.mark == call.mark)
        near = stay.place.meets(wanted.start - around, wanted.end + around)
        if near and not own and stay.life.maybe_alive(call.window):
            yield stay


def _keeps(story: Story, call: Call) -> Iterator[Keep]:
    """Holds of others that can have been in the way."""
    mine = {call.about.get("hold")}
    if call.kind == "hold":
        mine |= {other.answer["id"] for other in story.requests[call.mark].calls if other.outcome == OK}
    entry = call.about.get("entry", -1)
    return (
        keep
        for keep in story.keeps
        if keep.id not in mine and keep.entry != entry and keep.life.maybe_alive(call.window)
    )


def _versions(story: Story, call: Call) -> Iterator[Version]:
    return (v for v in story.versions[call.about["visit"]] if v.life.maybe_alive(call.window))


def _somebody_changed_it(story: Story, call: Call) -> bool:
    if call.kind in CHANGES:
        others = (o for o in story.of(*CHANGES) if o.about.get("visit") == call.about["visit"])
        return any(other is not call and other.outcome != REFUSED and _overlap(call, other) for other in others)
    offered = (offer for offer in story.facts.offers if offer.entry == call.about["entry"])
    first, last = call.invoked - 1 - story.clock_off, call.completed + story.clock_off
    return any(first <= offer.offered - story.skew <= last for offer in offered)


def _somebody_answered(story: Story, call: Call) -> bool:
    others = (o for o in story.of("accept", "decline") if o.about["entry"] == call.about["entry"] and o is not call)
    return any(
        other.outcome != REFUSED and other.invoked <= call.completed and other.completed >= call.about["seen"]
        for other in others
    )


def _overlap(one: Call, other: Call) -> bool:
    unheard = other.outcome == UNKNOWN
    return one is not other and other.invoked <= one.completed and (unheard or other.completed >= one.invoked)
