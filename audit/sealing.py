"""A chain of hashes over the rows, made in batches beside the day's work: whoever changes one row breaks it.

A seal holds the SHA-256 of each row of its batch and of the seal before. It is made of rows that are settled only: no
transaction is left that could still write a row among them. `verify` finds a changed, missing or added row, and a
changed or missing seal. Whoever owns the tables could make the whole chain anew: so the newest number and digest are
kept somewhere else, too (`Anchor`).
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Max

from audit.models import AuditEvent, AuditSeal
from common import clock
from common.errors import Busy, Conflict

BATCH = 1000
ID_BYTES, DIGEST_BYTES = 8, 32
FIELDS = tuple(field.attname for field in AuditEvent._meta.concrete_fields)
PATIENCE_SECONDS = 30.0


class Unsettled(Busy):
    message = "Some transactions that write to the audit trail have been open for long. Nothing was sealed; try later."


class SealedMeanwhile(Conflict):
    message = "Somebody else seals the audit trail at the same time. What they have sealed stands."


# --- Sealing -----------------------------------------------------------------------------------------


def seal(*, batch: int = BATCH, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[AuditSeal]:
    """Seal every settled row that is not sealed yet; yield the seals. Raises Unsettled and SealedMeanwhile."""
    newest = settled(patience_seconds)
    while made := _seal_next(newest, batch):
        yield made


def settled(patience_seconds: float = PATIENCE_SECONDS) -> int:
    """The id up to which no row can appear any more; 0 if there are none. Raises Unsettled.

    PostgreSQL gives ids out of order: a transaction may hold a lower one than others have committed. It then also holds
    a lock on the table, from before the id was drawn until it ends. So: look at the newest id, see who holds such a
    lock, and wait until each of them is through. Nobody has to wait for us. SQLite has a single writer.
    """
    newest = AuditEvent.objects.aggregate(newest=Max("id"))["newest"] or 0
    deadline = time.monotonic() + patience_seconds
    writing = _writing()
    while writing:
        if time.monotonic() > deadline:
            raise Unsettled
        time.sleep(0.02)
        writing &= _writing()
    return int(newest)


def _writing() -> set[str]:
    """The transactions that may be writing rows now, by what names each of them once and for all."""
    if connection.vendor != "postgresql":
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' "
            "AND relation = %s::regclass AND pid <> pg_backend_pid() "
            "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [AuditEvent._meta.db_table],
        )
        return {name for (name,) in cursor.fetchall()}


def _seal_next(newest: int, batch: int) -> AuditSeal | None:
    last = AuditSeal.objects.defer("rows").order_by("-number").first()
    after = last.last_id if last else 0
    rows = list(AuditEvent.objects.filter(id__gt=after, id__lte=newest).order_by("id").values_list(*FIELDS)[:batch])
    if not rows:
        return None
    made = AuditSeal(
        number=last.number + 1 if last else 1,
        sealed_at=clock.now(),
        first_id=rows[0][0],
        last_id=rows[-1][0],
        count=len(rows),
        rows=b"".join(_leaf(row[0], row_digest(row)) for row in rows),
        previous=last.digest if last else "",
    )
    made.digest = seal_digest(made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise SealedMeanwhile from None
    return made


def row_digest(values: Sequence[Any]) -> bytes:
    """The SHA-256 of a row: its values in the order of the model's fields, as JSON with sorted keys."""
    told = [value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value for value in values]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode(errors="surrogatepass")).digest()


def seal_digest(made: AuditSeal) -> str:
    head = [made.number, made.sealed_at.astimezone(UTC).isoformat(), made.first_id, made.last_id, made.count]
    text = json.dumps([*head, made.previous], separators=(",", ":"))
    return hashlib.sha256(text.encode() + bytes(made.rows)).hexdigest()


def _leaf(pk: int, digest: bytes) -> bytes:
    return pk.to_bytes(ID_BYTES, "big") + digest


def _leaves(made: AuditSeal) -> dict[int, bytes]:
    size, data = ID_BYTES + DIGEST_BYTES, bytes(made.rows)
    pieces = (data[at : at + size] for at in range(0, len(data), size))
    return {int.from_bytes(piece[:ID_BYTES], "big"): piece[ID_BYTES:] for piece in pieces}


# --- Verifying ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Anchor:
    """A seal as it was told when it was made, kept where nobody who owns the tables can change it."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A seal that was looked at: how many rows it has, and what is wrong with it or with them."""

    rows: int
    problems: list[str]


def verify(*, after: int = 0, anchor: Anchor | None = None) -> Iterator[Checked]:
    """Look at every seal after number ``after``, and its rows, in order; in the memory of one batch.

    ``after`` is for rows that were archived and pruned: the chain is taken up at that seal.
    """
    before = AuditSeal.objects.defer("rows").filter(number=after).first() if after else None
    if after and before is None:
        yield Checked(0, [f"Seal {after} is missing."])
    number, digest, last_id = after, before.digest if before else None, before.last_id if before else 0
    for made in AuditSeal.objects.filter(number__gt=after).order_by("number").iterator(chunk_size=20):
        problems = []
        if made.number != number + 1:
            problems.append(_missing_seals(number + 1, made.number - 1))
            digest, last_id = None, made.first_id - 1
        if made.number == 1 and made.previous:
            problems.append("Seal 1 is not the first one that was made.")
        if digest is not None and made.previous != digest:
            problems.append(f"Seal {made.number} does not follow seal {number} as it is now.")
        if made.digest != seal_digest(made):
            problems.append(f"Seal {made.number} was changed.")
        problems += _compare(made, last_id)
        if anchor and made.number == anchor.number and made.digest != anchor.digest:
            problems.append(f"Seal {made.number} is not the one that was kept elsewhere.")
        number, digest, last_id = made.number, made.digest, made.last_id
        yield Checked(made.count, problems)
    if anchor and anchor.number > number:
        yield Checked(0, [_missing_seals(number + 1, anchor.number)])


def _missing_seals(first: int, last: int) -> str:
    return f"Seal {first} is missing." if first == last else f"Seals {first} to {last} are missing."


def _compare(made: AuditSeal, after: int) -> Iterator[str]:
    sealed, there = _leaves(made), _digests(after, made.last_id)
    for pk in sorted(sealed.keys() | there.keys()):
        if pk not in there:
            yield f"Row {pk} is missing."
        elif pk not in sealed:
            yield f"Row {pk} was added after seal {made.number} was made."
        elif sealed[pk] != there[pk]:
            yield f"Row {pk} was changed."


def _digests(after: int, last: int) -> dict[int, bytes]:
    rows = AuditEvent.objects.filter(id__gt=after, id__lte=last).order_by("id").values_list(*FIELDS)
    try:
        return {row[0]: row_digest(row) for row in rows}
    except (ValueError, TypeError, AttributeError):  # a value cannot even be read: see which row's
        ids = AuditEvent.objects.filter(id__gt=after, id__lte=last).values_list("id", flat=True)
        return {pk: _digest_of(pk) for pk in ids}


def _digest_of(pk: int) -> bytes:
    try:
        return row_digest(AuditEvent.objects.values_list(*FIELDS).get(pk=pk))
    except (ValueError, TypeError, AttributeError):
        return b""


def unsealed() -> int:
    """How many rows there are after the last seal."""
    last = AuditSeal.objects.order_by("-number").values_list("last_id", flat=True).first() or 0
    return AuditEvent.objects.filter(id__gt=last).count()
