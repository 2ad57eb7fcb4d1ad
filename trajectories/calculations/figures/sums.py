"""What contributions of any set of cases come to: sums that add and subtract exactly, set by set.

All figures are whole numbers, so that sums taken in parts, in any order, on any machine, are equal to the digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from indicators.calculations.survival import going_on
from trajectories.calculations.figures.contributions import Contributions
from trajectories.calculations.figures.eras import ALL, Era
from trajectories.calculations.figures.placing import Place, at_ends, crossings, dated, located
from trajectories.calculations.figures.returns import returned

#: Numerators and denominators are kept to six decimals, as observations are; each contribution is rounded once.
MICRO = 1_000_000

FIGURES: dict[str, type[pl.DataType]] = {
    "unit": pl.Int64,
    "period": pl.Int64,
    "numerator": pl.Int64,
    "denominator": pl.Int64,
}
COUNTS: dict[str, type[pl.DataType]] = {"unit": pl.Int64, "period": pl.Int64, "days": pl.Int64, "cases": pl.Int64}
STAYS: dict[str, type[pl.DataType]] = {
    "rule": pl.Int64,
    "unit": pl.Int64,
    "day": pl.Date,
    "until": pl.Date,
    "cases": pl.Int64,
}
NOWHERE: dict[str, type[pl.DataType]] = {"team": pl.String, "cases": pl.Int64}


@dataclass(frozen=True)
class Sums:
    """The sums of a measure over some cases.

    figures  unit, period, numerator, denominator (millionths)
    counts   unit, period, days, cases: how many took so many days
    stays    rule, unit, day, until, cases: how many, by the rule of that number, lasted from a day to before another
             (null: still going on)
    nowhere  team, cases: contributions that stand at no unit (an empty team: none was named)
    """

    figures: pl.DataFrame
    counts: pl.DataFrame
    stays: pl.DataFrame
    nowhere: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether they come to nothing."""
        return not any(part.height for part in (self.figures, self.counts, self.stays, self.nowhere))


@dataclass(frozen=True)
class Shape:
    """How sums by one rule become cells of an indicator of a kind, and of which periods.

    `over`, `late_in_denominator`, `is_survival`, `is_over_only`: as contributed.
    """

    kind: str
    over: float | None = None
    late_in_denominator: bool = False
    is_survival: bool = False
    is_over_only: bool = False
    era: Era = ALL


def shape_of(contributed: Contributions, kind: str, era: Era = ALL) -> Shape:
    """Return the shape of what a rule contributes to an indicator of a kind in an era."""
    return Shape(
        kind,
        contributed.over,
        contributed.late_in_denominator,
        contributed.is_survival,
        contributed.is_over_only,
        era,
    )


def sums_of(contributed: Contributions, place: Place, *, rule: int = 0, era: Era = ALL) -> Sums:
    """Return the sums of what a rule contributes to the periods of its era."""
    figures, counts, stays, seen = [], [], [], []
    if contributed.flows is not None:
        found = _dated(contributed.flows, place, era)
        seen.append(found)
        figures.append(found.select("unit", "period", *(_millionths(part) for part in ("numerator", "denominator"))))
    if contributed.passages is not None:
        found = _dated(contributed.passages, place, era)
        seen.append(found)
        figures.append(_stepped(crossings(found.drop_nulls("unit"), place)))
    if contributed.runs is not None:
        runs = dated(located(contributed.runs, place), place)
        last_day = pl.max_horizontal("ends_on", "day")
        seen.append(runs.filter(era.holds(last_day), "is_back"))
        figures.append(_stepped(returned(runs, place).filter(era.holds(last_day))))
    if contributed.lengths is not None:
        found = _dated(contributed.lengths, place, era)
        seen.append(found)
        counts.append(found.select("unit", "period", days="value", cases=pl.lit(1, pl.Int64)))
    if contributed.stays is not None:
        found = located(contributed.stays, place)
        seen.append(era.of(found, "day"))
        # Whoever comes after the era is at the end of none of its periods.
        here = found if era.until is None else found.filter(pl.col("day") < era.until)
        stays.append(here.select("unit", "day", "until", rule=pl.lit(rule, pl.Int64), cases=pl.lit(1, pl.Int64)))
    return Sums(
        summed([part.drop_nulls("unit") for part in figures], FIGURES),
        summed([part.drop_nulls("unit") for part in counts], COUNTS),
        summed([part.drop_nulls("unit") for part in stays], STAYS),
        summed([_nowhere(found) for found in seen], NOWHERE),
    )


def _stepped(rows: pl.DataFrame) -> pl.DataFrame:
    """Return steps that add up at every level as figures."""
    return rows.select("unit", "period", numerator=pl.col("step") * MICRO, denominator=pl.lit(0, pl.Int64))


def _nowhere(rows: pl.DataFrame) -> pl.DataFrame:
    """Return by team the contributions that stand at no unit."""
    return rows.filter(pl.col("unit").is_null()).select(pl.col("team").fill_null(""), cases=pl.lit(1, pl.Int64))


def _dated(rows: pl.DataFrame, place: Place, era: Era) -> pl.DataFrame:
    """Return rows with their unit and period, those of an era; what falls in no period stands on its own day."""
    found = dated(located(rows, place), place)
    return found if era == ALL else found.filter(era.holds(pl.max_horizontal("ends_on", "day")))


def _millionths(part: str) -> pl.Expr:
    return (pl.col(part).fill_null(0.0) * MICRO).round().cast(pl.Int64).alias(part)


def total(parts: Sequence[Sums]) -> Sums:
    """Return the sums over all cases of several disjoint sets."""
    return Sums(
        summed([part.figures for part in parts], FIGURES),
        summed([part.counts for part in parts], COUNTS),
        summed([part.stays for part in parts], STAYS),
        summed([part.nowhere for part in parts], NOWHERE),
    )


def difference(now: Sums, before: Sums) -> Sums:
    """Return what must be added to the sums before to get those now; what did not change is not in it."""
    return Sums(
        summed([now.figures, negative(before.figures)], FIGURES),
        summed([now.counts, negative(before.counts)], COUNTS),
        summed([now.stays, negative(before.stays)], STAYS),
        summed([now.nowhere, negative(before.nowhere)], NOWHERE),
    )


#: The columns that add up; all others tell sums apart.
ADDING = ("numerator", "denominator", "cases")


def summed(parts: Sequence[pl.DataFrame], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return one row a key, those that come to nothing left out."""
    adding = [name for name in schema if name in ADDING]
    keys = [name for name in schema if name not in ADDING]
    filled = [shaped(part, schema) for part in parts if part.height]
    if not filled:
        return pl.DataFrame(schema=schema)
    return (
        pl.concat(filled)
        .lazy()
        .group_by(keys)
        .agg(pl.col(adding).sum())
        .filter(pl.any_horizontal(pl.col(name) != 0 for name in adding))
        .select(*schema)
        .collect()
    )


def plus(one: pl.DataFrame, other: pl.DataFrame, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return two sums together; nothing is done where one of them is empty."""
    if not one.height or not other.height:
        return shaped(one if one.height else other, schema)
    return summed([one, other], schema)


def shaped(rows: pl.DataFrame, schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return the columns of a schema, in its order and types."""
    return rows.select(pl.col(name).cast(kind) for name, kind in schema.items())


def negative(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows that take away what these add."""
    return rows.with_columns(-pl.col(name) for name in rows.columns if name in ADDING)


def ends(
    stays: pl.DataFrame, periods: pl.DataFrame, units: pl.DataFrame, shapes: Sequence[Shape]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return figures and counts of what goes on at the end of each period (`periods` as `begun` gives them).

    Each period is told of by the rule in whose era it ends; `shapes` are those of the rules, by number.
    """
    if len(shapes) == 1:
        return _ends(stays, shapes[0].era.of(periods), units, shapes[0])
    found = [
        _ends(stays.filter(pl.col("rule") == number), shape.era.of(periods), units, shape)
        for number, shape in enumerate(shapes)
    ]
    return pl.concat([figures for figures, _ in found]), pl.concat([counts for _, counts in found])


def _ends(
    stays: pl.DataFrame, periods: pl.DataFrame, units: pl.DataFrame, shape: Shape
) -> tuple[pl.DataFrame, pl.DataFrame]:
    counted = at_ends(stays, periods, units)
    if shape.is_survival:
        return pl.DataFrame(schema=FIGURES), _still_going_on(counted, stays, periods, units)
    if shape.kind != "ratio":
        long = counted.filter(pl.col("days") > shape.over) if shape.is_over_only else counted
        return pl.DataFrame(schema=FIGURES), long.select(*COUNTS)
    n = pl.col("cases") * MICRO
    late = n.filter(pl.col("days") > shape.over).sum() if shape.over is not None else pl.lit(0)
    nothing = pl.lit(0, pl.Int64)
    parts = (nothing, late) if shape.late_in_denominator else (late, n.sum())
    figures = counted.group_by("unit", "period").agg(
        numerator=parts[0].cast(pl.Int64), denominator=parts[1].cast(pl.Int64)
    )
    return figures.select(*FIGURES), pl.DataFrame(schema=COUNTS)


def _still_going_on(
    counted: pl.DataFrame, stays: pl.DataFrame, periods: pl.DataFrame, units: pl.DataFrame
) -> pl.DataFrame:
    """Return what goes on at the end of each period, less what went on already when it began."""
    begins = periods.with_columns(end=pl.col("starts_on") - pl.duration(days=1))
    earlier = negative(at_ends(stays, begins, units))
    return summed([part.with_columns(days=going_on(pl.col("days"))) for part in (counted, earlier)], COUNTS)
