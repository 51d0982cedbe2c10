"""Every call that was made: what was asked, when, and what was heard."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

OK, REFUSED, UNKNOWN = "ok", "refused", "unknown"


@dataclass(frozen=True)
class Window:
    """From when until when something was under way, by the machine's monotonic clock, in seconds."""

    invoked: float
    completed: float = math.inf


@dataclass
class Call:
    """One request and its answer.

    ``mark`` is a text of its own that the request carries into the database (as a reason, or by its key); calls that
    repeat one request share it. ``request`` is the call's own: its `X-Request-ID`. ``about`` says what was asked, with
    real ids and minutes since the epoch. ``outcome`` is unknown if the answer was not heard, or says neither yes nor
    no.
    """

    id: str
    kind: str
    mark: str
    about: dict[str, Any]
    invoked: float
    completed: float = math.inf
    key: str = ""
    request: str = ""
    outcome: str = UNKNOWN
    status: int = 0
    text: str = ""
    retry_after: str = ""
    answer: Any = field(default=None, repr=False)

    @property
    def window(self) -> Window:
        return Window(self.invoked, self.completed)


def write(path: Path, calls: Iterable[Call]) -> None:
    with path.open("w") as file:
        for call in calls:
            file.write(json.dumps({**asdict(call), "answer": None}) + "\n")


def read(path: Path) -> list[Call]:
    calls = [Call(**json.loads(line)) for line in path.read_text().splitlines()]
    for call in calls:
        call.answer = parsed(call.text)
    return calls


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
