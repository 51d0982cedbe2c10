"""Weekly hours, written out for searches: every doctor's week as one text, kept by the database itself.

A search among hundreds of doctors would read thousands of windows; it reads one text a doctor instead, of which most
are alike. Triggers write it anew whenever the windows change, whichever way: nobody else writes it, and it cannot say
anything that the windows do not. After the lock of the doctor's row PostgreSQL looks anew, so that of two who change a
week at once the second one sees what the first one did.
"""

from django.db import DEFAULT_DB_ALIAS, connections

from common.triggers import Trigger, Triggers

HOURS, WEEKS = "doctors_weeklyhours", "doctors_writtenweek"
# A window is "0 1 09:00:00 12:30:00 2026-03-01 ": weekday, location, from, to, and its first and last day if it has.
WINDOW = "weekday || ' ' || location_id || ' ' || start || ' ' || \"end\" || ' ' || {first} || ' ' || {last}"
WRITE = (
    "INSERT INTO {weeks} (doctor_id, windows) SELECT doctor_id, {together}({window}, ';') FROM {hours} {which} "
    "GROUP BY doctor_id"
)


def _write(vendor: str, which: str) -> str:
    """The statement that writes out the weeks of the doctors ``which`` tells, a WHERE of their hours."""
    day, together = "coalesce({0}, '')", "group_concat"
    if vendor == "postgresql":
        day, together = "coalesce(to_char({0}, 'YYYY-MM-DD'), '')", "string_agg"
    window = WINDOW.format(first=day.format("valid_from"), last=day.format("valid_until"))
    return WRITE.format(weeks=WEEKS, hours=HOURS, together=together, window=window, which=which)


def _forget(which: str) -> str:
    return f"DELETE FROM {WEEKS} {which}"  # noqa: S608 - no value of anybody's


def _again(row: str) -> str:
    """SQLite: what a trigger does for the doctor of ``row``, which is OLD or NEW."""
    which = f"WHERE doctor_id = {row}.doctor_id"
    return f"{_forget(which)}; {_write('sqlite', which)};"


def _function(name: str, *statements: str) -> str:
    """PostgreSQL: a trigger's function, as it is made."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$BEGIN {'; '.join(statements)}; RETURN NULL; END$$"
    )


OF_CHANGED = "WHERE doctor_id IN (SELECT doctor_id FROM changed)"
LOCK = "PERFORM FROM doctors_doctor WHERE id IN (SELECT doctor_id FROM changed) ORDER BY id FOR NO KEY UPDATE"
TRIGGERS = Triggers(
    sqlite=[
        Trigger(
            HOURS,
            name,
            f"CREATE TRIGGER {name} AFTER {event} ON {HOURS} BEGIN {''.join(map(_again, rows))} END",
            writes=WEEKS,
        )
        for event, rows in {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}.items()
        for name in [f"week_written_after_{event}"]
    ],
    postgresql=[
        *(
            Trigger(
                HOURS,
                name,
                f"CREATE TRIGGER {name} AFTER {event} ON {HOURS} REFERENCING {rows} TABLE AS changed "
                "FOR EACH STATEMENT EXECUTE FUNCTION doctors_write_weeks()",
                writes=WEEKS,
            )
            for event, rows in (("insert", "NEW"), ("update", "OLD"), ("update", "NEW"), ("delete", "OLD"))
            for name in [f"week_written_after_{event}_{rows.lower()}"]
        ),
        Trigger(
            HOURS,
            "week_written_after_truncate",
            f"CREATE TRIGGER week_written_after_truncate AFTER TRUNCATE ON {HOURS} "
            "FOR EACH STATEMENT EXECUTE FUNCTION doctors_write_no_weeks()",
            writes=WEEKS,
        ),
    ],
    functions={
        "doctors_write_weeks": _function(
            "doctors_write_weeks", LOCK, _forget(OF_CHANGED), _write("postgresql", OF_CHANGED)
        ),
        "doctors_write_no_weeks": _function("doctors_write_no_weeks", _forget("")),
    },
)


def restore(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Put back every missing trigger and write out what they have missed; return their names."""
    restored = TRIGGERS.restore(using)
    if restored:
        connection = connections[using]
        with connection.cursor() as cursor:
            cursor.execute(_forget(""))
            cursor.execute(_write(connection.vendor, ""))
    return restored
