"""Caseload: who is open with whom, and how much is done. Counted by team, never by worker."""

from __future__ import annotations

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.definition.attribution import with_caseload_teams
from trajectories.calculations.summaries import Answer

#: How many teams are shown.
SHOWN = 10


def open_cases(asked: Asked) -> pl.DataFrame:
    """Return the cases without a closing event, each with the `team` and `day` of its last event."""
    closed = asked.log.filter(pl.col("activity").is_in(asked.leaving())).select("case").unique()
    still = with_caseload_teams(asked).join(closed, on="case", how="anti", maintain_order="left")
    return still.group_by("case", maintain_order=True).agg(pl.col("team").last(), pl.col("day").last())


def segments(asked: Asked) -> pl.DataFrame:
    """Return the stays of open cases with the team of their last event so far: `team`, `day`, `until` (exclusive).

    A case is open until its first closing event; an event without a team leaves the case where it is.
    """
    is_end = pl.col("activity").is_in(asked.leaving())
    closing = is_end.cum_max().over("case").shift(1).over("case").fill_null(value=False)
    return (
        with_caseload_teams(asked)
        .filter(~closing)
        .with_columns(is_end=is_end, team=pl.col("team").forward_fill().over("case"))
        .with_columns(until=pl.col("day").shift(-1).over("case"))
        .filter(~pl.col("is_end") & (pl.col("until").is_null() | (pl.col("until") > pl.col("day"))))
        .select("team", "day", "until")
    )


def open_caseload(asked: Asked) -> Answer:
    """Return the open cases, in all and by the team of their last event."""
    found = open_cases(asked)
    by_team = found.drop_nulls("team").group_by("team").len().sort("team")
    return {"total": found.height, "by_team": dict(by_team.iter_rows())}


def days_with(asked: Asked) -> pl.DataFrame:
    """Return each `case`, `team`, `day` of the log once: the days on which a team did something for a case."""
    return asked.log.select("case", "team", "day").unique()


def team_days(asked: Asked) -> Answer:
    """Return the number of distinct (case, team, date), in all (no team counts as one) and of the ten teams with most."""
    days = days_with(asked)
    by_team = days.drop_nulls("team").group_by("team").len().sort("len", "team", descending=[True, False])
    return {"total": days.height, "top": dict(by_team.head(SHOWN).iter_rows())}
