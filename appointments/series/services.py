"""What can be done with a series: look at its dates, make it, change its visits to come, cancel them.

Every visit is judged by `policy` and stored under the locks that booking takes, in its order (doctors, patient, rooms),
all in one transaction: a series is made or changed as a whole, or not at all, unless the dates that cannot be are to be
skipped. Later changes go visit by visit through `appointments.services`, and leave the same lines in the history.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Unpack
from zoneinfo import ZoneInfo

from django.db.models import F, Q, QuerySet, TextChoices

from accounts.models import User
from appointments import services
from appointments.errors import ChangedMeanwhile
from appointments.lifecycle import MOVABLE
from appointments.models import Appointment, AppointmentChange, Series
from appointments.series.drafts import Draft, Wanted, drafted_series
from appointments.series.errors import (
    DatesRefused,
    NonExistentTime,
    NothingToChange,
    NotInSeries,
    WhichVisit,
)
from appointments.series.planning import Verdict, facts_for, plan, suggest
from appointments.settling import STATED, VERDICTS, drafted, line
from clinics.models import Room
from common import clock, metrics, trail
from common.errors import Outdated, Refused
from common.integrity import judged
from common.models import alike
from common.transactions import atomic
from doctors.models import Doctor
from scheduling.hours import NonExistentLocalTime
from scheduling.recurrence import first_instant, tidy


class OnConflict(TextChoices):
    """What becomes of the whole where single dates cannot be."""

    ABORT = "abort"
    SKIP = "skip"


class Scope(TextChoices):
    """Which visits of a series are meant."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Made:
    """A series, and the dates that it was made, or changed, without."""

    series: Series
    skipped: list[Verdict]


def preview(**wanted: Unpack[Wanted]) -> list[Verdict]:
    """What `create` would say of each date, with the nearest free slot where it is refused. Nothing is written.

    The number of queries does not depend on the number of dates. Raises RuleRefused, InThePast and BadDuration.
    """
    draft = drafted_series(**wanted)
    facts = facts_for(draft.terms, draft.occurrences)
    verdicts = plan(facts, draft.occurrences)
    suggest(facts, verdicts, draft.location.zone)
    return verdicts


@atomic
def create(
    *, notes: str = "", on_conflict: str = OnConflict.ABORT, actor: User | None = None, **wanted: Unpack[Wanted]
) -> Made:
    """Book a visit on every date of the rule, or, with ``skip``, on those that can be.

    Raises DatesRefused with a sentence for each date that cannot be; then nothing was written. Raises RuleRefused,
    InThePast, BadDuration and Busy.
    """
    [wanted["doctor"]], wanted["patient"] = services.locked([wanted["doctor"]], wanted["patient"])
    draft = drafted_series(**wanted)
    list(draft.terms.rooms.locked().values_list("pk"))
    verdicts = plan(facts_for(draft.terms, draft.occurrences), draft.occurrences)
    refused = [verdict for verdict in verdicts if verdict.problem]
    if refused and (on_conflict == OnConflict.ABORT or len(refused) == len(verdicts)):
        raise DatesRefused(verdict.sentence for verdict in refused)
    series = _stored(draft, tidy(wanted["rule"]), notes, actor)
    _book(series, verdicts, draft.terms.now, actor)
    return Made(series, refused)


@atomic
def amend(
    series: Series,
    *,
    scope: str,
    appointment: Appointment | None = None,
    time: time | None = None,
    doctor: Doctor | None = None,
    duration_minutes: int | None = None,
    notes: str | None = None,
    on_conflict: str = OnConflict.ABORT,
    reason: str = "",
    among: QuerySet[Appointment] | None = None,
    seen_version: int | None = None,
    actor: User | None = None,
) -> Made:
    """Change the visits in ``scope`` that are still to come and can move: their time of day, doctor, length or notes.

    ``appointment`` is this visit, or the one that the following begin with. Each visit stays on the day on which it
    is, by the clock of the series' location; past and cancelled ones stay as they are. With ``skip`` those that cannot
    be changed stay as well; visits that are not ``among`` those given stay in any case. Raises NothingToChange,
    WhichVisit, NotInSeries, DatesRefused, ChangedMeanwhile or Busy.
    """
    visits = _locked_visits(series, scope, appointment, seen_version, doctor, among=among)
    if not visits:
        raise NothingToChange
    zone = series.location.zone
    refused: list[Verdict] = []
    changes = {"doctor": doctor, "duration_minutes": duration_minutes, "notes": notes}
    for visit in _in_order(visits, time, zone):
        verdict = _amended(visit, time, zone, **changes, reason=reason, actor=actor)
        if verdict.problem:
            refused.append(verdict)
    refused.sort(key=lambda verdict: verdict.wall)
    if refused and (on_conflict == OnConflict.ABORT or len(refused) == len(visits)):
        raise DatesRefused(verdict.sentence for verdict in refused)
    if scope == Scope.THIS:
        return Made(_changed(series), refused)
    return Made(_changed(series, time=time, **changes), refused)


@atomic
def cancel(
    series: Series,
    *,
    scope: str,
    appointment: Appointment | None = None,
    reason: str = "",
    among: QuerySet[Appointment] | None = None,
    seen_version: int | None = None,
    actor: User | None = None,
) -> Made:
    """Cancel the visits in ``scope`` that are still to come, of ``among`` if given. Cancelling twice changes nothing.

    Raises WhichVisit, NotInSeries, ChangedMeanwhile or Busy.
    """
    visits = _locked_visits(series, scope, appointment, seen_version, among=among)
    for visit in visits:
        services.cancel(visit, reason=reason, actor=actor)
    return Made(_changed(series) if visits else series, [])


def _amended(visit: Appointment, time: time | None, zone: ZoneInfo, **changes: Any) -> Verdict:
    """What came of changing one visit: to ``time`` by the clock of ``zone``, on the day on which it is."""
    wall = visit.start.astimezone(zone).replace(tzinfo=None, fold=0)
    wall = datetime.combine(wall.date(), time) if time else wall
    verdict = Verdict(visit.series_date or wall.date(), wall, None if time else visit.start)
    try:
        if time:
            verdict.start = first_instant(wall, zone)
        services.amend(visit, start=verdict.start, **changes)
    except NonExistentLocalTime as error:
        verdict.problem = NonExistentTime(str(error))
    except Refused as problem:
        verdict.problem = problem
    return verdict


def _stored(draft: Draft, rule: str, notes: str, actor: User | None) -> Series:
    terms, first = draft.terms, draft.occurrences[0]
    series = Series.objects.create(
        patient=terms.patient,
        doctor=terms.doctor,
        location=draft.location,
        appointment_type=terms.appointment_type,
        room=terms.room,
        first_date=first.day,
        time=first.wall.time(),
        duration_minutes=terms.minutes,
        rule=rule,
        notes=notes,
        created_by=actor,
    )
    trail.created(series)
    return series


def _book(series: Series, verdicts: Sequence[Verdict], now: datetime, actor: User | None) -> None:
    visits = []
    for verdict in verdicts:
        if verdict.visit:
            visit = drafted(verdict.visit, notes=series.notes, actor=actor)
            visit.series, visit.series_date = series, verdict.day
            visits.append(visit)
    with judged(VERDICTS):
        Appointment.objects.bulk_create(visits)
    for visit in visits:
        trail.created(visit, *STATED)
    booked = AppointmentChange.Action.BOOKED
    AppointmentChange.objects.bulk_create(
        line(visit, action=booked, before=None, at=now, actor=actor) for visit in visits
    )
    metrics.count_change(booked, "scheduled", len(visits))


def _locked_visits(
    series: Series,
    scope: str,
    appointment: Appointment | None,
    seen_version: int | None,
    doctor: Doctor | None = None,
    *,
    among: QuerySet[Appointment] | None = None,
) -> list[Appointment]:
    """The visits in ``scope`` that are to come and can move, earliest first, and all that they touch, locked."""
    if scope != Scope.ALL and appointment is None:
        raise WhichVisit
    if appointment and appointment.series_id != series.pk:
        raise NotInSeries
    doctors = list(Doctor.objects.filter(pk__in=series.appointments.values("doctor")))
    locked, _ = services.locked([*doctors, *([doctor] if doctor else [])], series.patient)
    if seen_version not in (None, Series.objects.get(pk=series.pk).version):
        raise Outdated
    found = series.appointments.filter(status__in=MOVABLE, start__gt=clock.now())
    if among is not None:
        found = found.filter(pk__in=among)
    if scope == Scope.THIS and appointment:
        found = found.filter(pk=appointment.pk)
    elif scope == Scope.FOLLOWING and appointment:
        found = found.filter(series_date__gte=appointment.series_date)
    visits = list(found.select_related("doctor", "patient").order_by("start", "id"))
    if not {visit.doctor_id for visit in visits} <= {row.pk for row in locked}:
        raise ChangedMeanwhile
    # All at once and in their order: visit by visit they would be locked in the order of the dates.
    rooms = Q(pk__in=[visit.room_id for visit in visits])
    if series.appointment_type and series.appointment_type.room_kind:
        rooms |= alike("kind", series.appointment_type.room_kind)
    list(Room.objects.filter(rooms).locked().values_list("pk"))
    return visits


def _in_order(visits: list[Appointment], time: time | None, zone: ZoneInfo) -> list[Appointment]:
    """The order in which long visits do not run into each other while they move: the last first if it is to later."""
    later = time is not None and time > visits[0].start.astimezone(zone).time()
    return visits[::-1] if later else visits


def _changed(series: Series, **agreed: object) -> Series:
    """The series after a change; what was ``agreed`` for more than one visit, if not None, becomes its terms."""
    terms = {name: value for name, value in agreed.items() if value is not None}
    before = trail.state(series, terms)
    Series.objects.filter(pk=series.pk).update(**terms, version=F("version") + 1, updated_at=clock.now())
    changed = Series.objects.with_names().get(pk=series.pk)
    trail.changed(changed, before)
    return changed
