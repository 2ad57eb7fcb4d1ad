"""The maps of a trajectory for every unit at once: one pass over the log, whatever the number of units.

What cases add to maps is found share by share and put together, so that the memory holds one share of the events, and of
the others what is left of them: a row a case that is open or lately moved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from itertools import groupby
from typing import Any

import polars as pl

from indicators.calculations.small_numbers import hidden, is_small
from trajectories.calculations.asked import Asked
from trajectories.calculations.maps.flow import faces, standing, with_steps
from trajectories.calculations.maps.handovers import gaps
from trajectories.calculations.maps.passages import COMPARED, compared, drop_outs, moves, recent
from trajectories.calculations.maps.paths import Path, Rule, broken_rules, ended, paths_of, pooled
from trajectories.calculations.maps.pictures import Delay, Gap, Link, Picture, RuleCount, Stand
from trajectories.calculations.measures.conformance import step_activities

#: The key of the map of everyone, also of those whose team is no unit.
EVERYONE = 0

Row = dict[str, Any]


@dataclass(frozen=True)
class Tree:
    """Where teams stand on the day of the map: `above` has `team` and `key` of each unit from it to the root."""

    above: pl.DataFrame
    #: The unit right above each; of roots, `EVERYONE`.
    parents: Mapping[int, int | None]


@dataclass(frozen=True)
class _Found:
    """The figures of all maps by key, each list sorted as the maps show it."""

    steps: Mapping[int, list[Row]]
    dropped: Mapping[int, list[Row]]
    links: Mapping[int, list[Row]]
    gaps: Mapping[int, list[Row]]
    open_gaps: Mapping[int, list[Row]]
    paths: Mapping[int, list[Row]]
    rules: Mapping[int, list[Row]]


@dataclass(frozen=True)
class Facts:
    """What some cases add to the maps of a day; facts of others are added below them.

    here, passed   as `standing` gives them
    dropped        team, day, step of drop-outs in the last 90 days
    moves          source, target, team, day, days in the last 180
    closed, still  gaps that ended in the last 180 days, and those that are open
    paths          key, path, n, and how many broke each rule: cases that ended in the last year, at each unit that they met
    rules          key, and of each rule how many it applies to, and how many kept it
    """

    here: pl.DataFrame
    passed: pl.DataFrame
    dropped: pl.DataFrame
    moves: pl.DataFrame
    closed: pl.DataFrame
    still: pl.DataFrame
    paths: pl.DataFrame
    rules: pl.DataFrame


def facts(
    asked: Asked,
    steps: Sequence[Mapping[str, object]],
    rules: Sequence[Rule],
    tree: Tree,
    today: dt.date,
    *,
    has_ends: bool | None = None,
) -> Facts:
    """Return what the cases of a log add to the maps of a day; `has_ends` as `ended` takes it."""
    stepped = with_steps(asked.log, steps)
    here, passed = standing(asked, steps, today)
    closed, still = gaps(asked)
    of_these = stepped.join(ended(asked, today, has_ends=has_ends), on="case", how="semi", maintain_order="left")
    cases = _cases(of_these, broken_rules(of_these, rules, step_activities(steps)), tree)
    words = [f"rule {place}" for place in range(len(rules))]
    return Facts(
        here=here,
        passed=passed,
        dropped=recent(drop_outs(asked, stepped), today).drop_nulls("step"),
        moves=recent(moves(stepped, asked.activities("drop_out")), today, spans=2),
        closed=recent(closed, today, spans=2),
        still=still,
        paths=cases.group_by("key", "path").agg(n=pl.len(), **{f"{one} broken": (~pl.col(one)).sum() for one in words}),
        rules=cases.group_by("key").agg(
            **{f"{one} applies": pl.col(one).count() for one in words}, **{one: pl.col(one).sum() for one in words}
        ),
    )


def joined(parts: Sequence[Facts]) -> Facts:
    """Return the facts of several disjoint sets of cases together."""
    if len(parts) == 1:
        return parts[0]
    whole = {
        one.name: pl.concat([getattr(part, one.name) for part in parts], how="vertical_relaxed")
        for one in fields(Facts)
    }
    for name, keys in (("paths", ("key", "path")), ("rules", ("key",))):
        whole[name] = whole[name].group_by(keys).agg(pl.all().sum())
    return Facts(**whole)


def pictures(
    told: Facts, steps: Sequence[Mapping[str, object]], rules: Sequence[Rule], tree: Tree, today: dt.date
) -> dict[int, Picture]:
    """Return the map of each unit under whose roof anyone is or lately was, and of everyone."""
    found = _found(told, rules, tree, today)
    keys = {EVERYONE, *found.steps, *found.links, *found.gaps, *found.open_gaps, *found.paths}
    few = _few(found, tree.parents)
    unplaced = told.here.join(tree.above, on="team", how="anti").height
    at_top = {EVERYONE, *(key for key, parent in tree.parents.items() if parent == EVERYONE)}
    return {
        key: replace(_picture(key, found, few, len(steps), rules), unplaced=unplaced if key in at_top else 0)
        for key in keys
    }


def _keyed(rows: pl.DataFrame, tree: Tree) -> pl.DataFrame:
    """Return rows with `team` once for everyone, and once for each unit above the team."""
    return pl.concat(
        [rows.with_columns(key=pl.lit(EVERYONE, dtype=pl.Int64)), rows.join(tree.above, on="team")], how="diagonal"
    )


def _found(told: Facts, rules: Sequence[Rule], tree: Tree, today: dt.date) -> _Found:
    waiting = pl.lit(today) - pl.col("day")
    links = compared(_keyed(told.moves, tree), ("key", "source", "target"), today)
    broken = pl.concat_list(f"rule {place} broken" for place in range(len(rules))) if rules else pl.lit(None)
    return _Found(
        steps=_by_key(faces(_keyed(told.here, tree), _keyed(told.passed, tree), "key").drop_nulls("step")),
        dropped=_by_key(_keyed(told.dropped, tree).group_by("key", "step").agg(n=pl.len())),
        links=_by_key(links.sort("key", "source", "target")),
        gaps=_by_key(compared(_keyed(told.closed, tree), ("key",), today)),
        open_gaps=_by_key(
            _keyed(told.still, tree).group_by("key").agg(n=pl.len(), longest=waiting.max().dt.total_days())
        ),
        paths=_by_key(told.paths.select("key", "path", "n", broken=broken)),
        rules=_by_key(told.rules),
    )


def _cases(of_these: pl.DataFrame, broken: pl.DataFrame, tree: Tree) -> pl.DataFrame:
    """Return cases with their path and rules, once for each unit whose teams touched them."""
    told = paths_of(of_these).join(broken, on="case", how="left")
    touched = _keyed(of_these.select("case", "team").unique(), tree).select("case", "key").unique()
    return touched.join(told, on="case")


def _by_key(rows: pl.DataFrame) -> dict[int, list[Row]]:
    listed = rows.sort("key", maintain_order=True).iter_rows(named=True)
    return {key: list(group) for key, group in groupby(listed, key=lambda row: row["key"])}


def _few(found: _Found, parents: Mapping[int, int | None]) -> dict[tuple[object, ...], set[int]]:
    """Return for each count of the maps the units of which it must not be read."""
    counts: dict[tuple[object, ...], dict[int, Decimal]] = {}
    for item, key, n in _counted(found):
        counts.setdefault(item, {})[key] = Decimal(n)
    return {item: hidden(of_units, parents) for item, of_units in counts.items()}


def _counted(found: _Found) -> Iterable[tuple[tuple[object, ...], int, int]]:
    for key, rows in found.steps.items():
        for row in rows:
            yield ("people", row["step"]), key, row["people"] or 0
            yield ("waiting", row["step"]), key, row["waiting"] or 0
    for key, rows in found.dropped.items():
        yield from ((("dropped", row["step"]), key, row["n"]) for row in rows)
    for key, rows in found.links.items():
        for row in rows:
            yield ("link", row["source"], row["target"]), key, row["n"]
            yield ("link before", row["source"], row["target"]), key, row["n_before"]
    for key, rows in found.gaps.items():
        yield ("gap",), key, rows[0]["n"]
        yield ("gap before",), key, rows[0]["n_before"]
    for key, rows in found.open_gaps.items():
        yield ("gap now",), key, rows[0]["n"]


def _picture(
    key: int, found: _Found, few: Mapping[tuple[object, ...], Collection[int]], steps: int, rules: Sequence[Rule]
) -> Picture:
    def is_few(*item: object) -> bool:
        return key in few.get(item, ())

    standing_at = {row["step"]: row for row in found.steps.get(key, [])}
    dropped = {row["step"]: row["n"] for row in found.dropped.get(key, [])}
    still = next(iter(found.open_gaps.get(key, [])), {"n": 0, "longest": None})
    ended_gaps = next(iter(found.gaps.get(key, [])), {})
    return Picture(
        steps=tuple(
            _stand(
                standing_at.get(place, {}),
                dropped.get(place, 0),
                (is_few("people", place), is_few("waiting", place), is_few("dropped", place)),
            )
            for place in range(steps)
        ),
        links=tuple(
            Link(source, target, _delay(row, is_few("link", source, target), is_few("link before", source, target)))
            for row in found.links.get(key, [])
            for source, target in [(row["source"], row["target"])]
            if row["n"] or row["n_before"]
        ),
        gap=Gap(
            still["n"], still["longest"], _delay(ended_gaps, is_few("gap"), is_few("gap before")), is_few("gap now")
        ),
        paths=pooled(
            [
                Path(tuple(map(int, row["path"].split())), row["n"], tuple(row.get("broken") or ()))
                for row in found.paths.get(key, [])
            ]
        ),
        rules=_rules(rules, next(iter(found.rules.get(key, [])), {})),
    )


def _stand(row: Row, dropped: int, few: tuple[bool, bool, bool]) -> Stand:
    people, waiting = row.get("people") or 0, row.get("waiting") or 0
    return Stand(
        people=people,
        waiting=waiting,
        longest=row.get("longest_wait"),
        dropped=dropped,
        median_delay=row.get("median_delay"),
        are_few=few[0],
        are_few_waiting=few[1] or is_small(people - waiting),
        are_few_dropped=few[2],
        are_few_entered=is_small(row.get("entered") or 0),
    )


def _delay(row: Row, is_few: bool, was_few: bool) -> Delay:  # noqa: FBT001 -- private, both named alike
    return Delay(**{name: row[name] for name in COMPARED if name in row}, is_few=is_few, was_few=was_few)


def _rules(rules: Sequence[Rule], row: Row) -> tuple[RuleCount, ...]:
    return tuple(
        RuleCount(word, a, b, row.get(f"rule {place} applies", 0), row.get(f"rule {place}", 0))
        for place, (word, a, b) in enumerate(rules)
    )
