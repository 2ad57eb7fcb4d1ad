"""Variants: the most common paths through the steps, and where they leave the expected pathway."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from trajectories.calculations.asked import Asked
from trajectories.calculations.measures.conformance import verdicts

#: Days before `as_of` within which a case must have ended for its path to count: a path is known at its end alone.
PATH_DAYS = 365
#: A path of fewer people is never shown: it could tell of one of them.
FEWEST = 5
#: The most common paths, one of them perhaps "others".
SHOWN = 10

Rule = tuple[str, str, str | None]


@dataclass(frozen=True)
class Path:
    """A path that `n` cases took: places of steps in the order they came. `broken` counts cases by each broken rule."""

    steps: tuple[int, ...]
    n: int
    broken: tuple[int, ...] = ()


@dataclass(frozen=True)
class Paths:
    """The most common paths, then how many cases took others, and how many those are."""

    shown: tuple[Path, ...]
    others: int
    other_paths: int
    others_broken: tuple[int, ...] = ()

    @property
    def cases(self) -> int:
        """How many cases there are in all."""
        return sum(path.n for path in self.shown) + self.others


def ended(asked: Asked, today: dt.date, *, has_ends: bool | None = None) -> pl.DataFrame:
    """Return the cases (`case`) that ended in the last year; in a log where none ever ends, those with any event then.

    `has_ends`: whether any case ever ends, where the log holds only a share of the cases.
    """
    leaving = pl.col("activity").is_in(asked.leaving())
    ends = asked.log.filter(leaving)
    if not (ends.height if has_ends is None else has_ends):
        ends = asked.log
    last = ends.group_by("case").agg(pl.col("day").last())
    return last.filter(pl.col("day") > today - dt.timedelta(days=PATH_DAYS), pl.col("day") <= today).select("case")


def paths_of(stepped: pl.DataFrame) -> pl.DataFrame:
    """Return each case's `path`: the places of its steps, one after a repetition of itself left out, as `0 1 4`."""
    place = pl.col("step")
    return (
        stepped.lazy()
        .drop_nulls("step")
        .filter((place != place.shift(1).over("case")).fill_null(value=True))
        .group_by("case")
        .agg(path=place.cast(pl.String).str.join(" "))
        .collect()
    )


def broken_rules(
    log: pl.DataFrame, rules: Sequence[Rule], steps: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> pl.DataFrame:
    """Return for each case and rule `rule 0`, `rule 1`, … whether it is kept; null where it does not apply.

    `steps`: the activities of what rules name as steps.
    """
    cases = log.select("case").unique()
    for place, (word, a, b) in enumerate(rules):
        kept = verdicts(log, word, steps.get(a, [a]), steps.get(b or a, [b or a])).rename({"kept": f"rule {place}"})
        cases = cases.join(kept, on="case", how="left")
    return cases


def pooled(rows: Sequence[Path]) -> Paths:
    """Return the most common paths; those of fewer than five cases, and all beyond the tenth, are only counted.

    Where that would leave others of fewer than five cases, the rarest of those shown joins them.
    """
    ordered = sorted(rows, key=lambda path: (-path.n, path.steps))
    shown = [path for path in ordered[:SHOWN] if path.n >= FEWEST]
    others = ordered[len(shown) :]
    while shown and others and sum(path.n for path in others) < FEWEST:
        others = [shown.pop(), *others]
    broken = tuple(map(sum, zip(*(path.broken for path in others), strict=True)))
    return Paths(tuple(shown), sum(path.n for path in others), len(others), broken)
