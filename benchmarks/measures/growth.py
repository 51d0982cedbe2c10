"""What the same request costs in a large clinic and in a small one, one request at a time, in turns."""

from collections.abc import Callable, Iterator
from itertools import count, repeat
from statistics import median

from benchmarks.arena import Clinic, Result, asked
from benchmarks.client import times
from benchmarks.measures.throughput import doctors, first_available_requests, slots_requests

Requests = Callable[[], bytes]


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"


def requests_of(clinic: Clinic) -> dict[str, Requests]:
    """Each kind of request, about somebody else every time."""
    doctor, numbers = doctors(clinic), count(1)
    get = clinic.target.get
    return {
        "booking": clinic.bookings(),
        "slots of one doctor, 31 days": slots_requests(clinic),
        "first available": first_available_requests(clinic),
        "list of visits, page 1": lambda: get("/api/appointments/"),
        "list of patients, page 1": lambda: get("/api/patients/"),
        "filtered list": lambda: get(f"/api/appointments/?doctor={doctor()}&status=scheduled"),
        "search for a patient": lambda: get(f"/api/patients/?search=p{next(numbers) % 1000}%40example"),
    }


def compare(large: Clinic, small: Clinic, *, label: str, goal: float, each: int, turns: int) -> Iterator[Result]:
    """The p50 in ``large`` over the p50 in ``small``."""
    ours, theirs = requests_of(large), requests_of(small)
    for name, request in ours.items():
        other = theirs[name]
        ratios, mine, base = [], [], []
        for turn in range(turns + 1):
            a = median(times(large.target, iter(request, None), each))
            b = median(times(small.target, iter(other, None), each))
            if turn:  # the first only warms
                ratios.append(a / b)
                mine.append(a)
                base.append(b)
        yield Result(
            f"{label}: {name}",
            milliseconds(median(mine)),
            milliseconds(median(base)),
            median(ratios),
            goal,
            higher=False,
        )


def every_list(clinic: Clinic, *, each: int) -> Iterator[Result]:
    """The slowest of all orders and of all values of filters that the schema names, over page 1 of that list."""
    get, schema = clinic.target.get, asked(clinic, "/api/schema/", format="json")
    for name, path in (("visits", "/api/appointments/"), ("patients", "/api/patients/")):
        queries = [""]
        for parameter in schema["paths"][path]["get"]["parameters"]:
            described = parameter["schema"]
            values = described.get("enum") or described.get("items", {}).get("enum", ())
            queries += [f"?{parameter['name']}={value}" for value in values]
        p50 = {
            query: median(times(clinic.target, repeat(get(path + query), each + 1), each + 1)[1:]) for query in queries
        }
        slowest = max(p50, key=p50.__getitem__)
        yield Result(
            f"Slowest of {len(p50) - 1} orders and filters of {name}, over page 1",
            milliseconds(p50[slowest]),
            milliseconds(p50[""]),
            p50[slowest] / p50[""],
            higher=False,
            note=f"`{slowest}`",
        )


def deep_pages(clinic: Clinic, *, page: int, each: int, turns: int) -> Iterator[Result]:
    """A page far down, as the links lead to it, over page 1."""
    get = clinic.target.get
    link = asked(clinic, "/api/appointments/", page=page)["next"]
    deep = get(link.removeprefix(clinic.address))
    first = get("/api/appointments/")
    pairs = [
        (
            median(times(clinic.target, iter(lambda: deep, None), each)),
            median(times(clinic.target, iter(lambda: first, None), each)),
        )
        for _ in range(turns + 1)
    ][1:]
    mine, base = median(a for a, _ in pairs), median(b for _, b in pairs)
    yield Result(
        f"Page {page + 1:,} by its link, over page 1",
        milliseconds(mine),
        milliseconds(base),
        median(a / b for a, b in pairs),
        2.0,
        higher=False,
    )
