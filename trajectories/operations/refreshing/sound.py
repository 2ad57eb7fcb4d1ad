"""Which bound measures can be computed, by which rules, and whether their figures were computed from what holds now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from django.db import connection

from core.sentences import Sentence, sentence, sentence_of
from indicators.choices import IndicatorStatus, Kind
from trajectories.calculations.asked import Asked
from trajectories.calculations.faults import gettext_noop
from trajectories.calculations.figures.contributions import contributions, reads
from trajectories.calculations.figures.eras import Era
from trajectories.calculations.figures.people import READ
from trajectories.calculations.figures.sums import Shape, shape_of
from trajectories.calculations.frame import frame
from trajectories.calculations.refusals import MeasureRefused
from trajectories.models import BoundMeasure, Trajectory
from trajectories.queries.logs import COLUMNS, typed
from trajectories.queries.measures import named_columns, with_columns
from trajectories.queries.rules import InForce, rules_in_force

#: Changed whenever the same events would give other figures: then all is computed anew.
ARITHMETIC = 3
#: Parameters that name a column of the person; with one, a case counts together with others.
ACROSS = ("person",)
#: Why a measure fails, and of which indicator.
FAULT = gettext_noop("%(indicator)s: %(why)s")


@dataclass(frozen=True)
class Rule:
    """What is measured for the periods of an era: the parameters as the frame names columns, and the clock of then."""

    measure: str
    params: Mapping[str, object]
    clock: Mapping[str, Sequence[str]]
    columns: tuple[str, ...]
    shape: Shape

    @property
    def is_across_cases(self) -> bool:
        """Whether what a case adds depends on other cases."""
        return self.params.get("key") in ACROSS


@dataclass(frozen=True)
class Sound:
    """A bound measure that can be computed: its rules, oldest first, one era after the other, and what it rests on."""

    row: BoundMeasure
    rules: tuple[Rule, ...]
    basis: str

    @property
    def kind(self) -> str:
        """The kind of indicator that it feeds."""
        return str(self.row.indicator.kind)

    @property
    def columns(self) -> tuple[str, ...]:
        """The further fields that it needs of each event."""
        of_people = READ if self.counts_people else ()
        return tuple(dict.fromkeys([*of_people, *(name for rule in self.rules for name in rule.columns)]))

    @property
    def counts_people(self) -> bool:
        """Whether it feeds an indicator of different people."""
        return self.kind == Kind.DISTINCT

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """How the sums by each rule become cells."""
        return tuple(rule.shape for rule in self.rules)

    @property
    def era(self) -> Era:
        """The periods that it measures at all."""
        return Era(self.rules[0].shape.era.since)

    @property
    def is_across_cases(self) -> bool:
        """Whether what a case adds depends on other cases, by any rule."""
        return any(rule.is_across_cases for rule in self.rules)


def sound_measures(trajectory: Trajectory, *, tree: str) -> tuple[list[Sound], dict[int, Sentence]]:
    """Return the measures that can be computed, and why others cannot (none of these has a basis any more).

    Each is tried on a log without events, so that a wrong parameter is found before any work is done. What is suspended
    or abandoned is passed over.
    """
    sound, faults, idle = [], dict[int, Sentence](), []
    versions = list(trajectory.versions.order_by("-number"))
    for row in trajectory.measures.select_related("indicator"):
        row.trajectory = trajectory
        if row.indicator.status in {IndicatorStatus.SUSPENDED, IndicatorStatus.ABANDONED}:
            idle.append(row.pk)
            continue
        try:
            sound.append(_tried(row, rules_in_force(row, versions), tree))
        except MeasureRefused as refused:
            told = {"indicator": row.indicator.code, "why": sentence_of(refused)}
            faults[row.indicator_id] = sentence(FAULT) % told
            idle.append(row.pk)
    BoundMeasure.objects.filter(pk__in=idle).exclude(basis="").update(basis="")
    return sound, faults


def _tried(row: BoundMeasure, held: Sequence[InForce], tree: str) -> Sound:
    rules = tuple(_rule(one, row.indicator.kind) for one in held)
    told: list[object] = [ARITHMETIC, tree, row.trajectory.timezone, row.indicator.kind, row.indicator.frequency]
    told += [[rule.shape.era.since, rule.clock, rule.measure, rule.params] for rule in rules]
    return Sound(row, rules, _fingerprint(told))


def _rule(held: InForce, kind: str) -> Rule:
    params = with_columns(held.trajectory, held.params, held.measure)
    columns = tuple(dict.fromkeys([*reads(held.measure), *named_columns(params)]))
    clock = held.trajectory.clock
    empty = Asked(frame(_no_events(columns), zone="UTC"), params, clock)
    shape = shape_of(contributions(held.measure, kind, empty), kind, held.era)
    return Rule(held.measure, params, clock, columns, shape)


def _no_events(columns: Sequence[str]) -> pl.DataFrame:
    types = {name: kind for name, (_, kind) in COLUMNS.items()} | dict.fromkeys(columns, pl.String)
    return typed(pl.DataFrame(schema=types))


def _fingerprint(told: Sequence[object]) -> str:
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def calendar_fingerprint() -> str:
    """Return what changes whenever someone edits the fiscal periods."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT md5(coalesce(string_agg(concat_ws(' ', code, starts_on, ends_on), ',' ORDER BY code), ''))
            FROM organisation_period WHERE frequency IN ('fiscal_period', 'fiscal_year')
            """
        )
        (fingerprint,) = cursor.fetchone()
        return str(fingerprint)
