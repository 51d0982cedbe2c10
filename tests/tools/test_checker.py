"""The checker's own judgement: it sees what is wrong, and does not see what is right."""

import math
from dataclasses import replace

import pytest

from tools.checker import rules
from tools.checker.client import Clinic
from tools.checker.facts import Change, Entry, Exceptional, Facts, Place, Visit
from tools.checker.log import OK, REFUSED, UNKNOWN, Call, Window
from tools.checker.plan import plan
from tools.checker.story import Life, Story

DAY = 29_560_320  # minutes since the epoch: a Monday's midnight
AT = DAY + 600
SHOWN = {"id": 1, "doctor": 7, "room": None, "status": "scheduled", "version": 1}
TIMES = {"appointment_time": "2026-03-16T10:00:00Z", "end": "2026-03-16T10:30:00Z"}
CLINIC = Clinic("", "", "", DAY, [7], [3, 4], 1, [])


def call(number: int, kind: str = "book", outcome: str = OK, *, since: float, until: float, **more: object) -> Call:
    about = {"doctor": 7, "patient": 3, "start": AT, "end": AT + 30, "scan": False}
    given = {"about": about, "mark": f"mark-{number}", "outcome": outcome, "completed": until, **more}
    return Call(id=f"c.{number}", kind=kind, invoked=since, **given)


def booked(number: int, patient: int = 3, start: int = AT) -> tuple[Visit, list[Change]]:
    place = Place(7, None, start, start + 30)
    line = Change(number, number, "booked", f"mark-{number}", "", "scheduled", None, place, False)
    return Visit(number, patient, "scheduled", place, 1, False), [line]


def judged(calls: list[Call], *visits: tuple[Visit, list[Change]], **facts: object) -> dict[str, list[str]]:
    everything = {
        "visits": {visit.id: visit for visit, _ in visits},
        "changes": {visit.id: lines for visit, lines in visits},
        "holds": {},
        "entries": {},
        "offers": [],
        "exceptions": [],
        "weeks": {7: {(day, 480, 1080) for day in range(7)}},
        "deadlocks": 0,
    }
    return rules.judge(Story(CLINIC, calls, Facts(**everything | facts), skew=0))


BOOKING = call(1, since=1, until=2, answer=SHOWN | TIMES, status=201)
TAKEN = '{"non_field_errors":["This doctor is already booked at that time."]}'


def test_a_booking_and_a_refusal_that_it_explains_are_right() -> None:
    refused = call(2, outcome=REFUSED, since=1.5, until=3, status=400, text=TAKEN)
    assert judged([BOOKING, refused], booked(1)) == {}


def test_a_refusal_before_anything_was_there_is_false() -> None:
    refused = call(2, outcome=REFUSED, since=0.1, until=0.9, status=400, text=TAKEN)
    assert list(judged([BOOKING, refused], booked(1))) == ["no_refusal_is_false"]


def test_two_visits_of_one_doctor_at_one_time_are_seen() -> None:
    other = call(2, since=1, until=2, answer={**SHOWN, **TIMES, "id": 2}, status=201)
    assert list(judged([BOOKING, other], booked(1), booked(2, patient=4))) == [
        "nobody_is_in_two_places",
        "nobody_ever_was",
    ]


def test_an_acknowledged_booking_that_is_not_there_is_seen() -> None:
    assert list(judged([BOOKING])) == ["acknowledged_is_there"]


def test_a_booking_that_was_refused_and_is_there_is_seen() -> None:
    refused = replace(BOOKING, outcome=REFUSED, status=503, text="")
    assert list(judged([refused], booked(1))) == ["refused_leaves_no_trace", "it_is_calm"]


def test_a_booking_that_nobody_asked_for_is_seen() -> None:
    assert list(judged([BOOKING], booked(1), booked(2, start=AT + 60))) == ["refused_leaves_no_trace"]


def test_a_booking_whose_answer_was_lost_may_be_there_or_not() -> None:
    unheard = replace(BOOKING, outcome=UNKNOWN, completed=math.inf, answer=None)
    for visits in ([], [booked(1)]):
        assert list(judged([unheard], *visits)) == ["it_is_calm"]


def test_a_booking_outside_hours_is_seen() -> None:
    times = {"appointment_time": "2026-03-16T20:00:00Z", "end": "2026-03-16T20:30:00Z"}
    late = call(1, since=1, until=2, answer=SHOWN | times, status=201)
    assert list(judged([late], booked(1, start=DAY + 1200))) == ["visits_are_within_hours"]


def test_a_visit_that_leave_does_not_list_slipped_past_it() -> None:
    leave = {"doctor": 7, "type": "closed", "start": AT, "end": AT + 60}
    taken = call(2, "exception", since=1, until=2, about=leave, answer={"id": 5, "outside_hours": []}, status=201)
    found = judged([BOOKING, taken], booked(1), exceptions=[Exceptional(5, "mark-2")])
    assert found == {"leave_tells_whom_it_leaves_outside": ["visit 1 slipped past leave 5"]}


def test_a_read_that_does_not_see_what_was_acknowledged_is_stale() -> None:
    place = Place(7, None, AT, AT + 30)
    cancelled = Change(2, 1, "status", "mark-2", "scheduled", "cancelled", place, place, False)
    visit, lines = booked(1)
    cancelling = call(2, "cancel", since=3, until=4, about={"visit": 1, "status": "cancelled"}, status=200)
    cancelling.answer = {**SHOWN, **TIMES, "status": "cancelled", "version": 2}
    read = call(3, "read", since=5, until=6, about={"visit": 1}, answer=SHOWN | TIMES, status=200)
    visit = replace(visit, status="cancelled", version=2)
    found = judged([BOOKING, cancelling, read], (visit, [*lines, cancelled]))
    assert list(found) == ["reads_see_what_was_acknowledged"]


def test_one_key_with_two_answers_is_seen() -> None:
    first, second = (
        call(1, "join", since=1, until=2, text=text, answer={"id": number}, key="k", status=201)
        for number, text in ((1, "one"), (2, "two"))
    )
    entries = {number: Entry(number, 3, "waiting", None) for number in (1, 2)}
    assert list(judged([first, second], entries=entries)) == ["a_key_counts_once"]


def test_lives_that_must_have_met_are_told_from_those_that_may_not() -> None:
    first = Life(Window(1, 2), ended=Window(5, 6))
    assert not first.maybe_apart(Life(Window(3, 4)))
    assert first.maybe_apart(Life(Window(5.5, 7)))
    assert first.surely_alive(Window(2, 5))
    assert not first.surely_alive(Window(2, 5.5))
    assert first.maybe_alive(Window(6, 9))
    assert not first.maybe_alive(Window(6.1, 9))


def test_the_same_seed_makes_the_same_plan() -> None:
    assert plan(7, 4, 200) == plan(7, 4, 200)
    assert plan(7, 4, 200) != plan(8, 4, 200)


@pytest.mark.parametrize("clients", [2, 8])
def test_all_clients_go_to_all_meetings_in_order(clients: int) -> None:
    meetings = [[step.meeting for step in steps if step.meeting is not None] for steps in plan(1, clients, 400)]
    assert all(met == list(range(len(meetings[0]))) for met in meetings)
