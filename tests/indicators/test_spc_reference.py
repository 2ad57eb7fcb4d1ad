"""Every reference case of the published implementations, by the same door as the API."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from indicators.spc import answer
from indicators.spc.runs import crossings_needed, longest_run_allowed

HERE = Path(__file__).parent / "cases"
#: What a policy case names, as the columns that may then differ (spc.md 2.9: the application decides).
LIMITS = {"lpl", "upl", "near_lpl", "near_upl", "avg_moving_range", "moving_range_used", "lcl", "ucl", "lcl95", "ucl95"}
DERIVED = LIMITS | {"outside_limits", "close_to_limits", "rule_two_in_three", "special_cause_type", "point_type"}
MAY_DIFFER = {
    "limits": LIMITS,
    "assurance_icon": {"assurance_icon"},
    "zero-width limits: limits and everything derived from them": DERIVED,
    "special_cause_type/point_type at the join of the two trends": {"special_cause_type", "point_type"},
}

Case = dict[str, Any]


def cases(name: str, folder: Path = HERE) -> list[Case]:
    found: list[Case] = json.loads((folder / name).read_text())["cases"]
    return [case for case in found if case["level"] != "optional" and "expected" in case]


def agrees(ours: Any, theirs: Any) -> bool:
    """Numbers to 1e-9, all else exactly."""
    if isinstance(ours, float | int) and isinstance(theirs, float | int):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    return bool(ours == theirs)


def differences(case: Case) -> dict[str, Any]:
    """Return the columns in which our answer differs from the published one, without those left to us."""
    ours = answer({"chart": case.get("chart"), **case["input"]})
    left_to_us = {column for named in case.get("policy_fields") or [] for column in MAY_DIFFER.get(named, {named})}
    found = {}
    for column, theirs in case["expected"].items():
        # In a rule's column null means "not flagged".
        expected = [flag or 0 for flag in theirs] if column.startswith("rule_") else theirs
        if column not in left_to_us and not agrees(ours[column], expected):
            found[column] = (ours[column], expected)
    return found


@pytest.mark.parametrize("case", cases("plotthedots_made.json"), ids=lambda case: str(case["id"]))
def test_an_xmr_chart_is_as_plot_the_dots_draws_it(case: Case) -> None:
    assert differences(case) == {}


@pytest.mark.parametrize("case", cases("qicharts2_made.json"), ids=lambda case: str(case["id"]))
def test_a_shewhart_chart_is_as_qicharts_draws_it(case: Case) -> None:
    assert differences(case) == {}


@pytest.mark.reference
@pytest.mark.parametrize("name", ["plotthedots_real.json", "qicharts2_real.json"])
def test_charts_of_published_data_are_as_published(name: str, reference: Path) -> None:
    wrong = {case["id"]: differences(case) for case in cases(name, reference / "spc") if differences(case)}

    assert wrong == {}


def test_the_limits_of_runs_are_those_published_for_one_to_three_hundred_points() -> None:
    table = json.loads((HERE / "qicharts2_made.json").read_text())["anhoej_limits_n_longestmax_crossmin"]

    assert [[n, longest_run_allowed(n), crossings_needed(n)] for n, _, _ in table] == table
