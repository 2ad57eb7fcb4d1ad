"""Where people stand: the last step that each open case entered, and how long the way from step to step took."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.measures.access import first_after, firsts

#: Days before `as_of` over which the delays between steps are taken.
RECENT_DAYS = 90


def with_steps(log: pl.DataFrame, steps: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """Return the log with `step`: the place in the order of the step that the activity belongs to, or null."""
    table = pl.DataFrame(
        [(name, place) for place, step in enumerate(steps) for name in _activities(step)],
        schema={"activity": pl.String, "step": pl.Int64},
        orient="row",
    ).unique("activity", keep="first", maintain_order=True)
    return log.join(table, on="activity", how="left", maintain_order="left")


def standing(asked: Asked, steps: Sequence[Mapping[str, object]], today: dt.date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return who stands where, and how long recent passages took.

    The first frame has one row an open case: `team` of its last event, `step` (its place in the order), `days` since it
    entered it, `is_waiting`: its clock has started and not yet stopped. The second has one row a case that entered a
    step for the first time in the last 90 days: `team`, `step`, `days` since it had first entered the step before.
    """
    stepped = with_steps(asked.log, steps).drop_nulls("step")
    return _open(asked, stepped, today), _passed(stepped, today)


def _activities(step: Mapping[str, object]) -> list[str]:
    named = step.get("activities")
    return [str(one) for one in named] if isinstance(named, list) else []


def _open(asked: Asked, stepped: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    gone = asked.log.filter(pl.col("activity").is_in(asked.leaving())).select("case").unique()
    refs = firsts(asked.log, asked.activities("start"), "ref")
    clock = first_after(asked.log, refs, asked.exits(), "out").select("case", is_waiting=pl.col("out_day").is_null())
    team = asked.log.drop_nulls("team").group_by("case", maintain_order=True).agg(pl.col("team").last())
    last = (
        stepped.with_columns(run=pl.col("step").rle_id().over("case"))
        .group_by("case", maintain_order=True)
        .agg(pl.col("step").last(), day=pl.col("day").filter(pl.col("run") == pl.col("run").last()).first())
    )
    return (
        last.join(gone, on="case", how="anti")
        .join(clock, on="case", how="left")
        .join(team, on="case", how="left")
        .select(
            "team",
            "step",
            days=(pl.lit(today) - pl.col("day")).dt.total_days(),
            is_waiting=pl.col("is_waiting").fill_null(value=False),
        )
    )


def _passed(stepped: pl.DataFrame, today: dt.date) -> pl.DataFrame:
    entered = stepped.group_by("case", "step", maintain_order=True).agg(pl.col("day").first(), pl.col("team").first())
    before = entered.select("case", step=pl.col("step") + 1, since=pl.col("day"))
    return (
        entered.join(before, on=["case", "step"])
        .filter(pl.col("day") > today - dt.timedelta(days=RECENT_DAYS), pl.col("day") >= pl.col("since"))
        .select("team", "step", days=(pl.col("day") - pl.col("since")).dt.total_days())
    )


def faces(here: pl.DataFrame, passed: pl.DataFrame, by: str) -> pl.DataFrame:
    """Return for each value of `by` and step: `people`, `waiting`, `longest_wait`, `median_delay` (null of nobody).

    `entered` is how many the median rests on.
    """
    people = here.group_by(by, "step").agg(
        people=pl.len(),
        waiting=pl.col("is_waiting").sum(),
        longest_wait=pl.col("days").filter("is_waiting").max(),
    )
    delays = passed.group_by(by, "step").agg(
        median_delay=pl.col("days").quantile(0.5, interpolation="linear"), entered=pl.len()
    )
    return people.join(delays, on=[by, "step"], how="full", coalesce=True).sort(by, "step")
