"""Count the different people that each unit saw: sets of keyed hashes, which no sum over cases can give.

Whoever leaves one case may still be in another, so sets can't be followed case by case as sums are: they are made anew
from the whole log at each refresh, and what differs is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import polars as pl
from django.conf import settings
from psycopg2 import sql

from indicators.calculations import Parts
from indicators.calculations.members import hashed
from indicators.choices import Kind, Source
from indicators.models import Observation
from indicators.operations import Row, record_observations
from trajectories.calculations.asked import Asked
from trajectories.calculations.continuity import contacts
from trajectories.calculations.placing import Place, dated, located
from trajectories.models import Trajectory
from trajectories.operations.sound import Rule, Sound
from trajectories.operations.work import Work
from trajectories.queries.logs import copied, read_log

#: Whose set a measure makes, if not that of the persons served.
WHO = {"workload": "worker"}


def counts_people(one: Sound) -> bool:
    """Whether a measure feeds an indicator of different people."""
    return one.kind == Kind.DISTINCT


def count_people(work: Work, one: Sound) -> int:
    """Bring an indicator of different people to what the events say now; answer how many figures changed.

    A person is one in all of their cases; in a case that names nobody the case stands for its person.
    """
    tally = record_observations(rows=_rows(work, one), source=Source.MEASURED, by=None, now=work.now)
    return tally.new + tally.changed


def _rows(work: Work, one: Sound) -> Iterator[Row]:
    """Yield each unit's people in each period, and what is there no more as withdrawn."""
    indicator = one.row.indicator
    kept = Observation.objects.filter(indicator=indicator, source=Source.MEASURED)
    if one.era.since is not None:
        kept = kept.filter(period__ends_on__gte=one.era.since)
    gone = set(kept.values_list("unit_id", "period_id"))
    for (unit, period), people in _people(work, one).group_by("unit", "period"):
        gone.discard((unit, period))
        members = hashed(people["who"].to_list(), keys=settings.PSEUDONYM_KEYS[:1])
        yield Row(indicator.pk, unit, period, Parts(members=members))
    yield from (Row(indicator.pk, unit, period, None) for unit, period in gone)


def _people(work: Work, one: Sound) -> pl.DataFrame:
    """Return `unit`, `period`, `who`: who was seen where and when, each once; each period by the rule of its era."""
    log = read_log(work.trajectory, as_of=work.as_of, columns=("person", *one.columns))
    first, last = log["day"].min(), log["day"].max()
    span = (first, last) if isinstance(first, dt.date) and isinstance(last, dt.date) else (None, None)
    named = (
        log.with_columns(person=pl.col("person").max().over("case"))
        .join(_cases(work.trajectory), on="id", how="left")
        .with_columns(who=pl.coalesce("person", "pseudonym"))
    )
    place_of = work.place(one.row.indicator.frequency, *span)
    return pl.concat([_seen(named, rule, place_of) for rule in one.rules]).sort("unit", "period", "who")


def _seen(named: pl.DataFrame, rule: Rule, place_of: Place) -> pl.DataFrame:
    column = rule.params.get("unit_column")
    log = named.with_columns(team=pl.col(column)) if isinstance(column, str) else named
    who = WHO.get(rule.measure, "who")
    seen = contacts(Asked(log, rule.params)).select("team", "day", who=pl.col(who))
    placed = rule.shape.era.of(dated(located(seen, place_of), place_of).drop_nulls(["unit", "who"]))
    return placed.select("unit", "period", "who").unique()


def _cases(trajectory: Trajectory) -> pl.DataFrame:
    """Return the pseudonym of the case of each event that names no person."""
    query = sql.SQL('SELECT id, "case" FROM trajectories_event WHERE trajectory_id = {} AND person IS NULL')
    return copied(query.format(sql.Literal(trajectory.pk)), {"id": pl.Int64, "pseudonym": pl.String})
