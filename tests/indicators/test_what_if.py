"""What a moved target would change, counted before it is saved: it equals saving and counting."""

import datetime as dt
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from indicators.calculations.paths import PathPoint
from indicators.choices import Path
from indicators.models import Indicator, Target
from indicators.operations import drain_rollups, proposed_target, set_target
from indicators.queries import ValueFilter, values
from indicators.queries.targets.in_force import after_setting
from indicators.queries.targets.what_if import WhatIf, what_if
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 15, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
MONTHS = [f"2026-{month:02d}" for month in range(1, 11)]


def programme() -> tuple[Indicator, Unit, Unit, Unit]:
    """Two teams whose waits go from 10 to 19 and from 20 to 29 days in ten months."""
    youth = build.unit("youth")
    north, south = build.units("north", "south", parent=youth)
    waits = build.indicator("waits", direction="down")
    for place, month in enumerate(MONTHS):
        build.observation(waits, north, month, 10 + place)
        build.observation(waits, south, month, 20 + place)
    drain_rollups(now=NOW)
    build.target(waits, youth, target=Decimal(15), threshold=Decimal(25))
    build.index("score", {"waits": 1}, direction="up")
    doubled = build.formula("doubled", "score × 2", direction="up")
    build.target(doubled, youth, target=Decimal(100), threshold=Decimal(20))
    drain_rollups(now=NOW)
    return waits, youth, north, south


def asked(indicator: Indicator, unit: Unit, valid_from: dt.date, **fields: Any) -> WhatIf:
    standing = list(Target.objects.standing())
    made = proposed_target(indicator=indicator, unit=unit, valid_from=valid_from, **fields)
    after = after_setting(standing, made)
    return what_if(indicator=indicator, unit=unit, before=standing, after=after, since=valid_from, today=TODAY)


def test_a_moved_target_says_which_units_and_periods_would_change() -> None:
    waits, youth, _north, _south = programme()

    found = asked(waits, youth, dt.date(2026, 6, 1), numbers={"target": Decimal(18), "threshold": Decimal(28)})

    # From June on: north 15 to 19, south 25 to 29; the programme 40 to 48 stays beyond both thresholds.
    assert [(one.before, one.after, one.figures) for one in found.shifts] == [
        ("watch", "on target", 3),
        ("act", "watch", 3),
    ]
    assert {one.unit.code: (one.changed, one.figures) for one in found.units} == {"north": (3, 5), "south": (3, 5)}
    assert (found.figures, found.changed, found.held) == (15, 6, 3)
    assert Target.objects.filter(indicator=waits).count() == 1


def test_a_unit_with_a_target_of_its_own_is_not_counted() -> None:
    waits, youth, north, _south = programme()
    build.target(waits, north, target=Decimal(5))

    found = asked(waits, youth, dt.date(2026, 1, 1), numbers={"target": Decimal(30), "threshold": Decimal(35)})

    assert [one.unit.code for one in found.units] == ["south", "youth"]


def test_indexes_that_score_by_the_target_follow_and_what_is_computed_from_them() -> None:
    waits, _youth, north, _south = programme()

    found = asked(waits, north, dt.date(2026, 9, 1), numbers={"target": Decimal(18), "threshold": Decimal(28)})

    # In September 18 and in October 19 days: scores of 70 and 60 become 100 and 90.
    assert [(one.indicator.code, one.figures, one.moved, one.changed, one.shifts) for one in found.followed] == [
        ("score", 2, 2, 0, ()),
        ("doubled", 2, 2, 0, ()),
    ]


class WhatIfEqualsSaving(TestCase):
    """Whatever is proposed, what is counted before is what is different after."""

    @settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        where=st.sampled_from(["youth", "north"]),
        month=st.integers(1, 12),
        target=st.integers(8, 32),
        margin=st.integers(0, 12),
        goal=st.none() | st.integers(8, 32),
        path=st.sampled_from([Path.STEPS, Path.LINE]),
        ends=st.none() | st.integers(0, 200),
    )
    def test_what_if_equals_saving_and_counting(
        self, *, where: str, month: int, target: int, margin: int, goal: int | None, path: str, ends: int | None
    ) -> None:
        waits, youth, north, _south = programme()
        unit = youth if where == "youth" else north
        first = dt.date(2026, month, 1)
        points = [] if goal is None else [PathPoint(first + dt.timedelta(days=60), Decimal(goal), Decimal(goal))]
        last = first + dt.timedelta(days=ends) if ends is not None and goal is None else None
        told: dict[str, Any] = {"path": path if points else Path.FIXED, "points": points, "valid_to": last}
        numbers: dict[str, Any] = {"target": Decimal(target), "threshold": Decimal(target + margin)}
        before, figures = statuses(), computed()

        found = asked(waits, unit, first, numbers=numbers, **told)
        proposed = proposed_target(indicator=waits, unit=unit, valid_from=first, numbers=numbers, **told)
        set_target(target=proposed, by=None, today=TODAY, now=NOW)

        drain_rollups(now=NOW)
        after, moved = statuses(), computed()
        expected = Counter(
            (before[key], after[key]) for key in before if before[key] != after[key] and key[0] == "waits"
        )
        shifted = Counter(key[0] for key in before if before[key] != after[key] and key[0] != "waits")
        others = Counter(key[0] for key in figures if figures[key] != moved[key])
        assert {one.indicator.code: one.changed for one in found.followed if one.changed} == shifted
        assert {one.indicator.code: one.moved for one in found.followed} == others
        assert {(one.before, one.after): one.figures for one in found.shifts} == expected


def statuses() -> dict[tuple[str, str, str], str]:
    return {(row.indicator, row.unit, row.period): row.status for row in values(ValueFilter(), today=TODAY)}


def computed() -> dict[tuple[str, str, str], tuple[Decimal | None, str]]:
    """Figures and statuses of what is computed."""
    wanted = ValueFilter(indicators=["score", "doubled"])
    return {(row.indicator, row.unit, row.period): (row.value, row.status) for row in values(wanted, today=TODAY)}
