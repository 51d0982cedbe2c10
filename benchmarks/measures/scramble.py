"""Eight in the morning: everybody at once wants one of a few slots; who loses one reads the list again and tries on."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import httpx

from benchmarks.arena import Clinic, Result
from benchmarks.client import Connection, Target
from benchmarks.cluster import Bench


@dataclass
class Rush:
    """What happened: when the last slot went (seconds), and what was answered."""

    booked: int = 0
    last: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    finished: int = 0


async def _ours(clinic: Clinic, doctors: list[int], day: str, clients: int, slots: int) -> Rush:
    rush, random = Rush(), Random(8)
    query = ",".join(map(str, doctors))
    request = clinic.target.get(f"/api/slots/?doctor={query}&from={day}&to={day}&limit={slots}")
    began = time.perf_counter()

    async def client(number: int) -> None:
        connection = Connection(clinic.target)
        while True:
            status, body = await connection.ask(request)
            rush.statuses[status] += 1
            if status != 200:
                continue
            free = json.loads(body)["results"]
            if not free:
                break
            slot = random.choice(free)
            wanted = {"patient": clinic.patient(number), "doctor": slot["doctor"], "appointment_time": slot["start"]}
            status, _ = await connection.ask(clinic.target.post("/api/appointments/", wanted))
            rush.statuses[status] += 1
            if status == 201:
                rush.booked += 1
                rush.last = time.perf_counter() - began
                break
        await connection.close()
        rush.finished += 1

    await asyncio.gather(*map(client, range(clients)))
    return rush


async def _floor(target: Target, clients: int, slots: int, day: str) -> Rush:
    """The same crowd at the bare views: the list is one row, and who loses tries another of those still left."""
    rush, random, left = Rush(), Random(8), set(range(slots))
    row = target.get("/rows/0/")
    began = time.perf_counter()

    async def client(number: int) -> None:
        connection = Connection(target)
        while left:
            status, _ = await connection.ask(row)
            if not left:
                break
            place = random.choice(sorted(left))
            start = f"{day}T{8 + place % 10:02}:00:00Z"
            wanted = {"patient": number, "doctor": 1_000_000 + place // 10, "appointment_time": start}
            status, _ = await connection.ask(target.post("/rows/", wanted))
            rush.statuses[status] += 1
            left.discard(place)
            if status == 201:
                rush.booked += 1
                rush.last = time.perf_counter() - began
                break
        await connection.close()
        rush.finished += 1

    await asyncio.gather(*map(client, range(clients)))
    return rush


def scramble(clinic: Clinic, floor: Target, bench: Bench, *, clients: int, slots: int) -> list[Result]:
    doctors = []
    with httpx.Client(base_url=clinic.address, headers=clinic.headers, timeout=60, trust_env=False) as http:
        for number in range(slots // 20):
            stamp = f"{time.time_ns()}-{number}"
            body = {"full_name": f"Rush {number}", "email": f"rush-{stamp}@clinic.example", "specialization": "Rush"}
            answer = http.post("/api/doctors/", json=body)
            answer.raise_for_status()
            doctors.append(answer.json()["id"])
    day = clinic.days_ahead[20]
    ours = asyncio.run(_ours(clinic, doctors, day.isoformat(), clients, slots))
    with bench.connect("floor") as connection:
        connection.execute("DELETE FROM floor_visit WHERE doctor >= 1000000")
    bare = asyncio.run(_floor(floor, clients, slots, day.isoformat()))
    with bench.connect(clinic.memory.stem) as connection:
        stored, overlapping = connection.execute(
            "SELECT count(*), (SELECT count(*) FROM appointments_appointment a JOIN appointments_appointment b "
            'ON a.doctor_id = b.doctor_id AND a.id < b.id AND a.start < b."end" AND b.start < a."end" '
            "WHERE a.doctor_id = ANY(%s)) FROM appointments_appointment WHERE doctor_id = ANY(%s)",
            [doctors, doctors],
        ).fetchone() or (0, 0)
        [deadlocks] = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone() or (0,)
    errors = sum(number for status, number in ours.statuses.items() if status >= 500 or status == 0)
    told = (
        f"{clients} clients for {slots} slots: {stored} booked by the database's count, {overlapping} overlaps, "
        f"{errors} answers of 5xx or none, {deadlocks} deadlocks, {ours.finished} answered to the end"
    )
    return [
        Result(
            "The 8 am scramble: time to the last slot",
            f"{ours.last:.1f} s",
            f"{bare.last:.1f} s bare views",
            ours.last / bare.last,
            1.5,
            higher=False,
            note=told,
        ),
        Result(
            "The 8 am scramble: slots booked, of those there were",
            str(stored),
            str(slots),
            int(str(stored)) / slots,
            1.0,
        ),
    ]
