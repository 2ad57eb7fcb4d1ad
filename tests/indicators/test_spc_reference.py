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
#: The columns in which we differ from the package on purpose, case by case (spc.md 2.9 leaves these to the application).
LEFT_TO_US = {
    # All values equal: no limits, so no icon of assurance.
    "const-13": {"assurance_icon"},
    # Limits that screening made zero wide: there are none, and nothing is outside them.
    "const-step": {
        "lpl", "upl", "near_lpl", "near_upl", "outside_limits", "close_to_limits", "special_cause_type",
    },
    # Two trends that touch: the last point of the first keeps its direction.
    "eng-adjacent-trends": {"special_cause_type", "point_type"},
}  # fmt: skip

Case = dict[str, Any]


def cases(name: str, folder: Path = HERE) -> list[Case]:
    found: list[Case] = json.loads((folder / name).read_text())["cases"]
    return [case for case in found if case["level"] != "optional" and "expected" in case]


def agrees(ours: Any, theirs: Any) -> bool:
    """Numbers to 1e-9 of themselves, all else exactly."""
    if isinstance(ours, float | int) and isinstance(theirs, float | int):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=0)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(agrees, ours, theirs))
    return type(ours) is type(theirs) and bool(ours == theirs)


def differing(case: Case) -> set[str]:
    """Return the columns in which our answer is not the published one, a missing one too."""
    ours = answer({"chart": case.get("chart"), **case["input"]})
    found = set()
    for column, theirs in case["expected"].items():
        # In a rule's column null means "not flagged".
        expected = [flag or 0 for flag in theirs] if column.startswith("rule_") else theirs
        if column not in ours or not agrees(ours[column], expected):
            found.add(column)
    return found


@pytest.mark.parametrize("case", cases("plotthedots_made.json"), ids=lambda case: str(case["id"]))
def test_an_xmr_chart_is_as_plot_the_dots_draws_it(case: Case) -> None:
    assert differing(case) == LEFT_TO_US.get(case["id"], set())


def test_only_what_the_cases_leave_to_the_application_differs() -> None:
    policies = {
        case["id"]: case["policy_fields"] for case in cases("plotthedots_made.json") if case["level"] == "policy"
    }

    assert {name: policies.get(name) for name in LEFT_TO_US} == {
        "const-13": ["limits", "assurance_icon"],
        "const-step": ["zero-width limits: limits and everything derived from them"],
        "eng-adjacent-trends": ["special_cause_type/point_type at the join of the two trends"],
    }


def test_where_the_package_crashes_a_missing_value_breaks_what_it_stands_in() -> None:
    every = json.loads((HERE / "plotthedots_made.json").read_text())["cases"]

    told = {case["id"]: answer(case["input"]) for case in every if "package_error" in case}

    rising = told.pop("na-error-monotone")
    assert (rising["rule_trend"], rising["rule_shift"]) == ([0] * 9, [0] * 9)
    assert rising["moving_range_used"] == [None, 1, 1, None, None, 1, 1, 1, 1]
    season = told.pop("rnd-49-season")
    assert [place for place, flag in enumerate(season["rule_trend"]) if flag] == [
        *range(2, 9), *range(19, 27), *range(37, 45),
    ]  # fmt: skip
    assert told == {}


@pytest.mark.parametrize("case", cases("qicharts2_made.json"), ids=lambda case: str(case["id"]))
def test_a_shewhart_chart_is_as_qicharts_draws_it(case: Case) -> None:
    assert differing(case) == set()


@pytest.mark.reference
@pytest.mark.parametrize("name", ["plotthedots_real.json", "qicharts2_real.json"])
def test_charts_of_published_data_are_as_published(name: str, reference: Path) -> None:
    wrong = {case["id"]: found for case in cases(name, reference / "spc") if (found := differing(case))}

    assert wrong == {}


def test_the_limits_of_runs_are_those_published_for_one_to_three_hundred_points() -> None:
    table = json.loads((HERE / "qicharts2_made.json").read_text())["anhoej_limits_n_longestmax_crossmin"]

    assert [[n, longest_run_allowed(n), crossings_needed(n)] for n, _, _ in table] == table
