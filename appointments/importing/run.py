"""Bringing a file in: row by row, or all of it or nothing, or only to see what would become of it."""

from collections import Counter
from collections.abc import Callable

from django.db import OperationalError, transaction

from appointments.importing.appointments import Appointments
from appointments.importing.doctors import Doctors
from appointments.importing.hours import Hours
from appointments.importing.importer import Importer
from appointments.importing.outcomes import Outcome, Result
from appointments.importing.patients import Patients
from common.csv import Table
from common.errors import Busy
from common.transactions import is_lost_race
from doctors.places import lock_everybody

# In the order in which a new clinic brings them in.
IMPORTERS: dict[str, type[Importer]] = {kind.name: kind for kind in (Doctors, Hours, Patients, Appointments)}


def bring_in(
    importer: Importer,
    table: Table,
    *,
    report: Callable[[Result], None],
    dry_run: bool = False,
    all_or_nothing: bool = False,
) -> Counter[Outcome]:
    """Store the rows, and `report` what becomes of each. How many had which outcome is returned.

    A row is a transaction of its own: bad ones are left out. With ``all_or_nothing`` a bad one leaves out all; a
    ``dry_run`` stores every row, so that they are judged beside each other, and then takes all of it back. Both let
    nobody else book until they are through. Raises Busy where the database is; rows that were stored stay.
    """
    try:
        if not (dry_run or all_or_nothing):
            return _store(importer, table, report)
        with transaction.atomic():
            lock_everybody(None)  # in the order that everybody locks in: a file has an order of its own
            outcomes = _store(importer, table, report)
            if dry_run or outcomes[Outcome.REFUSED]:
                transaction.set_rollback(True)
            return outcomes
    except OperationalError as error:
        if is_lost_race(error):
            raise Busy from error
        raise


def _store(importer: Importer, table: Table, report: Callable[[Result], None]) -> Counter[Outcome]:
    outcomes: Counter[Outcome] = Counter()
    for result in importer.store(table):
        outcomes[result.outcome] += 1
        report(result)
    return outcomes
