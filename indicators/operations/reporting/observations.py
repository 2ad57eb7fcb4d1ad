"""Change observations, one at a time. Observations are the truth; values follow from them."""

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from django.db import connection, transaction

from indicators.calculations import Parts
from indicators.choices import Source
from indicators.models import EarlierEntry, Indicator, Observation, StaleValue
from indicators.operations import refusals
from indicators.operations.doubts.doubting import Doubts, doubt_figure
from indicators.operations.people_keys import check_people_keys
from indicators.operations.reporting.validation import refuse_impossible
from indicators.operations.rollup.announcing import announce_values
from indicators.operations.rollup.values import drain_figure, drain_figures
from indicators.operations.turns import take_turn_beside
from indicators.queries.entering.doubts import Cell
from indicators.queries.entering.locks import lock_over
from indicators.queries.figures.judged import parts_of
from organisation.choices import Do
from organisation.models import Period, Person, Unit
from organisation.operations import periods_spanning
from organisation.queries import may

Outcome = Literal["new", "changed", "unchanged"]
#: What a figure says.
SAID = ("numerator", "denominator", "days", "cases", "members", "is_applicable", "note")
#: What a correction keeps of the entry before it.
KEPT = (*SAID, "source", "entered_by_id", "entered_at", "revision")


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a figure: new, changed or unchanged, and the number of times it has been written."""

    outcome: Outcome
    revision: int
    #: Codes of the validation rules that doubt it.
    suspicions: tuple[str, ...] = ()
    #: Figures (indicator id, unit id, period id) of the same unit whose doubts went, and whose values have to follow.
    beside: tuple[Cell, ...] = ()


def enter_figure(
    *,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    parts: Parts,
    source: str,
    by: Person,
    now: dt.datetime,
    today: dt.date,
    note: str = "",
    expected_revision: int | None = None,
) -> Recorded:
    """Record a figure for a person who may enter figures at the unit, then compute its values up to the root.

    Two transactions, so that the figure is kept whatever becomes of the second; what that one leaves, the next drain
    takes. Raises `MayNotEnter` and what `record_observation` raises.
    """
    if not may(by, Do.ENTER_FIGURES, unit, on=today):
        raise refusals.MayNotEnter
    recorded = record_observation(
        indicator=indicator,
        unit=unit,
        period=period,
        parts=parts,
        source=source,
        by=by,
        now=now,
        today=today,
        note=note,
        expected_revision=expected_revision,
    )
    drain_figure(indicator=indicator, unit=unit, period=period, now=now)
    drain_figures(recorded.beside, now=now)
    return recorded


@transaction.atomic
def record_observation(
    *,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    parts: Parts,
    source: str,
    by: Person | None,
    now: dt.datetime,
    today: dt.date,
    note: str = "",
    expected_revision: int | None = None,
) -> Recorded:
    """Write a figure, keep the one that it corrects, and put it into the roll-up queue, all or nothing.

    Asks nobody for permission: jobs and imports call it; `enter_figure` is the people's way. The same figure and note
    again is no new revision. `expected_revision` (0: none yet) refuses to write over what the caller has not seen.
    What is refused raises `ObservationRefused`; of it `PeriodLocked`, where the period is locked and the figure another.
    """
    refuse_impossible(indicator=indicator, unit=unit, period=period, parts=parts, source=source, today=today)
    if parts.members is not None and source != Source.MEASURED:
        check_people_keys(now=now)
    make_longer_periods(indicator, period.starts_on, period.ends_on)
    take_turn_beside(indicator.pk)
    lock = lock_over(indicator, unit, period)
    fresh = Observation(
        indicator=indicator,
        unit=unit,
        period=period,
        note=note,
        source=source,
        entered_by=by,
        entered_at=now,
        **columns(parts),
    )
    if lock is None and expected_revision in {None, 0} and _inserted(fresh):
        _follow(indicator, unit, period, now)
        return _recorded("new", fresh, doubt_figure(indicator=indicator, unit=unit, period=period, now=now))
    before = _locked(indicator, unit, period)
    # What stands in a locked period may be said again, but nothing else.
    if lock is not None and (before is None or not _same(before, fresh)):
        raise refusals.PeriodLocked(lock)
    if before is None or (expected_revision is not None and expected_revision != before.revision):
        raise refusals.ChangedMeanwhile
    if _same(before, fresh):
        return Recorded("unchanged", before.revision, tuple(before.suspicions))
    return _corrected(before, fresh, now)


def _corrected(before: Observation, fresh: Observation, now: dt.datetime) -> Recorded:
    """Write a figure over another, and keep what that one said."""
    indicator, unit, period = fresh.indicator, fresh.unit, fresh.period
    _keep(before, fresh.entered_by, now)
    fresh.pk, fresh.revision, fresh.suspicions = before.pk, before.revision + 1, before.suspicions
    fresh.save(force_update=True)
    _follow(indicator, unit, period, now)
    # Another note alone is no other figure: what was confirmed stays so, and what was doubted too.
    if parts_of(before) == parts_of(fresh):
        return Recorded("changed", fresh.revision, tuple(before.suspicions))
    return _recorded("changed", fresh, doubt_figure(indicator=indicator, unit=unit, period=period, now=now))


def _recorded(outcome: Outcome, row: Observation, doubts: Doubts) -> Recorded:
    codes = doubts.codes.get((row.indicator_id, row.unit_id, row.period_id), ())
    return Recorded(outcome, row.revision, codes, tuple(doubts.beside))


def withdraw_observation(
    *,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    now: dt.datetime,
    by: Person | None = None,
    expected_revision: int | None = None,
) -> bool:
    """Take a figure back, keep what it said, and let its values follow; False if there was none.

    Asks nobody for permission; `withdraw_figure` is the people's way. `expected_revision` refuses to take back what
    the caller has not seen.
    """
    return _withdrawn(indicator, unit, period, now=now, by=by, seen=expected_revision) is not None


@transaction.atomic
def _withdrawn(
    indicator: Indicator, unit: Unit, period: Period, *, now: dt.datetime, by: Person | None, seen: int | None
) -> list[Cell] | None:
    """Return the figures beside whose doubts went with the one taken back; None: there was none."""
    take_turn_beside(indicator.pk)
    before = _locked(indicator, unit, period)
    if seen is not None and seen != (before.revision if before else 0):
        raise refusals.ChangedMeanwhile
    if before is None:
        return None
    lock = lock_over(indicator, unit, period)
    if lock is not None:
        raise refusals.PeriodLocked(lock)
    _keep(before, by, now)
    before.delete()
    _follow(indicator, unit, period, now)
    return doubt_figure(indicator=indicator, unit=unit, period=period, now=now).beside


def withdraw_figure(
    *,
    indicator: Indicator,
    unit: Unit,
    period: Period,
    by: Person,
    now: dt.datetime,
    today: dt.date,
    expected_revision: int | None = None,
) -> bool:
    """Take a figure back for a person who may enter figures at the unit, then compute what is left of its values."""
    if not may(by, Do.ENTER_FIGURES, unit, on=today):
        raise refusals.MayNotEnter
    moved = _withdrawn(indicator, unit, period, now=now, by=by, seen=expected_revision)
    drain_figure(indicator=indicator, unit=unit, period=period, now=now)
    drain_figures(moved or (), now=now)
    return moved is not None


def make_longer_periods(indicator: Indicator, first: dt.date, last: dt.date) -> None:
    """Make the longer periods around some days, where the calendar doesn't hold them yet."""
    for frequency in indicator.also_at:
        periods_spanning(frequency, first, last)


def columns(parts: Parts) -> dict[str, object]:
    """Return parts as a row stores them."""
    return {
        "numerator": parts.numerator,
        "denominator": parts.denominator,
        "days": None if parts.days is None else list(parts.days),
        "cases": None if parts.cases is None else list(parts.cases),
        "members": None if parts.members is None else list(parts.members),
        "is_applicable": parts.is_applicable,
    }


def _inserted(fresh: Observation) -> bool:
    """Insert a first figure; False where there is one already. Of two at the same moment, the second waits here."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO indicators_observation (indicator_id, unit_id, period_id, numerator, denominator, days, cases,
                members, is_applicable, note, source, entered_by_id, entered_at, revision)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (indicator_id, period_id, unit_id) DO NOTHING
            """,
            [fresh.indicator_id, fresh.unit_id, fresh.period_id, *(getattr(fresh, name) for name in KEPT)],
        )
        return bool(cursor.rowcount)


def _locked(indicator: Indicator, unit: Unit, period: Period) -> Observation | None:
    return Observation.objects.select_for_update().filter(indicator=indicator, unit=unit, period=period).first()


def _same(one: Observation, other: Observation) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in SAID)


def _keep(before: Observation, by: Person | None, now: dt.datetime) -> None:
    EarlierEntry.objects.create(
        indicator_id=before.indicator_id,
        unit_id=before.unit_id,
        period_id=before.period_id,
        replaced_at=now,
        replaced_by=by,
        **{name: getattr(before, name) for name in KEPT},
    )


def _follow(indicator: Indicator, unit: Unit, period: Period, now: dt.datetime) -> None:
    """Queue the roll-up and tell the open pages, in the transaction of the figure itself."""
    StaleValue.objects.create(indicator=indicator, unit=unit, period=period, queued_at=now)
    announce_values(indicator.code, [(unit.pk, unit.code, period.code)], now=now)
