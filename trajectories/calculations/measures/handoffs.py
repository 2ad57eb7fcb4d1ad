"""Hand-offs: a case passes from one team, worker or other value of a column to another."""

from __future__ import annotations

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.frame import column
from trajectories.calculations.summaries import Answer, months, rounded


def passages(log: pl.DataFrame, of: str) -> pl.DataFrame:
    """Return one row a run of equal values: `case`, `day`, `team` and `value` of its first event, `before` and `before_that`.

    Events with an empty value are dropped before pairing. A run with a `before` is a hand-off.
    """
    value = pl.col("value")
    return (
        log.lazy()
        .select("case", "day", "team", "position", value=pl.col(of))
        .drop_nulls("value")
        .with_columns(before=value.shift(1).over("case"))
        .filter(pl.col("before").is_null() | (value != pl.col("before")))
        .with_columns(before_that=value.shift(2).over("case"))
        .collect()
    )


def _asked(asked: Asked) -> pl.DataFrame:
    return passages(asked.log, column(asked.log, asked.text("column", "team")))


def handoffs(asked: Asked) -> Answer:
    """Return how many hand-offs, in how many cases, and how many went straight back (ping-pong)."""
    runs = _asked(asked)
    passed = runs.drop_nulls("before")
    back = passed.filter(pl.col("value") == pl.col("before_that"))
    cases = asked.log["case"].n_unique()
    by_case = passed.group_by("case").len()["len"]
    return {
        "total": passed.height,
        "cases": cases,
        "cases_with_any": by_case.len(),
        "mean_per_case": rounded(passed.height / cases) if cases else None,
        "max_per_case": by_case.max() if by_case.len() else 0,
        "distinct_pairs": passed.select("before", "value").n_unique(),
        "ping_pong": back.height,
        "cases_with_ping_pong": back["case"].n_unique(),
    }


def returns(asked: Asked) -> pl.DataFrame:
    """Return the runs of `passages` with `is_back`: whether it goes straight back to where the case had come from."""
    back = (pl.col("value") == pl.col("before_that")).fill_null(value=False)
    return _asked(asked).with_columns(is_back=back)


def ping_pong(asked: Asked) -> Answer:
    """Return how many hand-offs went straight back, and in how many cases."""
    back = returns(asked).filter("is_back")
    return {"ping_pong": back.height, "cases_with_ping_pong": back["case"].n_unique()}


def handoffs_by_month(asked: Asked) -> Answer:
    """Return hand-offs by the month of the receiving event; months without any are absent."""
    by_month = _asked(asked).drop_nulls("before").group_by(month=months("day")).len().sort("month")
    return dict(by_month.iter_rows())


def rework(asked: Asked) -> Answer:
    """Return activities done again in the same case, all lifecycles counted."""
    times = asked.log.group_by("case", "activity").len().filter(pl.col("len") > 1)
    loops = asked.log.select(again=pl.col("activity") == pl.col("activity").shift(1).over("case"))["again"]
    by_activity = times.group_by("activity").len().sort("activity")
    return {
        "cases": asked.log["case"].n_unique(),
        "cases_with_rework": times["case"].n_unique(),
        "extra_events": int((times["len"].cast(pl.Int64) - 1).sum()),
        "self_loops": int(loops.sum() or 0),
        "cases_by_activity": dict(by_activity.iter_rows()),
    }


#: How many of the most common successions are shown.
SHOWN = 15


def control_flow(asked: Asked) -> Answer:
    """Return the variants (distinct sequences of activities) and which activity directly follows which."""
    log = asked.log
    variants = log.group_by("case", maintain_order=True).agg("activity").group_by("activity").len()
    follows = (
        log.select(a=pl.col("activity").shift(1).over("case"), b=pl.col("activity"))
        .drop_nulls("a")
        .group_by("a", "b")
        .agg(n=pl.len())
        .sort("n", "a", "b", descending=[True, False, False])
    )
    starts = (
        log.filter(pl.col("position") == 0).group_by("activity").len().sort("len", "activity", descending=[True, False])
    )
    return {
        "cases": variants["len"].sum(),
        "variants": variants.height,
        "most_frequent_variant_cases": variants["len"].max(),
        "start_activities": dict(starts.iter_rows()),
        "directly_follows_pairs": follows.height,
        "directly_follows_total": follows["n"].sum(),
        "top_directly_follows": follows.head(SHOWN).to_dicts(),
    }
