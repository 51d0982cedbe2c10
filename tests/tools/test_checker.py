"""The checker's own judgement: it sees what is wrong, and does not see what is right."""

import math
from dataclasses import replace

import pytest

from tools.checker import rules
from tools.checker.clinic import Clinic
from tools.checker.facts import Change, Entry, Exceptional, Facts, Place, Told, Visit
from tools.checker.log import OK, REFUSED, UNKNOWN, Call, Window
from tools.checker.plan import plan
from tools.checker.story import Life, Story
from tools.checker.trail import ACTIONS, MADE

DAY = 29_560_320  # minutes since the epoch: a Monday's midnight
AT = DAY + 600
SHOWN = {"id": 1, "doctor": 7, "room": None, "status": "scheduled", "version": 1}
TIMES = {"appointment_time": "2026-03-16T10:00:00Z", "end": "2026-03-16T10:30:00Z"}
CLINIC = Clinic("", "", "", DAY, [7], [3, 4], 1, [], "run")


def call(number: int, kind: str = "book", outcome: str = OK, *, since: float, until: float, **more: object) -> Call:
    about = {"doctor": 7, "patient": 3, "start": AT, "end": AT + 30, "scan": False}
    given = {"about": about, "mark": f"mark-{number}", "request": f"run-{number}", **more}
    given |= {"outcome": outcome, "completed": until}
    return Call(id=f"c.{number}", kind=kind, invoked=since, **given)


def booked(number: int, patient: int = 3, start: int = AT) -> tuple[Visit, list[Change]]:
    place = Place(7, None, start, start + 30)
    line = Change(number, number, "booked", f"mark-{number}", "", "scheduled", None, place, False)
    return Visit(number, patient, "scheduled", place, 1, False), [line]


def row(
    number: int, action: str = "appointment.book", outcome: str = "ok", *changes: object, patients: int = 3
) -> Told:
    """The row of the call of this number."""
    return Told(number, f"run-{number}", action, outcome, False, frozenset(), frozenset({patients}), list(changes))


def change(visit: int, **fields: object) -> dict[str, object]:
    """As the trail tells of a booking of ``booked``; ``fields`` are otherwise."""
    said = {"status": [None, "scheduled"], "doctor": [None, 7], "notes": [None, "cough"]}
    said |= {"start": [None, "2026-03-16T10:00:00Z"], "end": [None, "2026-03-16T10:30:00Z"]}
    return {"kind": "appointment", "id": visit, "fields": said | fields}


def judged(
    calls: list[Call], *visits: tuple[Visit, list[Change]], calm: bool = True, **facts: object
) -> dict[str, list[str]]:
    everything = {
        "visits": {visit.id: visit for visit, _ in visits},
        "changes": {visit.id: lines for visit, lines in visits},
        "holds": {},
        "entries": {},
        "offers": [],
        "exceptions": [],
        "weeks": {7: {(day, 480, 1080) for day in range(7)}},
        "trail": rows_of(calls, [line for _, lines in visits for line in lines]),
        "deadlocks": 0,
    }
    return rules.judge(Story(CLINIC, calls, Facts(**everything | facts), skew=0, calm=calm))


def rows_of(calls: list[Call], lines: list[Change]) -> list[Told]:
    """What the trail should tell of calls that wrote these lines."""
    rows = []
    for number, made in enumerate(calls):
        changes = [as_told(line) for line in lines if line.mark == made.mark and made.outcome != REFUSED]
        if made.outcome == OK and made.kind in ("join", "exception"):
            changes = [{"kind": MADE[made.kind], "id": made.answer["id"], "fields": {"created": [None, 1]}}]
        outcome = "ok" if changes or made.outcome == OK else "refused"
        rows.append(Told(number, made.request, ACTIONS[made.kind], outcome, False, frozenset(), frozenset(), changes))
    return rows


def as_told(line: Change) -> dict[str, object]:
    before = line.before
    fields = {
        "status": [line.from_status or None, line.status],
        "doctor": [before and before.doctor, line.place.doctor],
        "start": [before and before.start, line.place.start],
        "end": [before and before.end, line.place.end],
    }
    said = {name: values for name, values in fields.items() if values[0] != values[1]}
    return {"kind": "appointment", "id": line.visit, "fields": said}


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
    assert list(judged([BOOKING])) == ["acknowledged_is_there", "the_trail_tells_what_was_written"]


def test_a_booking_that_was_refused_and_is_there_is_seen() -> None:
    refused = replace(BOOKING, outcome=REFUSED, status=503, text="", retry_after="1")
    assert list(judged([refused], booked(1))) == [
        "refused_leaves_no_trace",
        "the_trail_tells_what_was_written",
        "it_is_calm",
    ]


def test_a_failure_that_does_not_say_when_to_come_back_is_seen() -> None:
    failed = call(1, outcome=UNKNOWN, since=1, until=2, status=500, text="", retry_after="1")
    away = call(1, outcome=REFUSED, since=1, until=2, status=503, text="")
    assert list(judged([failed])) == list(judged([away])) == ["failures_say_when_to_come_back", "it_is_calm"]
    assert list(judged([replace(away, retry_after="1")])) == ["it_is_calm"]


def test_a_booking_that_nobody_asked_for_is_seen() -> None:
    assert list(judged([BOOKING], booked(1), booked(2, start=AT + 60))) == [
        "refused_leaves_no_trace",
        "the_trail_tells_what_was_written",
    ]


def test_a_booking_whose_answer_was_lost_may_be_there_or_not() -> None:
    unheard = replace(BOOKING, outcome=UNKNOWN, completed=math.inf, answer=None, status=0)
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
        call(number, "join", since=1, until=2, text=text, answer={"id": number}, key="k", status=201, mark="mark-k")
        for number, text in ((1, "one"), (2, "two"))
    )
    entries = {number: Entry(number, 3, "waiting", None) for number in (1, 2)}
    assert list(judged([first, second], entries=entries)) == ["a_key_counts_once"]


def test_an_answer_without_its_row_is_seen() -> None:
    found = judged([BOOKING], booked(1), trail=[])
    assert found == {
        "every_answer_has_its_row": ["c.1 (book) was answered with 201, and left rows: {}"],
        "the_trail_tells_what_was_written": [
            "mark-1 changed visit 1 (doctor from None to 7, end from None to 29560950, start from None to 29560920, "
            "status from None to scheduled), and 1 rows that say so are missing",
            "c.1 (book) made 1, and its rows do not say so",
        ],
    }


def test_a_row_that_is_there_twice_is_seen() -> None:
    rows = [row(1, "appointment.book", "ok", change(1)), row(1)]
    found = judged([BOOKING], booked(1), trail=rows)
    assert found == {"every_answer_has_its_row": ["c.1 (book) left 2 rows that say that it was done"]}


def test_a_row_that_is_left_of_what_was_rolled_back_is_seen() -> None:
    refused = call(2, outcome=REFUSED, since=1.5, until=3, status=400, text=TAKEN)
    rows = [row(1, "appointment.book", "ok", change(1)), row(2, "appointment.book", "ok", change(2))]
    assert list(judged([BOOKING, refused], booked(1), trail=rows)) == [
        "every_answer_has_its_row",
        "the_trail_tells_what_was_written",
    ]


def test_under_a_fault_the_row_of_a_read_may_be_there_and_its_answer_lost() -> None:
    lost = call(2, "read", REFUSED, since=3, until=4, about={"visit": 1}, status=503, retry_after="1")
    rows = [row(1, "appointment.book", "ok", change(1)), row(2, "appointment.read")]
    assert judged([BOOKING, lost], booked(1), trail=rows, calm=False) == {}
    assert list(judged([BOOKING, lost], booked(1), trail=rows)) == ["every_answer_has_its_row", "it_is_calm"]
    changed = [rows[0], row(2, "appointment.read", "ok", change(2))]
    assert "every_answer_has_its_row" in judged([BOOKING, lost], booked(1), trail=changed, calm=False)


@pytest.mark.parametrize("outcome", ["denied", "not_found", "error"])
def test_a_refusal_whose_row_tells_of_something_else_is_seen(outcome: str) -> None:
    refused = call(2, outcome=REFUSED, since=1.5, until=3, status=400, text=TAKEN)
    rows = [row(1, "appointment.book", "ok", change(1)), row(2, "appointment.book", outcome)]
    assert list(judged([BOOKING, refused], booked(1), trail=rows)) == ["every_answer_has_its_row"]


def test_a_row_of_another_action_is_seen() -> None:
    found = judged([BOOKING], booked(1), trail=[row(1, "appointment.read", "ok", change(1))])
    assert list(found) == ["every_answer_has_its_row"]


@pytest.mark.parametrize("otherwise", [{"start": [None, "2026-03-16T10:15:00Z"]}, {"room": [None, 2]}])
def test_a_row_that_says_otherwise_than_the_history_is_seen(otherwise: dict[str, object]) -> None:
    found = judged([BOOKING], booked(1), trail=[row(1, "appointment.book", "ok", change(1, **otherwise))])
    assert list(found) == ["the_trail_tells_what_was_written"]


def test_a_row_of_another_request_is_seen() -> None:
    other = call(2, since=1, until=2, answer={**SHOWN, **TIMES, "id": 2}, status=201)
    swapped = [row(1, "appointment.book", "ok", change(2)), row(2, "appointment.book", "ok", change(1))]
    found = judged([BOOKING, other], booked(1), booked(2, patient=4), trail=swapped)
    assert "the_trail_tells_what_was_written" in found


@pytest.mark.parametrize(("there", "told"), [(True, True), (False, False), (True, False), (False, True)])
def test_a_booking_whose_answer_was_lost_has_its_row_if_it_is_there_and_else_none(there: bool, told: bool) -> None:
    unheard = replace(BOOKING, outcome=UNKNOWN, completed=math.inf, answer=None, status=0)
    rows = [row(1, "appointment.book", "ok", change(1))] if told else []
    found = judged([unheard], *([booked(1)] if there else []), trail=rows)
    assert ("the_trail_tells_what_was_written" in found) == (there != told)
    assert "every_answer_has_its_row" not in found


def test_a_read_whose_row_does_not_name_the_patient_is_seen() -> None:
    read = call(2, "read", since=3, until=4, about={"visit": 1}, answer={**SHOWN, **TIMES, "patient": 3}, status=200)
    rows = [row(1, "appointment.book", "ok", change(1)), row(2, "appointment.read")]
    assert judged([BOOKING, read], booked(1), trail=rows) == {}
    found = judged([BOOKING, read], booked(1), trail=[rows[0], row(2, "appointment.read", patients=4)])
    assert found == {"every_answer_has_its_row": ["c.2 (read) showed patients [3], and its row does not say so"]}


def test_a_replay_has_a_row_of_its_own_that_changed_nothing() -> None:
    first, again = (replace(BOOKING, id=f"c.{n}", request=f"run-{n}", key="k") for n in (1, 2))
    rows = [row(1, "appointment.book", "ok", change(1)), row(2)]
    assert judged([first, again], booked(1), trail=rows) == {}
    assert list(judged([first, again], booked(1), trail=rows[:1])) == ["every_answer_has_its_row"]


def test_an_entry_of_the_waiting_list_that_no_row_tells_of_is_seen() -> None:
    joined = call(1, "join", since=1, until=2, answer={"id": 1}, status=201)
    found = judged([joined], entries={1: Entry(1, 3, "waiting", None)}, trail=[row(1, "waitlist_entry.join")])
    assert found == {
        "the_trail_tells_what_was_written": [
            "waitlist_entry [1]: no row says who made it",
            "c.1 (join) made 1, and its rows do not say so",
        ]
    }


def test_a_week_that_no_row_tells_of_is_seen() -> None:
    week = call(1, "week", since=1, until=2, about={"doctor": 7, "week": 0}, answer=[], status=200)
    told = {"kind": "doctor", "id": 7, "fields": {"weekly_hours": [[], ["Monday 08:00-12:00 at 1"]]}}
    found = judged([week], trail=[row(1, "doctor.set_hours", "ok", told)])
    assert found == {
        "the_trail_tells_what_was_written": ["doctor 7: the last row tells of a week that is not the one that is there"]
    }


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
