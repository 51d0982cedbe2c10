"""What must hold of a story: one function a promise, which yields a sentence for each time that it was broken."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import combinations, pairwise
from typing import Any

from tools.checker import refusals, trail
from tools.checker.clinic import spelled
from tools.checker.log import OK, REFUSED, UNKNOWN, Call, Window
from tools.checker.plan import WEEKS
from tools.checker.story import CHANGES, Keep, Request, Story

WEEKDAYS = range(7)


def nobody_is_in_two_places(story: Story) -> Iterator[str]:
    """In the end, no two visits that take time overlap for a doctor, a patient or a room."""
    blocking = [visit for visit in story.facts.visits.values() if visit.blocks]
    for one, other in combinations(blocking, 2):
        if one.place.meets(other.place.start, other.place.end):
            same = {
                "doctor": one.place.doctor == other.place.doctor,
                "patient": one.patient == other.patient,
                "room": one.place.room is not None and one.place.room == other.place.room,
            }
            for what in (name for name, shared in same.items() if shared):
                yield f"visits {one.id} and {other.id} share a {what}"


def nobody_ever_was(story: Story) -> Iterator[str]:
    """Nor did they at any time before: one of them was over before the other one began, or can have been."""
    for one, other in combinations(story.stays, 2):
        if one.visit.id == other.visit.id or one.life.maybe_apart(other.life):
            continue
        if what := one.shares(other):
            yield f"visits {one.visit.id} and {other.visit.id} shared a {what}"
        elif one.place.doctor == other.place.doctor and "undone" not in (one.line.action, other.line.action):
            spans = (one.place.start, one.place.end, one.visit.scan, other.place.start, other.place.end)
            if refusals.too_close(*spans, other.visit.scan):
                yield f"visits {one.visit.id} and {other.visit.id} lay too close"


def holds_hold(story: Story) -> Iterator[str]:
    """Nobody was given a time that was held, unless by the hold itself."""
    for position, keep in enumerate(story.keeps):
        for stay in story.stays:
            same = stay.place.doctor == keep.doctor and stay.place.meets(keep.start, keep.end)
            if same and not _redeemed(stay.request, keep) and not keep.life.maybe_apart(stay.life):
                yield f"visit {stay.visit.id} took the time of hold {keep.id}"
        for other in story.keeps[position + 1 :]:
            same = other.doctor == keep.doctor and other.start < keep.end and keep.start < other.end
            if same and not keep.life.maybe_apart(other.life):
                yield f"holds {keep.id} and {other.id} kept the same time"


def visits_are_within_hours(story: Story) -> Iterator[str]:
    """Each visit was placed within the doctor's hours as they can have been then; undo may go back anywhere."""
    for stay in story.stays:
        if stay.line.action == "undone" or stay.line.overrode or stay.request is None:
            continue
        place, at = stay.place, stay.life.began
        if not story.maybe_open(place.doctor, place.start, place.end, at):
            yield f"visit {stay.visit.id} at {spelled(place.start)} was placed outside hours"


def leave_tells_whom_it_leaves_outside(story: Story) -> Iterator[str]:
    """A visit within leave was there before it, and listed in its answer; or else it was refused."""
    for exception in story.exceptions:
        if not exception.closed or exception.call.outcome != OK:
            continue
        listed = {visit["id"] for visit in exception.call.answer["outside_hours"]}
        for stay in story.stays:
            same = stay.place.doctor == exception.call.about["doctor"]
            if not same or not exception.meets(stay.place.start, stay.place.end) or stay.visit.id in listed:
                continue
            ended = stay.life.ended
            gone = ended is not None and ended.invoked <= exception.call.completed
            removed = exception.life.ended
            over = removed is not None and removed.invoked <= stay.life.began.completed
            if not gone and not over and stay.line.action != "undone":
                yield f"visit {stay.visit.id} slipped past leave {exception.call.answer['id']}"


def acknowledged_is_there(story: Story) -> Iterator[str]:
    """What was answered with yes is in the history once, as it was answered."""
    for mark, request in story.requests.items():
        call = request.first
        if request.outcome != OK or call.kind not in (*CHANGES, "accept"):
            continue
        answer = next(c.answer for c in request.calls if c.outcome == OK)
        if call.kind == "accept":
            lines = [line for line in story.facts.changes.get(answer["id"], []) if line.action == "booked"]
        else:
            lines = request.lines
        if len(lines) > 1:
            yield f"{mark} ({call.kind}) counted {len(lines)} times"
        elif lines and not _shows(answer, lines[0]):
            yield f"{mark} ({call.kind}) is stored otherwise than it was answered"
        elif not lines and not _changes_nothing(story, call, answer):
            yield f"{mark} ({call.kind}) was acknowledged, and is not there"


def refused_leaves_no_trace(story: Story) -> Iterator[str]:
    """What was answered with no is nowhere; and nothing is there that nobody asked for."""
    for mark, request in story.requests.items():
        if request.outcome == REFUSED and request.lines:
            yield f"{mark} ({request.first.kind}) was refused, and is there"
    for line in story.strays:
        yield f"line {line.id} of visit {line.visit}: nobody asked for it"
    kept = {call.answer["id"] for call in story.of("hold") if call.outcome == OK}
    offered = {offer.hold for offer in story.facts.offers}
    unheard = sum(call.outcome == UNKNOWN for call in story.of("hold"))
    if len(strays := set(story.facts.holds) - kept - offered) > unheard:
        yield f"holds {sorted(strays)}: nobody was given them"
    joined = {call.answer["id"] for call in story.of("join") if call.outcome == OK}
    unheard = len({call.mark for call in story.of("join") if story.requests[call.mark].outcome == UNKNOWN})
    if len(strays := set(story.facts.entries) - joined) > unheard:
        yield f"waiting list entries {sorted(strays)}: nobody was told of them"
    if lost := joined - set(story.facts.entries):
        yield f"waiting list entries {sorted(lost)} were acknowledged, and are not there"
    marks = Counter(exception.mark for exception in story.facts.exceptions)
    for call in story.of("exception"):
        if marks[call.mark] > (call.outcome != REFUSED):
            yield f"{call.mark} (exception) is there {marks[call.mark]} times, and was {call.outcome}"


def exceptions_and_weeks_are_as_acknowledged(story: Story) -> Iterator[str]:
    """Leave that nobody took back is there, and each week is one that can have come last."""
    stored = {exception.mark for exception in story.facts.exceptions}
    for exception in story.exceptions:
        if exception.life.ended is None and exception.call.mark not in stored:
            yield f"{exception.call.mark}: leave was acknowledged, and is not there"
    end = Window(max(call.invoked for call in story.calls) + 1e9)
    for doctor, weeks in story.weeks.items():
        possible = [
            {(day, start, end) for day in WEEKDAYS for start, end in WEEKS[week.number]}
            for week in weeks
            if week.life.maybe_alive(end)
        ]
        if story.facts.weeks[doctor] not in possible:
            yield f"doctor {doctor} has a week that nobody left"


def a_key_counts_once(story: Story) -> Iterator[str]:
    """All who sent one key were given the same answer, and one thing was made."""
    for mark, request in story.requests.items():
        answers = {call.text for call in request.calls if call.outcome == OK}
        if len(answers) > 1:
            yield f"{mark} ({request.first.kind}) was answered in {len(answers)} ways"


def no_refusal_is_false(story: Story) -> Iterator[str]:
    """Each refusal is explained by something that can have been so while it was made."""
    for call in story.calls:
        if call.outcome == REFUSED and call.kind != "raw" and not refusals.explained(story, call):
            yield f"{call.id} ({call.kind}) {call.about}: {call.status} {call.text[:160]}"


def history_is_whole(story: Story) -> Iterator[str]:
    """Line follows line, the last one is what the visit is, and there are as many as it has versions."""
    for visit in story.facts.visits.values():
        lines = story.facts.changes[visit.id]
        if not lines or lines[0].action != "booked" or lines[0].before is not None:
            yield f"visit {visit.id} does not begin with its booking"
            continue
        for line, following in pairwise(lines):
            if (line.status, line.place) != (following.from_status, following.before):
                yield f"visit {visit.id}: line {following.id} does not follow line {line.id}"
        if (lines[-1].status, lines[-1].place) != (visit.status, visit.place):
            yield f"visit {visit.id} is not what its last line says"
        if visit.version != len(lines):
            yield f"visit {visit.id} has version {visit.version} and {len(lines)} lines"


def reads_see_what_was_acknowledged(story: Story) -> Iterator[str]:
    """What is read is a version that was there, and not older than what had been acknowledged before."""
    for call in story.of("read"):
        if call.outcome != OK:
            continue
        versions = story.versions.get(call.about["visit"], [])
        number = call.answer["version"]
        if number > len(versions) or not _shows(call.answer, versions[number - 1].line):
            yield f"{call.id}: visit {call.about['visit']} was shown in a version {number} that never was"
        elif not versions[number - 1].life.maybe_alive(call.window):
            yield f"{call.id}: visit {call.about['visit']} was shown in version {number}, which was not its then"


def listed_slots_are_free(story: Story) -> Iterator[str]:
    """A slot that is listed is not surely taken, nor surely outside hours, all the while."""
    for call in story.of("slots"):
        if call.outcome != OK:
            continue
        for slot in call.answer["results"]:
            start, end = _minute(slot["start"]), _minute(slot["end"])
            doctor, at = slot["doctor"], call.window
            lives = [s.life for s in story.stays if s.place.doctor == doctor and s.place.meets(start, end)]
            lives += [k.life for k in story.keeps if k.doctor == doctor and k.start < end and start < k.end]
            if any(life.surely_alive(at) for life in lives):
                yield f"{call.id}: {slot['start']} was listed, and is taken"
            if not story.maybe_open(doctor, start, end, at):
                yield f"{call.id}: {slot['start']} was listed, and is outside hours"


def the_waiting_list_is_in_order(story: Story) -> Iterator[str]:
    """An entry that is booked has its visit and an accepted offer; one that is offered has one pending offer."""
    by_entry: dict[int, list[str]] = {entry: [] for entry in story.facts.entries}
    for offer in story.facts.offers:
        by_entry.setdefault(offer.entry, []).append(offer.status)
    for entry in story.facts.entries.values():
        statuses = Counter(by_entry[entry.id])
        booked = (entry.status == "booked", entry.visit is not None, statuses["accepted"] == 1)
        if len(set(booked)) > 1 or statuses["accepted"] > 1:
            yield f"entry {entry.id} is {entry.status}, with visit {entry.visit} and offers {dict(statuses)}"
        if statuses["pending"] != (entry.status == "offered"):
            yield f"entry {entry.id} is {entry.status}, with {statuses['pending']} pending offers"
    for call in story.of("accept"):
        entry = story.facts.entries[call.about["entry"]]
        if call.outcome == OK and entry.visit != call.answer["id"]:
            yield f"entry {entry.id} was booked as {call.answer['id']}, and says {entry.visit}"


def the_database_refuses_what_comes_past_the_system(story: Story) -> Iterator[str]:
    """A second copy of a visit was never stored."""
    for call in story.of("raw"):
        if call.outcome == OK:
            yield f"{call.id}: the database took a copy of visit {call.about['visit']}"


def failures_say_when_to_come_back(story: Story) -> Iterator[str]:
    """Whatever fails, the answer is 503 with Retry-After, and no other 5xx."""
    for call in story.calls:
        if call.status >= 500 and (call.status != 503 or not call.retry_after):
            yield f"{call.id} ({call.kind}): {call.status}, Retry-After {call.retry_after!r}, {call.text[:80]}"


def it_is_calm(story: Story) -> Iterator[str]:
    """Without a fault nobody hears of one: no 5xx, no lost connection, no deadlock."""
    if not story.calm:
        return
    for call in story.calls:
        if call.outcome == UNKNOWN or call.status >= 500:
            yield f"{call.id} ({call.kind}): {call.status} {call.text[:80]}"
    if story.facts.deadlocks:
        yield f"{story.facts.deadlocks} deadlocks"


RULES: tuple[Callable[[Story], Iterator[str]], ...] = (
    nobody_is_in_two_places,
    nobody_ever_was,
    holds_hold,
    visits_are_within_hours,
    leave_tells_whom_it_leaves_outside,
    acknowledged_is_there,
    refused_leaves_no_trace,
    exceptions_and_weeks_are_as_acknowledged,
    a_key_counts_once,
    no_refusal_is_false,
    history_is_whole,
    reads_see_what_was_acknowledged,
    listed_slots_are_free,
    the_waiting_list_is_in_order,
    trail.every_answer_has_its_row,
    trail.the_trail_tells_what_was_written,
    the_database_refuses_what_comes_past_the_system,
    failures_say_when_to_come_back,
    it_is_calm,
)


def judge(story: Story) -> dict[str, list[str]]:
    """The violations, by the name of the rule; rules that held are left out."""
    found = {rule.__name__: list(rule(story)) for rule in RULES}
    return {name: sentences for name, sentences in found.items() if sentences}


def _redeemed(request: Request | None, keep: Keep) -> bool:
    if request is None:
        return False
    about = request.first.about
    return about.get("hold") == keep.id or (keep.entry > 0 and about.get("entry") == keep.entry)


def _shows(answer: dict[str, Any], line: Any) -> bool:
    """Whether an appointment, as it was answered, is what a line of history left."""
    shown = (answer["doctor"], answer["room"], _minute(answer["appointment_time"]), _minute(answer["end"]))
    place = line.place
    return (answer["status"], *shown) == (line.status, place.doctor, place.room, place.start, place.end)


def _changes_nothing(story: Story, call: Call, answer: dict[str, Any]) -> bool:
    """Whether the visit can have been already what was asked: cancelled twice, moved to where it is."""
    if call.kind in ("book", "accept"):
        return False
    versions = story.versions[call.about["visit"]]
    return any(v.life.maybe_alive(call.window) and _shows(answer, v.line) for v in versions)


def _minute(text: str) -> int:
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()) // 60
