"""Which call made what, and from when until when each thing can have been true.

A client knows of its call only that it took effect between its beginning and its end. So the life of everything begins
within one window and ends within another. Two questions follow, and every rule asks one of them: *may* it have been
so at some moment of a window, and was it *surely* so through all of it? A violation is what no order of events allows.
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.checker.clinic import Clinic
from tools.checker.facts import FREE, Change, Facts, Offer, Place, Told, Visit
from tools.checker.log import OK, REFUSED, UNKNOWN, Call, Window
from tools.checker.plan import DAY, WEEKS

ALWAYS = Window(-math.inf, -math.inf)
# The kinds of calls that leave a line of history, under their mark.
CHANGES = ("book", "move", "cancel", "step", "undo", "restore")


@dataclass
class Life:
    """It began within one window and ended within another one, or at ``expires``, or has not ended (None)."""

    began: Window
    ended: Window | None = None
    expires: float = math.inf

    def maybe_alive(self, at: Window) -> bool:
        over = self.ended is not None and self.ended.completed < at.invoked
        return self.began.invoked <= at.completed and not over and self.expires >= at.invoked

    def surely_alive(self, through: Window) -> bool:
        lasts = self.ended is None or self.ended.invoked >= through.completed
        return self.began.completed <= through.invoked and lasts and self.expires > through.completed

    def maybe_apart(self, other: "Life") -> bool:
        """Whether one of them can have been over when the other one began."""
        return self._maybe_over_by(other.began) or other._maybe_over_by(self.began)

    def _maybe_over_by(self, beginning: Window) -> bool:
        return self.expires <= beginning.completed or (
            self.ended is not None and self.ended.invoked <= beginning.completed
        )


@dataclass
class Request:
    """What one mark asked for, once or several times, and the lines of history that bear it."""

    calls: list[Call]
    lines: list[Change] = field(default_factory=list)

    @property
    def first(self) -> Call:
        return self.calls[0]

    @property
    def outcome(self) -> str:
        outcomes = {call.outcome for call in self.calls}
        return next(outcome for outcome in (OK, UNKNOWN, REFUSED) if outcome in outcomes)

    @property
    def window(self) -> Window:
        """When it took effect, if it did."""
        heard = [call.completed for call in self.calls if call.outcome == OK]
        return Window(min(call.invoked for call in self.calls), min(heard, default=math.inf))


@dataclass
class Version:
    """A visit as a line of history left it, until the next line."""

    number: int
    line: Change
    life: Life


@dataclass
class Stay:
    """A visit that takes a doctor's, a patient's and perhaps a room's time, from one line of history to another."""

    visit: Visit
    place: Place
    line: Change
    request: Request | None
    life: Life

    def shares(self, other: "Stay") -> str:
        """Whom or what both need at the same time; "" if nothing."""
        if not self.place.meets(other.place.start, other.place.end):
            return ""
        if self.place.doctor == other.place.doctor:
            return "doctor"
        if self.visit.patient == other.visit.patient:
            return "patient"
        same = self.place.room is not None and self.place.room == other.place.room
        return "room" if same else ""


@dataclass
class Keep:
    """A hold that a client made, or the hold of an offer."""

    id: int
    doctor: int
    start: int
    end: int
    life: Life
    entry: int = 0
    room: bool = False


@dataclass
class Exceptional:
    call: Call
    life: Life

    @property
    def closed(self) -> bool:
        return bool(self.call.about["type"] == "closed")

    def meets(self, start: int, end: int) -> bool:
        return bool(self.call.about["start"] < end and start < self.call.about["end"])

    @property
    def minutes(self) -> set[int]:
        return set(range(self.call.about["start"], self.call.about["end"]))


@dataclass
class Week:
    number: int
    life: Life


class Story:
    """``skew`` is what the wall clock is ahead of the monotonic one, ``clock_off`` how wrong, either way, the server's
    may have been: both in seconds."""

    def __init__(
        self,
        clinic: Clinic,
        calls: list[Call],
        facts: Facts,
        *,
        skew: float,
        calm: bool = True,
        clock_off: float = 0,
    ) -> None:
        self.clinic, self.facts, self.skew, self.calm, self.clock_off = clinic, facts, skew, calm, clock_off
        self.calls = sorted(calls, key=lambda call: call.invoked)
        self.requests: dict[str, Request] = {}
        for call in self.calls:
            if call.mark in self.requests:
                self.requests[call.mark].calls.append(call)
            else:
                self.requests[call.mark or call.id] = Request([call])
        self._accepted = {call.answer["id"]: call for call in self.of("accept") if call.outcome == OK}
        self._accepting = {
            entry.visit: [call for call in self.of("accept") if call.about["entry"] == entry.id]
            for entry in facts.entries.values()
            if entry.visit is not None
        }
        self.told: dict[str, list[Told]] = defaultdict(list)  # by the id of the request
        for row in facts.trail:
            self.told[row.request].append(row)
        self.strays: list[Change] = []
        self.versions = {visit: list(self._versions(lines)) for visit, lines in facts.changes.items()}
        self.stays = [stay for visit in facts.visits.values() for stay in self._stays(visit)]
        self.keeps = [*self._held(), *map(self._offered, facts.offers)]
        self.exceptions = list(self._exceptions())
        self.weeks = {doctor: list(self._weeks(doctor)) for doctor in clinic.doctors}

    def of(self, *kinds: str) -> Iterator[Call]:
        return (call for call in self.calls if call.kind in kinds)

    # --- Open, maybe or surely ---

    def maybe_open(self, doctor: int, start: int, end: int, at: Window) -> bool:
        """Whether the doctor's hours can have covered the time at some moment of the window."""
        if any(e.closed and e.meets(start, end) and e.life.surely_alive(at) for e in self._of_doctor(doctor)):
            return False
        extra = self._extra(doctor, at, surely=False)
        return any(_covers(week.number, extra, start, end) for week in self.weeks[doctor] if week.life.maybe_alive(at))

    def maybe_shut(self, doctor: int, start: int, end: int, at: Window) -> bool:
        """Whether they can have not covered it at some moment of the window."""
        if any(e.closed and e.meets(start, end) and e.life.maybe_alive(at) for e in self._of_doctor(doctor)):
            return True
        extra = self._extra(doctor, at, surely=True)
        return any(
            not _covers(week.number, extra, start, end) for week in self.weeks[doctor] if week.life.maybe_alive(at)
        )

    def _of_doctor(self, doctor: int) -> Iterator[Exceptional]:
        return (exception for exception in self.exceptions if exception.call.about["doctor"] == doctor)

    def _extra(self, doctor: int, at: Window, *, surely: bool) -> set[int]:
        minutes: set[int] = set()
        for exception in self._of_doctor(doctor):
            alive = exception.life.surely_alive(at) if surely else exception.life.maybe_alive(at)
            if not exception.closed and alive:
                minutes |= exception.minutes
        return minutes

    # --- Who made it ---

    def author(self, line: Change) -> Request | None:
        """The request that wrote a line of history."""
        if line.mark in self.requests:
            return self.requests[line.mark]
        if line.action != "booked":
            return None
        if line.visit in self._accepted:
            return Request([self._accepted[line.visit]])
        unheard = [call for call in self._accepting.get(line.visit, []) if call.outcome == UNKNOWN]
        return Request(unheard) if unheard else None

    def _versions(self, lines: list[Change]) -> Iterator[Version]:
        windows = []
        for line in lines:
            author = self.author(line)
            if author is None:
                self.strays.append(line)
            else:
                author.lines.append(line)
            windows.append(author.window if author else Window(-math.inf))
        for number, line in enumerate(lines):
            ended = windows[number + 1] if number + 1 < len(lines) else None
            yield Version(number + 1, line, Life(windows[number], ended))

    def _stays(self, visit: Visit) -> Iterator[Stay]:
        current: Stay | None = None
        for version in self.versions[visit.id]:
            line = version.line
            if current and (line.status in FREE or line.place != current.place):
                current.life.ended = version.life.began
                current = None
            if current is None and line.status not in FREE:
                current = Stay(visit, line.place, line, self.author(line), Life(version.life.began))
                yield current

    def _held(self) -> Iterator[Keep]:
        ends = {call.about["hold"]: call.window for call in self.of("release") if call.outcome != REFUSED}
        ends |= {c.about["hold"]: c.window for c in self.of("book") if "hold" in c.about and c.outcome != REFUSED}
        made: dict[int, list[Call]] = defaultdict(list)
        for call in self.of("hold"):
            if call.outcome == OK:
                made[call.answer["id"]].append(call)
        for hold, calls in made.items():
            about = calls[0].about
            life = Life(self.requests[calls[0].mark].window, ends.get(hold), math.inf)
            yield Keep(hold, about["doctor"], about["start"], about["end"], life)

    def _offered(self, offer: Offer) -> Keep:
        # Who freed the time wrote the offer a little after the moment that it names.
        began = Window(offer.offered - self.skew - self.clock_off)
        ends = [
            call.window
            for call in self.of("accept", "decline")
            if call.about["entry"] == offer.entry and call.outcome != REFUSED and call.completed > began.invoked
        ]
        ended = min(ends, key=lambda window: window.completed, default=None) if offer.status != "pending" else None
        if ended and self.clock_off:  # which of its entry's offers an answer was about cannot be told
            ended = Window(min(window.invoked for window in ends), max(window.completed for window in ends))
        life = Life(began, ended, offer.expires - self.skew + self.clock_off)
        return Keep(offer.hold or 0, offer.doctor, offer.start, offer.end, life, offer.entry)

    def _exceptions(self) -> Iterator[Exceptional]:
        stored = {exception.mark for exception in self.facts.exceptions}
        ends = {call.about["exception"]: call for call in self.of("remove_exception") if call.outcome != REFUSED}
        for call in self.of("exception"):
            if call.outcome == OK:
                end = ends.get(call.answer["id"])
                yield Exceptional(call, Life(call.window, end.window if end else None))
            elif call.outcome == UNKNOWN and call.mark in stored:
                yield Exceptional(call, Life(call.window))

    def _weeks(self, doctor: int) -> Iterator[Week]:
        """Each may hold until another one surely replaced it."""
        calls = [call for call in self.of("week") if call.about["doctor"] == doctor and call.outcome != REFUSED]
        windows = [(0, ALWAYS), *((call.about["week"], call.window) for call in calls)]
        for position, (number, window) in enumerate(windows):
            rest = windows[:position] + windows[position + 1 :]
            others = [other for _, other in rest if other.completed > window.invoked]
            surely = [other.completed for other in others if other.invoked > window.completed]
            first = min((other.invoked for other in others), default=math.inf)
            yield Week(number, Life(window, Window(first, min(surely, default=math.inf)) if others else None))


def _covers(week: int, extra: set[int], start: int, end: int) -> bool:
    return all(
        minute in extra or any(first <= minute % DAY < last for first, last in WEEKS[week])
        for minute in range(start, end)
    )
