"""The audit trail against all else: who asked left a row, and the rows tell what was written, no more and no less."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

from tools.checker.facts import Change, Told
from tools.checker.log import OK, REFUSED, Call
from tools.checker.story import Story

STEPS = {"confirmed": "appointment.confirm", "checked_in": "appointment.check_in", "no_show": "appointment.no_show"}
ACTIONS = {
    "book": "appointment.book",
    "move": "appointment.reschedule",
    "cancel": "appointment.cancel",
    "undo": "appointment.undo",
    "restore": "appointment.change",
    "read": "appointment.read",
    "hold": "hold.create",
    "release": "hold.release",
    "join": "waitlist_entry.join",
    "accept": "waitlist_entry.accept",
    "decline": "waitlist_entry.decline",
    "look_at_entry": "waitlist_entry.read",
    "exception": "availability_exception.create",
    "remove_exception": "availability_exception.remove",
    "week": "doctor.set_hours",
}
OUTCOMES = {401: "denied", 403: "denied", 404: "not_found"}  # any other 4xx: refused
# What a call made, by what its row says.
MADE = {"book": "appointment", "accept": "appointment", "hold": "hold", "join": "waitlist_entry"}
MADE |= {"exception": "availability_exception"}
# What history and trail both keep of a visit.
SHARED = ("status", "doctor", "room", "start", "end")
SPAN = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")

Fields = frozenset[tuple[str, Any, Any]]


def every_answer_has_its_row(story: Story) -> Iterator[str]:
    """One row for each answer, with its outcome and the patients that it showed; a refusal has none that says done.

    Of a call whose answer was not heard, or that was told to come back, there may be none. Under a fault there may be
    one that says done where nobody was shown what was done: the connection was lost once the row of a read had been
    written.
    """
    for call in story.calls:
        action = STEPS.get(call.about.get("status", ""), "") if call.kind == "step" else ACTIONS.get(call.kind)
        if action is None:  # nobody's data, or past the system
            continue
        rows = [row for row in story.told[call.request] if not row.by_system]
        name = f"{call.id} ({call.kind})"
        if others := {row.action for row in rows} - {action}:
            yield f"{name} left a row that says {sorted(others)}"
        outcomes = Counter(row.outcome for row in rows)
        if call.outcome == REFUSED and outcomes["ok"] and not _lost_after_its_row(story, call, rows):
            yield f"{name} was refused with {call.status}, and a row says that it was done"
        elif outcomes["ok"] > 1:
            yield f"{name} left {outcomes['ok']} rows that say that it was done"
        elif call.status // 100 in (2, 4) and outcomes != {outcome_of(call): 1}:
            yield f"{name} was answered with {call.status}, and left rows: {dict(outcomes)}"
        elif call.outcome == OK and (untold := patients_in(call.answer) - rows[0].patients):
            yield f"{name} showed patients {sorted(untold)}, and its row does not say so"


def _lost_after_its_row(story: Story, call: Call, rows: list[Told]) -> bool:
    return not story.calm and call.status == 503 and not any(row.changes for row in rows)


def the_trail_tells_what_was_written(story: Story) -> Iterator[str]:
    """Rows and history have the same changes, by the same requests; what rows say was made is what is there."""
    yield from _visits(story)
    yield from _what_was_made(story)
    yield from _weeks(story)


def _visits(story: Story) -> Iterator[str]:
    mark_of = {call.request: call.mark for call in story.calls}
    written: Counter[tuple[int, str, Fields]] = Counter()
    for visit, lines in story.facts.changes.items():
        for line in lines:
            author = story.author(line)
            written[visit, author.first.mark if author else line.mark, of_line(line)] += 1
    told = Counter(
        (change["id"], mark_of.get(row.request, row.request), of_row(change["fields"]))
        for row in story.facts.trail
        for change in row.changes
        if change["kind"] == "appointment"
    )
    for (visit, mark, fields), count in (written - told).items():
        yield f"{mark} changed visit {visit} ({_said(fields)}), and {count} rows that say so are missing"
    for (visit, mark, fields), count in (told - written).items():
        yield f"{mark}: {count} rows say that visit {visit} was changed ({_said(fields)}), and it was not"


def _what_was_made(story: Story) -> Iterator[str]:
    by_row = [(row, change) for row in story.facts.trail for change in row.changes if "id" in change]
    made = {(change["kind"], change["id"]): row for row, change in by_row if _was_nothing(change)}
    gone = {(change["kind"], change["id"]) for _, change in by_row if _is_nothing(change)}
    stored = {
        "hold": set(story.facts.holds),
        "waitlist_entry": set(story.facts.entries),
        "waitlist_offer": {offer.id for offer in story.facts.offers},
        "availability_exception": {exception.id for exception in story.facts.exceptions},
    }
    for kind, ids in stored.items():
        told = {number for of, number in made.keys() - gone if of == kind}
        if untold := ids - told:
            yield f"{kind} {sorted(untold)}: no row says who made it"
        if kind != "hold" and (lost := told - ids):  # a hold ends when it is booked
            yield f"{kind} {sorted(lost)}: a row says that it was made, and it is not there"
    for request in story.requests.values():
        for call in request.calls:
            if call.outcome == OK and call.kind in MADE:
                row = made.get((MADE[call.kind], call.answer["id"]))
                if row is None or row.request not in {other.request for other in request.calls}:
                    yield f"{call.id} ({call.kind}) made {call.answer['id']}, and its rows do not say so"


def _weeks(story: Story) -> Iterator[str]:
    for doctor, stored in story.facts.weeks.items():
        told = [
            change["fields"]["weekly_hours"]
            for row in story.facts.trail
            for change in row.changes
            if (change["kind"], change.get("id")) == ("doctor", doctor)
        ]
        for (_, after), (before, _) in pairwise(told):
            if after != before:
                yield f"doctor {doctor}: a week follows one that it did not replace"
        if told and _spans(told[-1][1]) != Counter((start, end) for _, start, end in stored):
            yield f"doctor {doctor}: the last row tells of a week that is not the one that is there"


def outcome_of(call: Call) -> str:
    return "ok" if call.status < 400 else OUTCOMES.get(call.status, "refused")


def patients_in(answer: Any) -> set[int]:
    """Whose data an answer shows."""
    if not isinstance(answer, dict):
        return set()
    shown = [answer, *answer.get("outside_hours", ())]
    return {visit["patient"] for visit in shown if visit.get("patient")}


def of_line(line: Change) -> Fields:
    """What a line of history changed."""
    place, before = line.place, line.before
    was = (
        line.from_status or None,
        *((before.doctor, before.room, before.start, before.end) if before else [None] * 4),
    )
    now = (line.status, place.doctor, place.room, place.start, place.end)
    return frozenset((name, old, new) for name, old, new in zip(SHARED, was, now, strict=True) if old != new)


def of_row(fields: dict[str, list[Any]]) -> Fields:
    """What a row says was changed of a visit, of what history keeps as well."""
    return frozenset((name, *map(_minutes, values)) for name, values in fields.items() if name in SHARED)


def _minutes(value: Any) -> Any:
    """An instant as minutes since the epoch."""
    if not isinstance(value, str) or not value.endswith("Z"):
        return value
    return int(datetime.fromisoformat(value).timestamp()) // 60


def _was_nothing(change: dict[str, Any]) -> bool:
    return all(before is None for before, _ in change["fields"].values())


def _is_nothing(change: dict[str, Any]) -> bool:
    return all(after is None for _, after in change["fields"].values())


def _said(fields: Fields) -> str:
    return ", ".join(f"{name} from {old} to {new}" for name, old, new in sorted(fields, key=str))


def _spans(week: list[str]) -> Counter[tuple[int, int]]:
    found = (map(int, SPAN.findall(window)[0]) for window in week)
    return Counter((hour * 60 + minute, until * 60 + last) for hour, minute, until, last in found)
