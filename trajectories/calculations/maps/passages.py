"""Passages: from which step to which people went lately, how long that took, and who dropped out on the way.

"Lately" is the last 90 days, `today` included; "before" is the same span right before it, for the trend.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.maps.flow import RECENT_DAYS

#: Of a delay: how many it rests on, its median and its ninth decile, lately and in the span before.
COMPARED = ("n", "median", "p90", "n_before", "median_before", "p90_before")


def moves(stepped: pl.DataFrame, dropping: Sequence[str]) -> pl.DataFrame:
    """Return one row each time a case went from one step to another: `source`, `target`, `team`, `day`, `days`.

    `days` runs from when the case entered the source, `team` is that of the event that entered the target. Events of no
    step are passed over. Dropping out is no passage.
    """
    place = pl.col("step")
    return (
        stepped.lazy()
        .drop_nulls("step")
        .filter((place != place.shift(1).over("case")).fill_null(value=True))
        .select(
            "team",
            "day",
            "activity",
            target="step",
            source=place.shift(1).over("case"),
            days=(pl.col("day") - pl.col("day").shift(1).over("case")).dt.total_days(),
        )
        .drop_nulls("source")
        .filter(~pl.col("activity").is_in(dropping))
        .drop("activity")
        .collect()
    )


def drop_outs(asked: Asked, stepped: pl.DataFrame) -> pl.DataFrame:
    """Return the cases whose first exit was a drop-out: `team` and `day` of it, and the `step` they stood in before."""
    stood = stepped.with_columns(stood=pl.col("step").forward_fill().shift(1).over("case"))
    return (
        stood.lazy()
        .filter(pl.col("activity").is_in(asked.leaving()))
        .group_by("case", maintain_order=True)
        .agg(pl.col("activity", "team", "day").first(), step=pl.col("stood").first())
        .filter(pl.col("activity").is_in(asked.activities("drop_out")))
        .select("team", "day", "step")
        .collect()
    )


def compared(rows: pl.DataFrame, by: Sequence[str], today: dt.date) -> pl.DataFrame:
    """Return the spread of `days` for each value of `by`, lately and before; a span without any is 0 and null."""
    spans = {"": _is_recent(today), "_before": _is_recent(today - dt.timedelta(days=RECENT_DAYS))}
    figures = [
        figure
        for name, inside in spans.items()
        for figure in (
            inside.sum().alias(f"n{name}"),
            *(
                pl.col("days").filter(inside).quantile(share, interpolation="linear").alias(f"{word}{name}")
                for word, share in (("median", 0.5), ("p90", 0.9))
            ),
        )
    ]
    return recent(rows, today, spans=2).group_by(by).agg(figures)


def recent(rows: pl.DataFrame, today: dt.date, spans: int = 1) -> pl.DataFrame:
    """Return the rows whose `day` lies in the last span, or the last spans."""
    return rows.filter(pl.col("day") > today - dt.timedelta(days=RECENT_DAYS * spans), pl.col("day") <= today)


def _is_recent(today: dt.date) -> pl.Expr:
    return pl.col("day").is_between(today - dt.timedelta(days=RECENT_DAYS), today, closed="right")
