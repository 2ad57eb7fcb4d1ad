"""Follow what changed: take the cases that news touches out of the sums as they were before, and put them in as they are.

Every sum is over cases, so what the others add need not be known. What is computed of cases whose events did not change
comes out the same before and now, and goes.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import polars as pl

from trajectories.calculations.figures.cells import KEY, SCHEMA, WITH_ZEROS, cells, opened, zeros
from trajectories.calculations.figures.horizon import horizon
from trajectories.calculations.figures.parcels import DAYS
from trajectories.calculations.figures.placing import Place, begun
from trajectories.calculations.figures.spells import firsts, gained, placed, spells
from trajectories.calculations.figures.sums import COUNTS, FIGURES, STAYS, Sums, difference, ends, negative, summed
from trajectories.models import Refresh
from trajectories.operations.refreshing import remembering
from trajectories.operations.refreshing.people import follow_people
from trajectories.operations.refreshing.sound import Sound
from trajectories.operations.refreshing.work import MustBeWhole, Work
from trajectories.operations.refreshing.writing import write_cells
from trajectories.queries import known, measured


@dataclass(frozen=True)
class Span:
    """The last day told of at the refresh before and now, and the first and last day of any cell, before or now."""

    before: dt.date | None
    now: dt.date | None
    first: dt.date | None

    @property
    def last(self) -> dt.date | None:
        """The later of the two last days."""
        return max((day for day in (self.before, self.now) if day is not None), default=None)


def follow(work: Work, row: Refresh) -> None:
    """Bring every measure to what the events say now; raises `MustBeWhole`."""
    trajectory, taken = work.trajectory, work.taken
    cases, row.events_touched = known.touched_cases(taken, work.as_of)
    read = cases
    if cases and any(one.is_across_cases for one in work.measures):
        read = known.with_their_people(taken, cases)
    row.cases = len(read)
    events = known.read_cases(taken, read, work.columns)
    before_as_of = None if trajectory.measured_before is None else trajectory.measured_before.replace(tzinfo=None)
    now = known.marked(events, "is_now", zone=trajectory.timezone, as_of=work.as_of)
    before = known.marked(events, "was_before", zone=trajectory.timezone, as_of=before_as_of)
    span = _days(work, now, before)
    if cases:
        to_come = events.filter(pl.col("is_now") & (pl.col("wall") >= work.as_of))
        remembering.change_awaited(taken, work.as_of, read, is_any_to_come=to_come.height > 0)
    for one in work.measures:
        if one.counts_people:
            place = work.place(one.row.indicator.frequency, span.first, span.last)
            follow_people(work, one, (now, before), place)
            continue
        work.changed += write_cells(one.row, measured.held_cells(one.row), now=work.now)
        if events.height or span.before != span.now:
            _follow_one(work, one, (now, before), span)
    trajectory.horizon = span.now


def _days(work: Work, now: pl.DataFrame, before: pl.DataFrame) -> Span:
    """Keep the events of each day and those to come, and return which days there are to tell of."""
    had = measured.log_days(work.trajectory).rename({"events": "cases"})
    changed = summed([_counted(now), negative(_counted(before))], DAYS)
    has = summed([had, changed], DAYS)
    if changed.height:
        remembering.change_log_days(work.trajectory, changed)
    days = pl.concat([had, has])["day"]
    first = days.min()
    return Span(work.trajectory.horizon, horizon(has, work.as_of), first if isinstance(first, dt.date) else None)


def _counted(log: pl.DataFrame) -> pl.DataFrame:
    return log.group_by("day").agg(cases=pl.len().cast(pl.Int64)).select(*DAYS)


def _follow_one(work: Work, one: Sound, logs: tuple[pl.DataFrame, pl.DataFrame], span: Span) -> None:
    place = work.place(one.row.indicator.frequency, span.first, span.last)
    now, before = (work.sums(one, log, place, work.as_of) for log in logs)
    changed = difference(now, before)
    if changed.is_empty and span.before == span.now:
        return
    figures, counts = _moved(one, place, span, (now, before, changed))
    rows = _rows(one, place, span, figures, counts)
    work.changed += write_cells(one.row, rows, now=work.now)
    remembering.change_going(one.row, changed.stays)
    if changed.nowhere.height:
        remembering.change_left_out(one.row, one.basis, changed.nowhere, is_whole=False)


def _moved(one: Sound, place: Place, span: Span, sums: tuple[Sums, Sums, Sums]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return by how much figures and counts differ from before, news and passing days together."""
    now, before, changed = sums
    found = [(changed.figures, changed.counts)]
    periods = begun(place.periods, span.now)
    if span.before == span.now:
        found.append(ends(changed.stays, periods, place.units, one.shapes))
    else:
        # Up to the earlier of the two last days a period ends when it ended before: only news makes a difference.
        # After it, all that is still going on does.
        until = min(span.before or dt.date.min, span.now or dt.date.min)
        is_after = pl.col("ends_on") > until
        found.append(ends(changed.stays, periods.filter(~is_after), place.units, one.shapes))
        rest = summed([_still_going(one), negative(before.stays.filter(pl.col("until").is_null()))], STAYS)
        after = ends(summed([rest, now.stays], STAYS), periods.filter(is_after), place.units, one.shapes)
        had = begun(place.periods, span.before).filter(is_after)
        gone = ends(summed([rest, before.stays], STAYS), had, place.units, one.shapes)
        found += [after, (negative(gone[0]), negative(gone[1]))]
    return summed([part for part, _ in found], FIGURES), summed([part for _, part in found], COUNTS)


def _still_going(one: Sound) -> pl.DataFrame:
    return measured.going(one.row).with_columns(until=pl.lit(None, pl.Date))


def _rows(one: Sound, place: Place, span: Span, figures: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Return the cells to write; those that hold nothing any more are withdrawn, or zero where zeros are told."""
    keys = pl.concat([figures.select(*KEY), counts.select(*KEY)]).unique()
    held = measured.held_cells(one.row)
    seen = measured.cells_at(one.row, keys)
    if not seen.join(held, on=KEY, how="anti")["is_measured"].all():
        raise MustBeWhole
    before = opened(measured.with_held(seen.drop("is_measured"), held, keys))
    filled = cells(summed([before[0], figures], FIGURES), summed([before[1], counts], COUNTS), one.kind)
    empty = keys.join(filled, on=KEY, how="anti")
    if one.kind in WITH_ZEROS:
        filled, empty = _with_zeros(one, place, span, filled, empty)
    nothing = empty.select(
        pl.col(name) if name in KEY else pl.lit(None, kind).alias(name) for name, kind in SCHEMA.items()
    )
    return pl.concat(
        [
            filled.with_columns(is_withdrawn=pl.lit(value=False)),
            nothing.with_columns(is_withdrawn=pl.lit(value=True)),
        ]
    )


def _with_zeros(
    one: Sound, place: Place, span: Span, filled: pl.DataFrame, empty: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cells with those of zero that come, and the keys of those that go."""
    had = firsts(measured.first_cells(one.row), place.periods)
    has = _firsts(one, place, had, filled, empty)
    before, now = spells(had, place, span.before), spells(has, place, span.now)
    come, gone = (gained(*pair, place.periods) for pair in ((now, before), (before, now)))
    inside = placed(empty, place.periods).join(now, on="unit").filter(pl.col("place").is_between("first", "last"))
    nought = pl.concat([come, inside.select(*KEY)]).unique().join(filled, on=KEY, how="anti")
    leaves = pl.concat([gone, empty]).unique().join(nought, on=KEY, how="anti").join(filled, on=KEY, how="anti")
    return pl.concat([filled, zeros(nought, one.kind)]), leaves.select(*KEY)


def _firsts(one: Sound, place: Place, had: pl.DataFrame, filled: pl.DataFrame, empty: pl.DataFrame) -> pl.DataFrame:
    """Return the place of each unit's first cell now, and keep those that differ."""
    fresh = firsts(filled.select(*KEY), place.periods)
    lost = placed(empty, place.periods).join(had, left_on=["unit", "place"], right_on=["unit", "first"], how="semi")
    units = lost["unit"].to_list()
    others = measured.full_cells(one.row, units).join(empty, on=KEY, how="anti") if units else empty.clear()
    stays = had.filter(~pl.col("unit").is_in(units))
    has = pl.concat([stays, fresh, firsts(others, place.periods)]).group_by("unit").agg(pl.col("first").min())
    differs = has.join(had, on=["unit", "first"], how="anti")
    if differs.height or units:
        order = place.periods.select("period", first=pl.int_range(pl.len(), dtype=pl.Int64))
        remembering.change_firsts(
            one.row, [*differs["unit"].to_list(), *units], differs.join(order, on="first").select("unit", "period")
        )
    return has
