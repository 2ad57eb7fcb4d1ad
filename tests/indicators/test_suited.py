"""The chart that suits a figure is chosen from its kind, with a reason, and drawn from what stands behind each figure."""

import datetime as dt
from decimal import Decimal

import pytest

from indicators.choices import Direction, Kind, MarkKind, Statistic
from indicators.models import Indicator
from indicators.operations import drain_rollups
from indicators.operations.marks import mark_chart
from indicators.queries import Wanted, series
from indicators.queries.suited import Suited, suited
from indicators.spc.choice import Choice, Subgroup, choose
from organisation.choices import RoleName
from organisation.models import Period, Unit
from tests import build
from tests.api.asking import as_person

NOW = dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)
TODAY = NOW.date()
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][:34]


def counts(*numbers: int) -> list[Subgroup | None]:
    return [Subgroup(Decimal(number)) for number in numbers]


def shares(*pairs: tuple[int, int]) -> list[Subgroup | None]:
    return [Subgroup(Decimal(events), Decimal(n)) for events, n in pairs]


@pytest.mark.parametrize(
    ("kind", "statistic", "subgroups", "choice"),
    [
        ("ratio", "", shares(*[(18, 21)] * 12), Choice("run", "few")),
        ("ratio", "", shares(*[(18, 21)] * 13), Choice("pp", "shares")),
        ("ratio", "", shares(*[(18, 21)] * 12, (25, 21)), Choice("up", "rates")),
        ("ratio", "", shares(*[(0, 40), (0, 38), (1, 41)] * 5), Choice("g", "rare cases")),
        ("count", "", counts(*[8, 9, 7] * 5), Choice("xmr", "figures")),
        ("count", "", counts(*[2, 4, 3] * 5), Choice("c", "small counts")),
        ("count", "", counts(*[0, 0, 1] * 5), Choice("t", "rare events")),
        ("count", "", counts(*[0] * 15), Choice("c", "small counts")),
        ("count", "", counts(*[-1, 4, 3] * 5), Choice("xmr", "figures")),
        ("stock", "", counts(*[8, 9, 7] * 5), Choice("xmr", "level")),
        ("duration", "median", shares(*[(0, 30)] * 15), Choice("xmr", "figures")),
        ("duration", "mean", shares(*[(0, 30)] * 15), Choice("xbar", "measurements")),
        ("duration", "mean", shares(*[(0, 30)] * 14, (0, 1)), Choice("xmr", "figures")),
        ("mean", "", shares(*[(152, 20)] * 15), Choice("xmr", "figures")),
    ],
)
def test_the_kind_chooses_the_chart_and_says_why(
    kind: str, statistic: str, subgroups: list[Subgroup | None], choice: Choice
) -> None:
    assert choose(kind, statistic, subgroups) == choice


@pytest.fixture
def team(db: None) -> Unit:
    return build.unit("team")


def drawn(of: Indicator, team: Unit) -> Suited:
    drain_rollups(now=NOW)
    (one,) = series([Wanted(of.pk, team.pk, of.frequency)], today=TODAY)
    return suited(one)


def test_the_limits_of_a_share_follow_its_denominator(team: Unit) -> None:
    share = build.indicator("share", kind=Kind.RATIO, factor=100, direction=Direction.UP)
    for place, month in enumerate(MONTHS):
        build.observation(share, team, month, (40, 90)[place % 2] - place % 3, (50, 100)[place % 2])

    chart = drawn(share, team)

    few, many = chart.points[-2:]
    assert (chart.chart, chart.better, len(chart.points)) == ("pp", 1, 34)
    assert few.lower is not None
    assert many.lower is not None
    assert (few.centre == many.centre, few.lower < many.lower, few.upper) == (True, True, 100)


def test_the_time_between_rare_events_is_counted_in_days_and_high_is_calm(team: Unit) -> None:
    falls = build.indicator("falls", direction=Direction.DOWN)
    for place, month in enumerate(MONTHS):
        build.observation(falls, team, month, int(place in {1, 4, 5, 10, 20}))

    chart = drawn(falls, team)

    assert (chart.chart, chart.better) == ("t", 1)
    assert [(point.period.code, point.y) for point in chart.points] == [
        ("2024-05", 92), ("2024-06", 30), ("2024-11", 153), ("2025-09", 304),
    ]  # fmt: skip
    assert {point.upper for point in chart.points} == {None}


def test_means_of_measurements_are_limited_by_their_spread_within_each_period(team: Unit) -> None:
    wait = build.indicator("wait", kind=Kind.DURATION, statistic=Statistic.MEAN, unit="d", direction=Direction.DOWN)
    for month in MONTHS:
        build.observation(wait, team, month, histogram={10: 4, 20: 4, 30: 4})

    chart = drawn(wait, team)

    assert (chart.chart, {point.y for point in chart.points}) == ("xbar", {20.0})
    # 3 × 8.528 ÷ (c4(12) × √12)
    assert chart.points[0].upper == pytest.approx(27.554, abs=0.01)


def test_a_run_chart_is_judged_by_its_runs(team: Unit) -> None:
    count = build.indicator("count")
    for place, month in enumerate(MONTHS[-12:]):
        build.observation(count, team, month, 10 + place)

    chart = drawn(count, team)

    assert (chart.chart, {point.centre for point in chart.points}) == ("run", {15.5})
    assert chart.runs is not None
    assert (chart.runs.longest, chart.runs.crossings, chart.runs.is_signal) == (6, 1, True)


def test_a_rebase_and_a_point_left_out_hold_here_too(team: Unit) -> None:
    share = build.indicator("share", kind=Kind.RATIO, factor=100)
    for place, month in enumerate(MONTHS):
        build.observation(share, team, month, (40 if place < 17 else 60) + place % 3, 100)
    drain_rollups(now=NOW)
    lead = build.person_with(RoleName.LEAD, team)
    for month, kind in ((MONTHS[17], MarkKind.REBASE), (MONTHS[20], MarkKind.GHOST)):
        period = Period.objects.get(code=month)
        mark_chart(
            indicator=share, unit=team, period=period, kind=kind, reason="new team", by=lead, now=NOW, today=TODAY
        )

    chart = drawn(share, team)

    assert [point.part for point in chart.points] == [1] * 17 + [2] * 17
    assert [place for place, point in enumerate(chart.points) if point.is_left_out] == [20]


def test_the_api_tells_the_same_chart(team: Unit) -> None:
    share = build.indicator("share", kind=Kind.RATIO, factor=100)
    for place, month in enumerate(MONTHS):
        build.observation(share, team, month, 40 + place % 3, 100)
    chart = drawn(share, team)

    client = as_person(build.person_with(RoleName.ANALYST, team))
    told = client.get("/api/v1/spc/", {"indicator": "share", "unit": "team"}).json()["suited"]

    assert (told["chart"], told["reason"]) == ("pp", "shares")
    assert [point["ucl"] for point in told["points"]][-34:] == [point.upper for point in chart.points]
