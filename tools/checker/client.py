"""One client: carries out its plan over HTTP, and notes every call. It runs in a process of its own."""

import http.client
import time
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from tools.checker import log
from tools.checker.clinic import Api, Board, Clinic, spelled, windows
from tools.checker.log import OK, REFUSED, UNKNOWN, Call
from tools.checker.past import FAILED, stored_twice
from tools.checker.plan import DAY, SCAN, VISIT, Step

UNSURE = "it was done, or it was not"
SECONDS_TO_MEET = 120
TRIES = 8


class Client:
    def __init__(self, number: int, clinic: Clinic, visits: Board, entries: Board, meet: Barrier) -> None:
        self.number, self.clinic, self.meet = number, clinic, meet
        self.api = Api(clinic.address, clinic.token)
        self.visits, self.entries = visits, entries
        self.holds: list[tuple[int, str, int, int]] = []  # id, token, doctor, minute
        self.exceptions: list[tuple[int, int]] = []  # doctor, id
        self.calls: list[Call] = []

    def run(self, steps: list[Step], path: Path) -> None:
        for step in steps:
            if step.meeting is not None:
                try:
                    self.meet.wait(SECONDS_TO_MEET)
                except BrokenBarrierError:  # one of the clients is gone: the others end as well
                    break
            getattr(self, f"do_{step.kind}")(**step.facts)
        log.write(path, self.calls)

    # --- What is created ---

    def do_book(
        self,
        doctor: int,
        patient: int,
        minute: int,
        scan: bool,
        minutes: int | None,
        key: str = "",
        again: bool = False,
    ) -> None:
        start = self.clinic.day + minute
        length = SCAN if scan else minutes or VISIT
        about = {**self.who(doctor, patient), "start": start, "end": start + length, "scan": scan}
        mark = self.mark(key)
        body = {**self.who(doctor, patient), "appointment_time": spelled(start), "notes": mark, "reason": mark}
        body |= {"appointment_type": self.clinic.scan} if scan else {}
        body |= {"duration_minutes": minutes} if minutes else {}
        self.create("book", mark, about, "/api/appointments/", body, key, again)

    def do_hold(self, doctor: int, minute: int, key: str = "", again: bool = False) -> None:
        start = self.clinic.day + minute
        about = {"doctor": self.clinic.doctors[doctor], "start": start, "end": start + VISIT}
        body = {"doctor": about["doctor"], "appointment_time": spelled(start)}
        call = self.create("hold", self.mark(key), about, "/api/holds/", body, key, again)
        if call.outcome == OK:
            self.holds.append((call.answer["id"], call.answer["token"], about["doctor"], start))

    def do_join(self, doctor: int, patient: int, key: str = "", again: bool = False) -> None:
        about = self.who(doctor, patient)
        dates = {"earliest": spelled(self.clinic.day)[:10], "latest": spelled(self.clinic.day + 7 * DAY)[:10]}
        call = self.create("join", self.mark(key), about, "/api/waitlist/", {**about, **dates}, key, again)
        if call.outcome == OK:
            self.entries.add(call.answer["id"])

    def do_book_held(self, patient: int) -> None:
        if not self.holds:
            return
        hold, token, doctor, start = self.holds.pop(0)
        about = {"doctor": doctor, "patient": self.clinic.patients[patient], "start": start, "end": start + VISIT}
        mark = self.mark()
        body = {"doctor": doctor, "patient": about["patient"], "appointment_time": spelled(start)}
        body |= {"notes": mark, "reason": mark, "hold": token}
        about |= {"scan": False, "hold": hold}
        self.create("book", mark, about, "/api/appointments/", body)

    def create(
        self, kind: str, mark: str, about: dict[str, Any], path: str, body: Any, key: str = "", again: bool = False
    ) -> Call:
        headers = {"Idempotency-Key": key} if key else {}
        call = self.send(kind, mark, about, "POST", path, body, headers)
        if call.outcome == OK and again:
            self.send(kind, mark, about, "POST", path, body, headers)
        for _ in range(TRIES):
            if not key or call.outcome != UNKNOWN:
                break
            time.sleep(0.25)  # with a key it is safe to ask until somebody answers
            call = self.send(kind, mark, about, "POST", path, body, headers)
        if kind == "book" and call.outcome == OK:
            self.visits.add(call.answer["id"])
        return call

    # --- What is changed ---

    def do_move(self, visit: int, minute: int, doctor: int | None) -> None:
        start = self.clinic.day + minute
        about: dict[str, Any] = {"start": start}
        body: dict[str, Any] = {"appointment_time": spelled(start)}
        if doctor is not None:
            about["doctor"] = body["doctor"] = self.clinic.doctors[doctor]
        self.change("move", visit, about, "POST", "reschedule/", body)

    def do_cancel(self, visit: int) -> None:
        self.change("cancel", visit, {"status": "cancelled"}, "POST", "cancel/", {})

    def do_step(self, visit: int, name: str) -> None:
        status = {"confirm": "confirmed", "check-in": "checked_in", "no-show": "no_show"}[name]
        self.change("step", visit, {"status": status}, "POST", f"{name}/", {})

    def do_undo(self, visit: int) -> None:
        self.change("undo", visit, {}, "POST", "undo/", {})

    def do_restore(self, visit: int) -> None:
        self.change("restore", visit, {"status": "scheduled"}, "PATCH", "", {"status": "scheduled"})

    def change(
        self, kind: str, visit: int, about: dict[str, Any], method: str, path: str, body: dict[str, Any]
    ) -> None:
        number = self.visits.recent(visit)
        if number is None:
            return
        mark = self.mark()
        path = f"/api/appointments/{number}/{path}"
        self.send(kind, mark, {"visit": number, **about}, method, path, {**body, "reason": mark})
        if kind in ("move", "cancel"):
            self.look(number)  # what was answered is there for the next who reads

    def do_release(self) -> None:
        if self.holds:
            hold, _, _, _ = self.holds.pop(0)
            self.send("release", self.mark(), {"hold": hold}, "DELETE", f"/api/holds/{hold}/")

    def do_answer(self, entry: int, how: str) -> None:
        number = self.entries.recent(entry)
        if number is None:
            return
        path = f"/api/waitlist/{number}/"
        seen = self.send("look_at_entry", self.mark(), {"entry": number}, "GET", path)
        if seen.outcome != OK or not seen.answer["offer"]:
            return
        about = {"entry": number, "seen": seen.invoked}
        call = self.send(how, self.mark(), about, "POST", f"{path}{how}/")
        if how == "accept" and call.outcome == OK:
            self.visits.add(call.answer["id"])

    def do_exception(self, doctor: int, type: str, minute: int, length: int) -> None:
        start = self.clinic.day + minute
        of = self.clinic.doctors[doctor]
        about = {"doctor": of, "type": type, "start": start, "end": start + length}
        mark = self.mark()
        body = {"kind": type, "start": spelled(start), "end": spelled(start + length), "reason": mark}
        call = self.send("exception", mark, about, "POST", f"/api/doctors/{of}/exceptions/", body)
        if call.outcome == OK:
            self.exceptions.append((of, call.answer["id"]))

    def do_remove_exception(self) -> None:
        if self.exceptions:
            doctor, exception = self.exceptions.pop(0)
            path = f"/api/doctors/{doctor}/exceptions/{exception}/"
            self.send("remove_exception", self.mark(), {"doctor": doctor, "exception": exception}, "DELETE", path)

    def do_week(self, doctor: int, week: int) -> None:
        about = {"doctor": self.clinic.doctors[doctor], "week": week}
        self.send("week", self.mark(), about, "PUT", f"/api/doctors/{about['doctor']}/hours/", windows(week))

    # --- What is read, and what is written past the system ---

    def do_read(self, visit: int) -> None:
        number = self.visits.recent(visit)
        if number is not None:
            self.look(number)

    def look(self, visit: int) -> None:
        self.send("read", self.mark(), {"visit": visit}, "GET", f"/api/appointments/{visit}/")

    def do_slots(self, doctor: int, day: int) -> None:
        about = {"doctor": self.clinic.doctors[doctor]}
        date = spelled(self.clinic.day + day * DAY)[:10]
        path = f"/api/slots/?doctor={about['doctor']}&from={date}&to={date}&limit=50"
        self.send("slots", self.mark(), about, "GET", path)

    def do_raw(self, visit: int) -> None:
        """Store a visit a second time by SQL, as a careless program would: the database itself must refuse."""
        number = self.visits.recent(visit)
        if number is None:
            return
        call = Call(self.next_id(), "raw", "", {"visit": number}, time.monotonic())
        self.calls.append(call)
        with suppress(*FAILED):
            call.outcome = OK if stored_twice(self.clinic.database, number) else REFUSED
            call.completed = time.monotonic()

    # --- Every call ---

    def send(
        self,
        kind: str,
        mark: str,
        about: dict[str, Any],
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] = {},
    ) -> Call:
        key = headers.get("Idempotency-Key", "")
        request = f"{self.clinic.run}-{self.number:04x}-{len(self.calls):08x}"
        call = Call(self.next_id(), kind, mark, about, time.monotonic(), key=key, request=request)
        self.calls.append(call)
        try:
            named = {**headers, "X-Request-ID": request}
            call.status, call.text, call.retry_after = self.api.call(method, path, body, named)
        except (OSError, http.client.HTTPException) as error:
            call.text = type(error).__name__
            return call
        call.answer = log.parsed(call.text)
        if call.status // 100 == 2:
            call.outcome, call.completed = OK, time.monotonic()
        elif call.status // 100 == 4 or (
            call.status == 503 and UNSURE not in call.text
        ):  # nothing was changed, it says
            call.outcome, call.completed = REFUSED, time.monotonic()
        return call

    def who(self, doctor: int, patient: int) -> dict[str, int]:
        return {"doctor": self.clinic.doctors[doctor], "patient": self.clinic.patients[patient]}

    def next_id(self) -> str:
        return f"c{self.number}.{len(self.calls)}"

    def mark(self, key: str = "") -> str:
        return f"mark-{key}" if key else f"mark-{self.next_id()}"
