"""What the system is without one of its guards: the checker has to notice, or it proves nothing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Control:
    """What is taken away. ``query`` is added to the database's address; ``engines`` are those that it is about."""

    name: str
    meaning: str
    application: str = "core.wsgi"
    guards: bool = True
    query: str = ""
    engines: tuple[str, ...] = ("sqlite", "postgres")


NONE = Control("", "as it is deployed")
CONTROLS = {
    control.name: control
    for control in (
        Control("lock", "rows are read without being locked", "tests.concurrency.unguarded"),
        Control("constraint", "the database refuses nothing", guards=False),
        Control("both", "neither locks nor constraints", "tests.concurrency.unguarded", guards=False),
        Control("key", "a key is stored by itself, not with what it is for", "tests.concurrency.keyless"),
        Control("trail", "rows of the audit trail are written after what they tell of", "tests.concurrency.untold"),
        Control("deferred", "SQLite's own way to begin", query="?transaction_mode=DEFERRED", engines=("sqlite",)),
    )
}
