"""Waiting: who has been referred and not yet seen, at the end of a day."""

from __future__ import annotations

import datetime as dt

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.definition.attribution import attributed
from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.measures.access import delay, first_after, firsts, pairs
from trajectories.calculations.refusals import BadParameter
from trajectories.calculations.summaries import Answer, percentile, share

#: Days beyond which a wait is counted in `over_90`.
LONG = 90
#: The series shows one value in so many days.
EVERY = 30


def waits(asked: Asked) -> pl.DataFrame:
    """Return one row a started case: `ref_…` and `out_…` of the first exit at or after it, or null."""
    return first_after(asked.log, _begun(asked), asked.exits(), "out")


def waits_unserved(asked: Asked) -> pl.DataFrame:
    """Return the same, where `exits` names only what closes a case and the stop ends a wait besides."""
    ends = [*asked.activities("stop"), *asked.leaving()]
    return first_after(asked.log, _begun(asked), ends, "out")


def _begun(asked: Asked) -> pl.DataFrame:
    """Return each case's first start; `ref_team` is where the wait counts."""
    return attributed(asked, firsts(asked.log, asked.activities("start"), "ref"), "wait", "ref")


def list_on(started: pl.DataFrame, day: dt.date) -> pl.Series:
    """Return the days that each person on the list has waited at the end of a day.

    Who starts and leaves on that day is not on the list.
    """
    waiting = started.filter(pl.col("ref_day") <= day, pl.col("out_day").is_null() | (pl.col("out_day") > day))
    return waiting.select((pl.lit(day) - pl.col("ref_day")).dt.total_days().alias("days"))["days"]


def waiting_list(asked: Asked) -> Answer:
    """Return count, longest, median and the number over 90 days at the end of each day asked, by day."""
    started = waits(asked)
    days = asked.dates("days")
    if not days and (last := asked.last_day()) is not None:
        days = [last]
    return {day.isoformat(): _face(list_on(started, day)) for day in days}


def _face(waited: pl.Series) -> Answer:
    return {
        "count": waited.len(),
        "longest_days": waited.max(),
        "median_days": percentile(waited, 0.5),
        "over_90": int((waited > LONG).sum()),
    }


def waiting_list_series(asked: Asked) -> Answer:
    """Return the list's length at the end of each day d0 … d1 in short: person-days, highest, last, one in thirty."""
    first, last = asked.date("d0"), asked.date("d1")
    if last < first:
        raise BadParameter(gettext_noop("“d1” must not be before “d0”."))
    counts = lengths(waits(asked), first, last)
    highest = counts.max()
    return {
        "sum": int(counts.sum()),
        "max": highest,
        "first_day_of_max": (first + dt.timedelta(days=counts.arg_max() or 0)).isoformat(),
        "last": counts[-1],
        "values_every_30": counts.gather_every(EVERY).to_list(),
    }


def lengths(started: pl.DataFrame, first: dt.date, last: dt.date) -> pl.Series:
    """Return how many wait at the end of each day, as a running sum of who comes and who leaves."""
    kept = started.filter(pl.col("out_day").is_null() | (pl.col("out_day") > pl.col("ref_day")))
    steps = pl.concat(
        [
            kept.select(day=pl.col("ref_day"), step=pl.lit(1)),
            kept.drop_nulls("out_day").select(day=pl.col("out_day"), step=pl.lit(-1)),
        ]
    )
    changes = (
        steps.filter(pl.col("day") <= last)
        .group_by(pl.max_horizontal("day", pl.lit(first)).alias("day"))
        .agg(pl.col("step").sum())
    )
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    return days.join(changes, on="day", how="left", maintain_order="left")["step"].fill_null(0).cum_sum()


def within_target_counting_overdue_open(asked: Asked) -> Answer:
    """Return the share within target where open cases already past it count against it (MSSS 1.45 pattern).

    Who left without service is in neither part; `pct_waiting_overdue` is the share of the list past the target.
    """
    target = asked.required_number("target")
    seen = pairs(asked).drop_nulls("stop_day").select(value=delay("calendar_days"))["value"]
    started = waits_unserved(asked)
    last = asked.last_day()
    waited = list_on(started, last) if last else pl.Series("days", [], dtype=pl.Int64)
    within, overdue = int((seen <= target).sum()), int((waited > target).sum())
    return {
        "within": within,
        "denominator": seen.len() + overdue,
        "pct": share(within, seen.len() + overdue),
        "open_overdue": overdue,
        "open_not_yet_due": waited.len() - overdue,
        "pct_waiting_overdue": share(overdue, waited.len()),
    }
