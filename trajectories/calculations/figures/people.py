"""Different people: who was seen where and when."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.figures.eras import Era
from trajectories.calculations.figures.placing import Place, dated, located
from trajectories.calculations.measures.continuity import contacts

PEOPLE: dict[str, type[pl.DataType]] = {"unit": pl.Int64, "period": pl.Int64, "who": pl.String}
#: Whose set a measure makes, if not that of the persons served.
WHO = {"workload": "worker_key"}
#: What the log has to tell beside the usual columns: pseudonyms as they are kept, for sets outlive the numbers of a frame.
READ = ("person", "case_key", "worker_key")


def seen(measure: str, asked: Asked, place: Place, era: Era) -> pl.DataFrame:
    """Return `unit`, `period`, `who`: who was seen where and when, each once, in the periods of an era.

    A person is one in all of their cases; in a case that names nobody the case stands for its person.
    """
    log = asked.log.with_columns(who=pl.coalesce(pl.col("person").max().over("case"), "case_key"))
    column = asked.params.get("unit_column")
    if isinstance(column, str):
        log = log.with_columns(team=pl.col(column))
    met = contacts(replace(asked, log=log)).select("team", "day", who=pl.col(WHO.get(measure, "who"))).unique()
    placed = era.of(dated(located(met, place), place).drop_nulls(["unit", "who"]))
    return placed.select(*PEOPLE).unique()
