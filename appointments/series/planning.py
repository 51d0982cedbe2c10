"""Which dates of a series can be, why the others cannot, and what is free instead.

Looking and booking ask `plan`: what a dry run lists as free is what is booked, until somebody else is faster.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from appointments import policy
from appointments.alternatives import FINEST_STEP_MINUTES
from appointments.finding import Search, Slot, find_slots
from appointments.series.errors import NonExistentTime
from appointments.series.facts import Facts, OneOfMany, Terms
from common.errors import Refused
from scheduling.intervals import DAY, Interval
from scheduling.recurrence import Occurrence

# How far from a refused date, before and after, an alternative may lie; and how many are tried for one.
NEAR = timedelta(days=7)
TRIES = 20
MOST_SLOTS = 100_000


@dataclass
class Verdict:
    """What is said of one local date. ``start`` is None where the clocks skip it; ``problem`` where it is free."""

    day: date
    wall: datetime
    start: datetime | None
    end: datetime | None = None
    problem: Refused | None = None
    visit: OneOfMany | None = None
    alternative: Slot | None = None

    @property
    def sentence(self) -> str:
        """Why it cannot be, with its date."""
        reason = self.problem.message if self.problem else ""
        return reason if self.start is None else f"{self.wall:%Y-%m-%d %H:%M}: {reason}"


def facts_for(terms: Terms, occurrences: Iterable[Occurrence]) -> Facts:
    """Everything that the dates, and the times around them, ask about."""
    starts = [occurrence.start for occurrence in occurrences if occurrence.start]
    margin = NEAR + 2 * DAY
    return Facts(terms, Interval(min(starts) - margin, max(starts) + margin))


def plan(facts: Facts, occurrences: Iterable[Occurrence]) -> list[Verdict]:
    """A verdict on each date, in order; those before it that can be are taken."""
    return [_judged(facts, occurrence) for occurrence in occurrences]


def _judged(facts: Facts, occurrence: Occurrence) -> Verdict:
    verdict = Verdict(occurrence.day, occurrence.wall, occurrence.start)
    if occurrence.start is None:
        verdict.problem = NonExistentTime(occurrence.reason)
        return verdict
    visit = facts.proposed(Interval.lasting(occurrence.start, facts.terms.minutes))
    verdict.end = visit.interval.end
    verdict.problem = next(policy.problems(visit), None)
    if verdict.problem is None:
        verdict.visit = visit
        facts.note(visit)
    return verdict


def suggest(facts: Facts, verdicts: Sequence[Verdict], zone: ZoneInfo) -> None:
    """Give each refused date the nearest free slot within a week of it, no slot twice. Facts are the plan's."""
    wanted = {verdict.day: _wanted(verdict, zone) for verdict in verdicts if verdict.problem}
    if not wanted:
        return
    terms = facts.terms
    slots = find_slots(
        Search(
            [terms.doctor],
            since=min(wanted.values()) - NEAR,
            until=max(wanted.values()) + NEAR,
            now=terms.now,
            limit=MOST_SLOTS,
            minutes=terms.minutes,
            step=max(terms.minutes, FINEST_STEP_MINUTES),
            appointment_type=terms.appointment_type,
        )
    )
    for verdict in verdicts:
        if verdict.problem:
            verdict.alternative = _nearest(facts, slots, wanted[verdict.day])


def _nearest(facts: Facts, slots: list[Slot], wanted: datetime) -> Slot | None:
    near = [slot for slot in slots if abs(slot.start - wanted) <= NEAR]
    for slot in sorted(near, key=lambda slot: abs(slot.start - wanted))[:TRIES]:
        # The list knows nothing of the patient, of a room that was named, or of the visits that were just planned.
        visit = facts.proposed(Interval(slot.start, slot.end))
        if not any(policy.problems(visit)):
            facts.note(visit)
            return slot
    return None


def _wanted(verdict: Verdict, zone: ZoneInfo) -> datetime:
    return verdict.start or verdict.wall.replace(tzinfo=zone).astimezone(UTC)
