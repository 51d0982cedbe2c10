"""What each client will do: from the seed alone, so that a run can be done again.

People, visits and times are numbers here (the third doctor, minute 540 of the first day); a client finds out whom they
mean. Steps that share a ``meeting`` begin at the same moment for all clients: that is where races are.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

DAY = 24 * 60
DOCTORS, PATIENTS, DAYS = 3, 10, 2
# Two weeks' worth of habits: the whole day, a day with a break, a late start; minutes of the day.
WEEKS: tuple[tuple[tuple[int, int], ...], ...] = (((480, 1080),), ((480, 720), (780, 1080)), ((570, 1080),))
STEPS = ("confirm", "check-in", "no-show")
VISIT, SCAN = 30, 20  # minutes
RECENT = 16


@dataclass(frozen=True)
class Step:
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    meeting: int | None = None


def plan(seed: int, clients: int, operations: int) -> list[list[Step]]:
    """A list of steps for each client, ``operations`` in all or a few more."""
    return _Planner(seed, clients).planned(operations)


class _Planner:
    def __init__(self, seed: int, clients: int) -> None:
        self.random = random.Random(seed)
        self.seed, self.clients = seed, clients
        self.steps: list[list[Step]] = [[] for _ in range(clients)]
        self.meetings = 0

    def planned(self, operations: int) -> list[list[Step]]:
        meetings: list[Callable[[], Iterator[Step]]] = [
            self.one_doctor,
            self.one_patient,
            self.last_rooms,
            self.leave_meets_bookings,
            self.leave_meets_bookings,
            self.holds_meet_bookings,
            self.one_key,
            self.one_visit,
            self.holds_meet_bookings,
            self.one_offer,
            self.one_visit,
            self.one_key,
            self.one_key,
        ]
        self.alone(2)
        while sum(map(len, self.steps)) < operations:
            self.random.shuffle(meetings)
            for meeting in meetings:
                for steps, step in zip(self.steps, meeting(), strict=True):
                    steps.append(Step(step.kind, step.facts, self.meetings))
                self.meetings += 1
                self.alone(2)
        return self.steps

    def alone(self, count: int) -> None:
        for steps in self.steps:
            steps.extend(self.anything() for _ in range(count))

    # --- What one client does, whatever the others do ---

    def anything(self) -> Step:
        choices: dict[Callable[[], Step], int] = {
            self.book: 30,
            self.move: 12,
            self.cancel: 14,
            self.step: 6,
            self.undo: 4,
            self.restore: 3,
            self.hold: 6,
            lambda: Step("book_held", {"patient": self.patient()}): 5,
            lambda: Step("release"): 2,
            self.join: 5,
            self.answer: 6,
            self.exception: 4,
            lambda: Step("remove_exception"): 4,
            self.week: 2,
            lambda: Step("read", {"visit": self.any_recent()}): 12,
            lambda: Step("raw", {"visit": self.any_recent()}): 5,
            lambda: Step("slots", {"doctor": self.doctor(), "day": self.random.randrange(DAYS)}): 6,
        }
        [choice] = self.random.choices(list(choices), list(choices.values()))
        return choice()

    def book(self, **facts: Any) -> Step:
        facts = {"doctor": self.doctor(), "patient": self.patient(), "minute": self.minute(), "scan": False} | facts
        facts.setdefault("minutes", self.random.choice((None, None, 15, 45)) if not facts["scan"] else None)
        return Step("book", facts | self.maybe_keyed())

    def move(self, **facts: Any) -> Step:
        doctor = self.random.choice((None, None, self.doctor()))
        return Step("move", {"visit": self.any_recent(), "minute": self.minute(), "doctor": doctor} | facts)

    def cancel(self, **facts: Any) -> Step:
        return Step("cancel", {"visit": self.any_recent()} | facts)

    def step(self, **facts: Any) -> Step:
        return Step("step", {"visit": self.any_recent(), "name": self.random.choice(STEPS)} | facts)

    def undo(self, **facts: Any) -> Step:
        return Step("undo", {"visit": self.any_recent()} | facts)

    def restore(self, **facts: Any) -> Step:
        return Step("restore", {"visit": self.any_recent()} | facts)

    def hold(self, **facts: Any) -> Step:
        return Step("hold", {"doctor": self.doctor(), "minute": self.minute()} | facts | self.maybe_keyed())

    def join(self, **facts: Any) -> Step:
        return Step("join", {"doctor": self.doctor(), "patient": self.patient()} | facts | self.maybe_keyed())

    def answer(self, **facts: Any) -> Step:
        how = self.random.choice(("accept", "accept", "decline"))
        return Step("answer", {"entry": self.any_recent(), "how": how} | facts)

    def exception(self, **facts: Any) -> Step:
        kind = self.random.choice(("closed", "closed", "open"))
        minute = self.minute() if kind == "closed" else self.random.randrange(DAYS) * DAY + 420
        length = self.random.choice((30, 60, 120))
        return Step("exception", {"doctor": self.doctor(), "type": kind, "minute": minute, "length": length} | facts)

    def week(self) -> Step:
        return Step("week", {"doctor": self.doctor(), "week": self.random.randrange(len(WEEKS))})

    # --- What all clients do about one thing, at the same moment ---

    def one_doctor(self) -> Iterator[Step]:
        doctor, minute = self.doctor(), self.minute()
        for client in range(self.clients):
            yield self.book(doctor=doctor, patient=client % PATIENTS, minute=minute + self.random.choice((0, 0, 5, 15)))

    def one_patient(self) -> Iterator[Step]:
        patient, minute = self.patient(), self.minute()
        for client in range(self.clients):
            yield self.book(doctor=client % DOCTORS, patient=patient, minute=minute + self.random.choice((0, 10, 20)))

    def last_rooms(self) -> Iterator[Step]:
        minute = self.minute()
        for client in range(self.clients):
            start = minute + self.random.choice((0, 5))
            yield self.book(doctor=client % DOCTORS, patient=client % PATIENTS, minute=start, scan=True)

    def leave_meets_bookings(self) -> Iterator[Step]:
        """Each booking has a time of its own, so that nothing but the leave is in its way."""
        doctor, minute = self.doctor(), self.untouched()
        for client in range(self.clients):
            if client % 4 == 0:
                yield self.exception(doctor=doctor, type="closed", minute=minute, length=120)
            else:
                start = minute - 10 + 15 * client + self.random.choice((0, 5))
                yield self.book(doctor=doctor, patient=client % PATIENTS, minute=start, minutes=10)

    def one_key(self) -> Iterator[Step]:
        doctor = {"doctor": self.doctor(), "minute": self.random.randrange(DAYS) * DAY + 600}
        step = self.join() if self.random.random() < 0.7 else self.book(**doctor)
        key = {"key": f"{self.seed}-shared-{self.meetings}"}
        for _ in range(self.clients):
            yield Step(step.kind, step.facts | key)

    def one_visit(self) -> Iterator[Step]:
        visit, minute = self.any_recent(), self.minute()
        for client in range(self.clients):
            choices: tuple[Callable[[], Step], ...] = (
                lambda: self.cancel(visit=visit),
                lambda: self.move(visit=visit, minute=minute + 5 * self.random.randrange(4)),
                lambda: self.step(visit=visit),
                lambda: self.undo(visit=visit),
                lambda: self.restore(visit=visit),
                lambda: Step("read", {"visit": visit}),
            )
            yield Step("raw", {"visit": visit}) if client == 0 else self.random.choice(choices)()

    def holds_meet_bookings(self) -> Iterator[Step]:
        doctor, minute = self.doctor(), self.untouched()
        for client in range(self.clients):
            start = minute + self.random.choice((0, 5, 10))
            if client % 2:
                yield self.hold(doctor=doctor, minute=start)
            else:
                yield self.book(doctor=doctor, patient=client % PATIENTS, minute=start)

    def one_offer(self) -> Iterator[Step]:
        entry = self.any_recent()
        for _ in range(self.clients):
            yield self.answer(entry=entry)

    # --- Who and when ---

    def doctor(self) -> int:
        return self.random.randrange(DOCTORS)

    def patient(self) -> int:
        return self.random.randrange(PATIENTS)

    def any_recent(self) -> int:
        return self.random.randrange(RECENT)

    def minute(self) -> int:
        """A start, mostly on the quarter of an hour, mostly within hours."""
        return self.random.randrange(DAYS) * DAY + self.random.randrange(
            470, 1070, 5 if self.random.random() < 0.3 else 15
        )

    def untouched(self) -> int:
        """A start on a day of this meeting's own, two hours of which are open in every week: nothing is there yet."""
        return (DAYS + self.meetings) * DAY + self.random.randrange(795, 945, 15)

    def maybe_keyed(self) -> dict[str, Any]:
        """Half of what is created has a key, and half of that is sent again though it was answered."""
        if self.random.random() < 0.5:
            return {}
        return {"key": f"{self.seed}-{self.random.getrandbits(64):x}", "again": self.random.random() < 0.5}
