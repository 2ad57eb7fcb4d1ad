"""The gap where nobody owns a person: from the act by which one unit hands over, to the first act of another."""

from __future__ import annotations

import polars as pl

from trajectories.calculations.asked import Asked


def handing_over(asked: Asked) -> list[str]:
    """Return the activities after which a unit has let go: those that the clock says, else closures and referrals out."""
    return asked.activities("hand_over") or [*asked.activities("close"), *asked.activities("refer_out")]


def gaps(asked: Asked) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the gaps that ended and those that are open.

    The first frame has one row each time a team acted right after another had handed over: `team` that acts, `day` it
    did, `days` in between. The second has one row a case that was handed over and nobody has acted since, unless it has
    ended: `team` that let go, `day` it did. Events without a team are nobody's acts.
    """
    acts = asked.log.lazy().drop_nulls("team")
    lets_go = pl.col("activity").is_in(handing_over(asked))
    since, next_team = (pl.col(name).shift(-1).over("case") for name in ("day", "team"))
    ends = acts.with_columns(next_day=since, next_team=next_team).filter(lets_go)
    closed = ends.filter(pl.col("next_team") != pl.col("team")).select(
        team="next_team", day="next_day", days=(pl.col("next_day") - pl.col("day")).dt.total_days()
    )
    gone = asked.log.lazy().filter(pl.col("activity").is_in(asked.leaving())).select("case").unique()
    still = ends.filter(pl.col("next_day").is_null()).join(gone, on="case", how="anti").select("team", "day")
    return closed.collect(), still.collect()
