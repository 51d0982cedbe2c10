"""Files as tests import and export them: what goes in, and what the commands say."""

from collections.abc import Callable
from typing import Any

from appointments.exporting import EXPORTS
from appointments.models import Appointment, AppointmentChange
from doctors.models import Doctor, WeeklyHours
from patients.models import Patient

Import = Callable[..., str]


def contents() -> dict[str, list[Any]]:
    """Every row of every table that an import could touch."""
    models = [Doctor, WeeklyHours, Patient, Appointment, AppointmentChange]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def exported(kind: str) -> str:
    return "".join(EXPORTS[kind].lines(EXPORTS[kind].everything()))


def counts(kind: str, created: int = 0, updated: int = 0, unchanged: int = 0, refused: int = 0) -> str:
    return f"{kind}: {created} created, {updated} updated, {unchanged} unchanged, {refused} refused.\n"


def failed(rows: int) -> str:
    were = "1 row was" if rows == 1 else f"{rows} rows were"
    return f"! {were} refused. Correct the file and run it again: what is there already stays.\n"
