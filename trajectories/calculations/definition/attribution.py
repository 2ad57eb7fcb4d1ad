"""At whose team a delay, a wait, a hand-off or an open case counts, where a definition names another than the usual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.faults import Faults, at, gettext_noop

#: What counts somewhere, and where it may count: the usual place first (measures.md, rule 10).
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    "delay": ("stop", "start", "first", "last", "responsible"),
    "wait": ("start", "first", "last", "responsible"),
    "hand_off": ("receiving", "giving"),
    "caseload": ("last", "first", "responsible"),
}

ATTRIBUTION = gettext_noop("this must be an object such as {wait: responsible, hand_off: giving}.")


def read_attribution(given: object, faults: Faults) -> dict[str, str]:
    """Return what a definition says of where things count, without what is usual."""
    known = faults.mapping(given, "attribution", PLACES, ATTRIBUTION)
    read = {
        name: faults.choice(known.get(name), at("attribution", name), places, places[0])
        for name, places in PLACES.items()
    }
    return {name: place for name, place in read.items() if place != PLACES[name][0]}


def place_of(asked: Asked, what: str) -> str:
    """Return where something counts: `delay_at`, `wait_at`, … of the question, else the usual place."""
    return asked.choice(f"{what}_at", PLACES[what], PLACES[what][0])


def attributed(asked: Asked, rows: pl.DataFrame, what: str, anchor: str) -> pl.DataFrame:
    """Return rows of cases with `<anchor>_team` as the question wants it; rows as they are, if that is the usual place.

    `rows` has `case`, `<anchor>_team`, `<anchor>_position`, and for a delay that counts at its start `ref_team`.
    """
    place = place_of(asked, what)
    column = f"{anchor}_team"
    if place == PLACES[what][0]:
        return rows
    if place == "start":
        return rows.with_columns(pl.col("ref_team").alias(column))
    if place == "responsible":
        return _responsible(asked, rows, anchor)
    return rows.drop(column).join(
        _of_case(asked, place).rename({"team": column}), on="case", how="left", maintain_order="left"
    )


def with_caseload_teams(asked: Asked) -> pl.DataFrame:
    """Return the log with, as the team of each event, that with which the case is open from then on."""
    place = place_of(asked, "caseload")
    if place == "first":
        return asked.log.with_columns(team=pl.col("team").drop_nulls().first().over("case"))
    if place == "responsible":
        joined = asked.log.join(responsible_units(asked), on="activity", how="left", maintain_order="left")
        return joined.with_columns(team=responsible_team()).drop("units")
    return asked.log


def _of_case(asked: Asked, place: str) -> pl.DataFrame:
    """Return the first or last team that each case met."""
    met = pl.col("team").first() if place == "first" else pl.col("team").last()
    return asked.log.drop_nulls("team").group_by("case", maintain_order=True).agg(met)


def responsible_units(asked: Asked) -> pl.DataFrame:
    """Return `activity` and the `units` of its step, of those steps that name any."""
    given = asked.params.get("responsible")
    table: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    return pl.DataFrame(list(table.items()), schema={"activity": pl.String, "units": pl.List(pl.String)}, orient="row")


def responsible_team() -> pl.Expr:
    """Return the team responsible: the event's own if its step names it, else the first that the step names.

    Of a step that names none, the event's own.
    """
    units = pl.col("units")
    return pl.when(units.is_null() | units.list.contains(pl.col("team"))).then("team").otherwise(units.list.first())


def _responsible(asked: Asked, rows: pl.DataFrame, anchor: str) -> pl.DataFrame:
    column, position = f"{anchor}_team", f"{anchor}_position"
    acts = asked.log.select("case", "activity", pl.col("position").alias(position))
    return (
        rows.join(acts, on=["case", position], how="left", maintain_order="left")
        .join(responsible_units(asked), on="activity", how="left", maintain_order="left")
        .rename({column: "team"})
        .with_columns(responsible_team().alias(column))
        .drop("activity", "units", "team")
    )
