"""Young people who were referred again: what the quality office works out from the log, once a year has gone by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl

from core.periods import Span
from demo.generate.episodes import ENDS
from demo.generate.figures import COLUMNS

FOLLOWED_DAYS = 365


def returns_frame(events: pl.DataFrame, spans: Sequence[Span], today: dt.date) -> pl.DataFrame:
    """Return rows of `re-referred`: ends whose year was over in each period that has ended, by the team of the end."""
    periods = pl.DataFrame(
        {
            "period": [span.code for span in spans],
            "first": [span.first for span in spans],
            "last": [span.last for span in spans],
        }
    ).sort("first")
    placed = (
        _followed(events)
        .sort("followed_to")
        .join_asof(periods, left_on="followed_to", right_on="first", strategy="backward")
    )
    counted = (
        placed.filter(pl.col("last") < today, pl.col("followed_to") <= pl.col("last"))
        .group_by("team", "period")
        .agg(numerator=(pl.col("again") <= pl.col("followed_to")).fill_null(value=False).sum(), denominator=pl.len())
        .sort("period", "team")
    )
    return counted.select(
        pl.lit("re-referred").alias("indicator"),
        unit="team",
        period="period",
        value=pl.lit(""),
        numerator=pl.col("numerator").cast(pl.String),
        denominator=pl.col("denominator").cast(pl.String),
        sum=pl.lit(""),
        n=pl.lit(""),
        note=pl.lit(""),
    ).select(COLUMNS)


def _followed(events: pl.DataFrame) -> pl.DataFrame:
    """Return each end with the day to which it is followed, and that of the person's next referral, if there was one."""
    days = events.select("person_id", "activity", "team", day=pl.col("at").str.slice(0, 10).str.to_date())
    ends = days.filter(pl.col("activity").is_in(ENDS)).with_columns(
        followed_to=pl.col("day") + dt.timedelta(days=FOLLOWED_DAYS)
    )
    again = days.filter(pl.col("activity") == "Referral").select("person_id", again="day").sort("again")
    return ends.sort("day").join_asof(
        again,
        left_on="day",
        right_on="again",
        by="person_id",
        strategy="forward",
        allow_exact_matches=False,
        check_sortedness=False,
    )
