"""Control charts by API: of a series that is sent, as published; of a stored one, as the tile's."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from core import periods
from indicators.operations import drain_rollups
from indicators.spc import answer
from organisation.choices import RoleName
from organisation.models import Person
from tests import build
from tests.api.asking import as_person, as_program

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/spc/"
#: What they are answered is compared with the published answers in tests/indicators/test_spc_reference.py.
CASES = Path(__file__).parents[1] / "indicators" / "cases"


@pytest.fixture
def analyst() -> APIClient:
    return as_program(build.person_with(RoleName.ANALYST, at=build.unit("CENTRE")))


@pytest.mark.parametrize("name", ["plotthedots_made.json", "qicharts2_made.json"])
def test_a_series_that_is_sent_is_answered_as_the_reference_cases_are_judged(analyst: APIClient, name: str) -> None:
    cases = json.loads((CASES / name).read_text())["cases"]
    bodies = [{"chart": case.get("chart"), **case["input"]} for case in cases if case["level"] != "optional"]

    answers = [analyst.post(ADDRESS, body, format="json").json() for body in bodies]

    assert answers == [json.loads(json.dumps(answer(body))) for body in bodies]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ([], 400, "invalid"),
        ({"dates": ["2025-01-01"], "y": []}, 422, "unequal_lengths"),
        ({"dates": ["soon"], "y": [1]}, 422, "not_a_date"),
        ({"dates": 5, "y": [1]}, 422, "not_a_list"),
        ({"dates": ["2025-01-01"], "y": [1], "fix_after_n_points": "all"}, 422, "not_a_number"),
        ({"dates": ["2025-01-01"], "y": [10**400]}, 422, "too_large"),
        ({"dates": ["2025-01-01", "2025-01-02"], "y": [1e308, -1e308]}, 422, "too_large"),
        ({"chart": "p", "y": [1, 2], "n": [1e-320, 1]}, 422, "too_large"),
        ({"chart": "pie", "y": [1]}, 422, "unknown_chart"),
        ({"dates": ["2025-01-01"] * 10_001, "y": [1] * 10_001}, 413, "too_many_points"),
    ],
)
def test_a_series_that_is_none_is_refused(analyst: APIClient, body: Any, status: int, code: str) -> None:
    refusal = analyst.post(ADDRESS, body, format="json")

    assert (refusal.status_code, refusal.json()["code"]) == (status, code)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"taget": 3}, "unknown_field", "taget"),
        ({"y": [1, "2"]}, "not_a_number", "y[1]"),
        ({"y": [True, 2]}, "not_a_number", "y[0]"),
        ({"y": {"a": 1}}, "not_a_list", "y"),
        ({"dates": ["2025-01-01", None]}, "not_a_date", "dates[1]"),
        ({"dates": ["2025-01-01", "2025-01-01"]}, "duplicate_date", "dates"),
        ({"rebase_dates": "2025-01-02"}, "not_a_list", "rebase_dates"),
        ({"rebase_dates": ["2025-01-03"]}, "no_such_point", "rebase_dates[0]"),
        ({"improvement_direction": "sideways"}, "unknown_direction", "improvement_direction"),
        ({"fix_after_n_points": 12.5}, "not_whole", "fix_after_n_points"),
        ({"fix_after_n_points": 3}, "baseline_too_short", "fix_after_n_points"),
        ({"screen_outliers": "no"}, "not_a_truth", "screen_outliers"),
        ({"target": 10**400}, "too_large", "target"),
        ({"chart": ["xmr"]}, "not_a_text", "chart"),
        ({"chart": "run", "exclude": ["a"]}, "not_a_number", "exclude[0]"),
        ({"chart": "p", "n": [1]}, "unequal_lengths", "y"),
    ],
)
def test_a_refusal_names_the_field_and_its_place(
    analyst: APIClient, changed: dict[str, Any], code: str, field: str
) -> None:
    body = {"dates": ["2025-01-01", "2025-01-02"], "y": [1, 2], **changed}

    refusal = analyst.post(ADDRESS, body, format="json")

    assert (refusal.status_code, refusal.json()["code"], [one["field"] for one in refusal.json()["errors"]]) == (
        422,
        code,
        [field],
    )


def test_half_a_character_in_a_body_is_refused_before_anything_reads_it(analyst: APIClient) -> None:
    refusal = analyst.post(ADDRESS, '{"chart": "\\ud800"}', content_type="application/json")

    assert (refusal.status_code, refusal.json()["code"]) == (400, "parse_error")


def test_a_refusal_is_told_in_the_language_that_is_asked_for(analyst: APIClient) -> None:
    body = {"dates": ["bientôt"], "y": [1]}

    refusals = [
        analyst.post(ADDRESS, body, format="json", headers={"Accept-Language": language}).json()["detail"]
        for language in ("en", "fr")
    ]

    assert refusals == ["“bientôt” is not a date.", "«\u00a0bientôt\u00a0» n’est pas une date."]


def test_a_stored_series_is_drawn_from_its_first_figure_with_its_gaps(analyst: APIClient) -> None:
    centre = build.unit("TEAM")
    build.role(Person.objects.get(), RoleName.ANALYST, centre)
    wait = build.indicator("wait", direction="down")
    build.target(wait, centre, target=9)
    months = [f"2024-{month:02}" for month in range(1, 13)] + ["2025-02", "2025-03"]
    for place, month in enumerate(months):
        build.observation(wait, centre, month, 10 + place % 3)
    drain_rollups(now=build.LATER)

    drawn = analyst.get(ADDRESS, {"indicator": "wait", "unit": "TEAM", "until": "2025-03", "points": "100"}).json()

    periods = [*months[:12], "2025-01", *months[12:]]
    figures = [10 + place % 3 for place in range(12)] + [None, 10, 11]
    expected = answer(
        {"dates": [f"{month}-01" for month in periods], "y": figures, "improvement_direction": "decrease", "target": 9}
    )
    short = {
        "indicator": "wait", "unit": "TEAM", "frequency": "month", "chart": "xmr", "reason": "figures",
        "period": periods, "target": 9, "marks": [],
    }  # fmt: skip
    assert drawn.pop("runs")["n_useful"] == 14
    # Of 10, 11, 12, 10 …: neighbours differ.
    assert {name: drawn["autocorrelation"][name] for name in ("n", "is_signal")} == {"n": 14, "is_signal": False}
    assert drawn.pop("autocorrelation")["lag_1"] < 0
    assert drawn == json.loads(json.dumps({**short, **expected}))


def test_a_small_figure_is_a_gap_for_whoever_may_not_see_it() -> None:
    centre = build.unit("CENTRE")
    referrals = build.indicator("referrals")
    for month, n in (("2025-01", 9), ("2025-02", 3), ("2025-03", 8)):
        build.observation(referrals, centre, month, n)
    drain_rollups(now=build.LATER)
    viewer = as_person(build.person_with(RoleName.VIEWER, at=centre))

    drawn = viewer.get(ADDRESS, {"indicator": "referrals", "unit": "CENTRE", "until": "2025-03"}).json()

    assert (drawn["period"], drawn["y"]) == (["2025-01", "2025-02", "2025-03"], [9, None, 8])


@pytest.mark.parametrize("asked", [{}, {"points": "36"}, {"chart": "xmr"}])
@pytest.mark.parametrize("role", [RoleName.ANALYST, RoleName.VIEWER])
def test_a_figure_for_which_a_team_is_awaited_is_a_gap_for_everyone(role: RoleName, asked: dict[str, str]) -> None:
    centre = build.unit("CENTRE")
    north, south = build.unit("NORTH", parent=centre), build.unit("SOUTH", parent=centre)
    calls, today = build.indicator("calls", grace_days=400), timezone.localdate()
    newest = periods.containing("month", today.replace(day=1) - dt.timedelta(days=1))
    before = periods.containing("month", newest.first - dt.timedelta(days=1))
    for team in (north, south):
        build.reporter(calls, team)
    for team, month in [(north, before), (south, before), (north, newest)]:
        build.observation(calls, team, month.code, 30)
    drain_rollups(now=build.LATER)

    reader = as_person(build.person_with(role, at=centre))
    drawn = reader.get(ADDRESS, {"indicator": "calls", "unit": "CENTRE", **asked}).json()

    assert dict(zip(drawn["period"], drawn["y"], strict=True)) == {before.code: 60, newest.code: None}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"unit": "CENTRE"}, 400),
        ({"indicator": "nothing", "unit": "CENTRE"}, 404),
        ({"indicator": "wait", "unit": "NOWHERE"}, 404),
        ({"indicator": "wait", "unit": "CENTRE"}, 200),
    ],
)
def test_the_series_must_be_one_that_the_reader_may_see(
    analyst: APIClient, parameters: dict[str, str], status: int
) -> None:
    build.indicator("wait")

    assert analyst.get(ADDRESS, parameters).status_code == status


def test_values_say_of_each_period_what_its_chart_says(analyst: APIClient) -> None:
    team = build.unit("TEAM")
    build.role(Person.objects.get(), RoleName.ANALYST, team)
    wait = build.indicator("wait", direction="down")
    build.target(wait, team, target=30)
    first = timezone.localdate().year - 2
    months = [f"{year}-{month:02}" for year in (first, first + 1) for month in range(1, 13)]
    for place, month in enumerate(months):
        build.observation(wait, team, month, 25 if month == months[-1] else 10 + place % 3)
    drain_rollups(now=build.LATER)

    rows = analyst.get("/api/v1/values/", {"indicator": "wait"}).json()["results"]
    drawn = analyst.get(ADDRESS, {"indicator": "wait", "unit": "TEAM", "until": months[-1]}).json()

    shown = [(row["variation"], row["assurance"]) for row in rows]
    assert shown == [("common_cause", "pass")] * 23 + [("concern_high", "pass")]
    assert (drawn["variation_icon"], drawn["assurance_icon"]) == shown[-1]
