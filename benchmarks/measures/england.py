"""How many Englands: the bookings of England's general practice, with the shape of its day, at the peak's rate.

England's general practice books about 1.4 million appointments on a working day (NHS figures for March 2024). Here a
fifth of the day's bookings falls into the hour from eight, and each comes with 20 reads: 78 bookings and 1,556 reads a
second. Requests arrive when they arrive, whether or not the last ones have been answered.
"""

import asyncio
import time
from itertools import count
from random import Random

from benchmarks.arena import Clinic, Result, steady
from benchmarks.client import Connection, Tally, Target
from benchmarks.measures.growth import requests_of
from benchmarks.measures.throughput import READERS

BOOKINGS_A_DAY = 1_400_000
SHARE_OF_THE_PEAK_HOUR = 0.2
READS_A_BOOKING = 20
LIMIT = 0.25
CONNECTIONS = 200


async def _at_rate(clinic: Clinic, rate: float, seconds: float) -> tuple[Tally, int]:
    """Arrivals at ``rate`` a second, at random moments. Latency counts from when a request should have been sent."""
    kinds = requests_of(clinic)
    book = kinds.pop("booking")
    reads, random, numbers = list(kinds.values()), Random(1), count()
    idle = [Connection(clinic.target) for _ in range(CONNECTIONS)]
    tally, refused, waiting = Tally(), 0, asyncio.Semaphore(CONNECTIONS)
    began = time.perf_counter()

    async def one(request: bytes, due: float, booking: bool) -> None:
        nonlocal refused
        async with waiting:
            connection = idle.pop()
            status, _ = await connection.ask(request)
            idle.append(connection)
        tally.latencies.append(time.perf_counter() - due)
        tally.statuses[status] += 1
        refused += booking and status != 201

    tasks, due = [], began
    while due - began < seconds:
        due += random.expovariate(rate)
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        booking = next(numbers) % (READS_A_BOOKING + 1) == 0
        request = book() if booking else random.choice(reads)()
        tasks.append(asyncio.create_task(one(request, due, booking)))
    await asyncio.gather(*tasks)
    tally.seconds = time.perf_counter() - began
    for connection in idle:
        await connection.close()
    return tally, refused


def englands(clinic: Clinic, floor: Target, *, seconds: float, steps: int = 7) -> list[Result]:
    """The largest share of the peak that holds p99 below 250 ms and refuses nothing that was free, by halving.

    Beside it, as many as the bare one-row view answers, and a view that only greets, when they do nothing else: no
    system here can hold more.
    """
    peak = BOOKINGS_A_DAY * SHARE_OF_THE_PEAK_HOUR / 3600 * (READS_A_BOOKING + 1)
    low, high, best = 0.0, 2.0, None
    for _ in range(steps):
        share = (low + high) / 2
        tally, refused = asyncio.run(_at_rate(clinic, peak * share, seconds))
        errors = sum(number for status, number in tally.statuses.items() if status >= 500 or status == 0)
        if tally.quantile(0.99) < LIMIT and not refused and not errors:
            low, best = share, tally
        else:
            high = share
    row, hello = floor.get("/rows/0/"), floor.get("/hello/")
    most = steady(floor, lambda: row, clients=READERS, seconds=seconds).rate
    greetings = steady(floor, lambda: hello, clients=READERS, seconds=seconds).rate
    p99 = f"p99 {best.quantile(0.99) * 1000:.0f} ms" if best else "not even the smallest share tried"
    return [
        Result(
            "Englands at their peak hour",
            f"{low:.2f}",
            f"{peak:,.0f} requests/s each",
            low,
            5.0,
            note=f"{low * peak:,.0f} requests/s, a booking for every {READS_A_BOOKING} reads; {p99}; nothing refused "
            f"that was free. The bare one-row view answers {most:,.0f} requests/s at most: {most / peak:.2f} Englands. "
            f"A view that greets, and asks neither who it is nor the database, answers {greetings:,.0f}: "
            f"{greetings / peak:.2f}.",
        )
    ]
