"""One chart of a figure: chosen by its kind or named by the definition, with a reason, the same wherever it is shown."""

import csv
import datetime as dt
import io
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boards.charts.words import chart_face
from boards.drawing.tiles import Hanging, tile_face
from boards.pages.sheets import sheet_face
from indicators.choices import ChartType, Direction, Kind, MarkKind, Statistic
from indicators.models import Indicator
from indicators.operations import DefinitionRefused, drain_rollups, save_indicator
from indicators.operations.marks import mark_chart
from indicators.queries import Series, Wanted, series
from indicators.queries.charts.small_numbers import hide_in_series
from indicators.spc import shewhart_chart, xmr_chart
from indicators.spc.choice import Choice, Subgroup, choose
from indicators.spc.judging import Counts
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
        ("ratio", "", shares(*[(-1, 40)] * 15), Choice("xmr", "figures")),
        ("ratio", "", counts(*[80] * 15), Choice("xmr", "figures")),
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


@pytest.mark.parametrize(
    ("named", "kind", "subgroups", "choice"),
    [
        ("xmr", "ratio", shares(*[(18, 21)] * 13), Choice("xmr", "by hand")),
        ("run", "ratio", shares(*[(18, 21)] * 13), Choice("run", "by hand")),
        ("p", "ratio", shares(*[(18, 21)] * 13), Choice("p", "by hand")),
        ("p", "ratio", shares(*[(18, 21)] * 12, (25, 21)), Choice("xmr", "unfit")),
        ("u", "ratio", shares(*[(18, 21)] * 12, (25, 21)), Choice("u", "by hand")),
        ("c", "count", counts(*[80, 90] * 8), Choice("c", "by hand")),
        ("ip", "mean", shares(*[(152, 20)] * 15), Choice("ip", "by hand")),
        ("xbar", "mean", shares(*[(152, 20)] * 15), Choice("xmr", "unfit")),
        ("p", "ratio", shares(*[(18, 21)] * 5), Choice("run", "few")),
    ],
)
def test_a_chart_that_is_named_is_drawn_where_the_figures_let_it(
    named: Any, kind: str, subgroups: list[Subgroup | None], choice: Choice
) -> None:
    assert choose(kind, "", subgroups, named=named) == choice


def test_limits_that_would_betray_hidden_denominators_are_not_drawn() -> None:
    assert choose("ratio", "", shares(*[(18, 21)] * 13), is_whole=False) == Choice("xmr", "hidden")


def test_counts_of_which_the_small_ones_are_hidden_have_neither_limits_nor_icons(team: Unit) -> None:
    falls = build.indicator("falls", direction=Direction.DOWN)
    for place, month in enumerate(MONTHS):
        build.observation(falls, team, month, (0, 7, 3)[place % 3])

    seen = drawn(falls, team)
    (read,) = hide_in_series([seen], {team.pk})

    assert (seen.chart.choice, seen.chart.variation) == (Choice("c", "small counts"), "common_cause")
    assert (read.chart.choice, read.chart.lines.upper, read.chart.variation) == (Choice("run", "gaps"), None, None)


@given(st.lists(st.integers(0, 119_999), min_size=13, max_size=20), st.sampled_from(["p", "pp", "u", "up"]))
def test_a_point_is_outside_exactly_where_its_own_limits_say_so(numbers: list[int], kind: str) -> None:
    pairs = [(number % 300, number // 300 + 1) for number in numbers]
    ys = [Fraction(min(events, n), n) for events, n in pairs]

    chart = shewhart_chart(kind, counted([(min(pair), pair[1]) for pair in pairs]), minimum_points=13)

    for place, y in enumerate(ys):
        lines, (segment, inside) = chart.lines_at(place), chart.at(place)
        if lines.lower is None or lines.upper is None:
            assert (segment.outside[inside], segment.sign[inside]) == (None, 0)
        else:
            beyond = Decimal(y.numerator) / y.denominator
            assert segment.outside[inside] == (beyond < lines.lower or beyond > lines.upper)
            assert lines.lower <= (lines.mean or 0) <= lines.upper


@given(st.lists(st.integers(0, 2_499), min_size=2, max_size=20), st.sampled_from(["p", "u"]))
def test_a_share_or_rate_that_lies_on_a_limit_is_inside_it(numbers: list[int], kind: str) -> None:
    pairs = [(min(number % 50, number // 50 + 1), number // 50 + 1) for number in numbers]
    centre = Fraction(sum(events for events, _ in pairs), sum(n for _, n in pairs))
    variance = centre * (1 - centre) if kind == "p" else centre
    # In squares, which have no root to round: how far from the centre, in sigmas.
    away = [(Fraction(events, n) - centre) ** 2 * n for events, n in pairs]

    (segment,) = shewhart_chart(kind, counted(pairs)).segments

    if variance and segment.outside[0] is not None:
        assert segment.outside == [one > 9 * variance for one in away]
        assert segment.close == [4 * variance < one <= 9 * variance for one in away]


@pytest.mark.parametrize(
    ("pairs", "limits"),
    [
        # Around a half, three sigma of nine are a half, of 36 a quarter; around 9 ÷ 17, of eight 9 ÷ 17.
        ([(0, 9), (9, 9)], ("0", "1")),
        ([(27, 36), (9, 36)], ("0.25", "0.75")),
        ([(3, 6), (0, 3), (6, 8)], ("0", "1")),
    ],
)
def test_limits_that_are_plain_numbers_come_out_so(pairs: list[tuple[int, int]], limits: tuple[str, str]) -> None:
    (segment,) = shewhart_chart("p", counted(pairs)).segments

    lines = segment.lines_at(len(pairs) - 1)
    assert (lines.lower, lines.upper) == (Decimal(limits[0]), Decimal(limits[1]))
    assert segment.outside == [False] * len(pairs)


def counted(pairs: list[tuple[int, int]]) -> Counts:
    return Counts(tuple(Decimal(events) for events, _ in pairs), tuple(Decimal(n) for _, n in pairs))


def test_where_all_denominators_are_one_a_p_prime_chart_is_an_xmr_chart_but_for_the_third_digit_of_its_factor() -> None:
    events = [40, 44, 39, 47, 41, 45, 38, 46, 42, 40, 49, 43, 41, 60]
    shares_of_100 = Counts(tuple(map(Decimal, events)), (Decimal(100),) * 14)

    prime = shewhart_chart("pp", shares_of_100, improvement="increase", minimum_points=13)
    xmr = xmr_chart([Decimal(one) / 100 for one in events], improvement="increase", minimum_points=13)

    ours, theirs = prime.segments[0], xmr.segments[0]
    assert (ours.cause, ours.sign, prime.variation) == (theirs.cause, theirs.sign, xmr.variation)
    # 3 ÷ 1.128 (Shewhart) where plot-the-dots has 2.66.
    assert ours.lines.upper is not None
    assert theirs.lines.upper is not None
    assert float(ours.lines.upper) == pytest.approx(float(theirs.lines.upper), rel=1e-3)


@pytest.fixture
def team(db: None) -> Unit:
    return build.unit("team")


def drawn(of: Indicator, team: Unit) -> Series:
    drain_rollups(now=NOW)
    (one,) = series([Wanted(of.pk, team.pk, of.frequency)], today=TODAY)
    return one


def a_share(team: Unit, **fields: Any) -> Indicator:
    share = build.indicator("share", kind=Kind.RATIO, unit="%", factor=100, direction=Direction.UP, **fields)
    for place, month in enumerate(MONTHS):
        build.observation(share, team, month, (40, 90)[place % 2] - place % 3, (50, 100)[place % 2])
    return share


def test_the_limits_of_a_share_follow_its_denominator_and_stop_at_all(team: Unit) -> None:
    chart = drawn(a_share(team), team).chart

    few, many = chart.control.lines_at(32), chart.control.lines_at(33)
    assert (chart.choice, len(chart.points)) == (Choice("pp", "shares"), 34)
    assert few.lower is not None
    assert many.lower is not None
    assert (few.mean == many.mean, few.lower < many.lower, few.upper) == (True, True, Decimal(100))


def test_assurance_compares_the_target_with_the_limits_at_the_latest_figure(team: Unit) -> None:
    share = a_share(team)
    lines = drawn(share, team).chart.lines
    assert lines.lower is not None

    between = []
    for target in (lines.lower - 1, lines.lower + 1):
        share.targets.all().delete()
        build.target(share, team, target=round(target, 2))
        between.append(drawn(share, team).chart.assurance)

    assert between == ["pass", "inconsistent"]


def test_the_time_between_rare_events_is_counted_in_days_and_high_is_calm(team: Unit) -> None:
    falls = build.indicator("falls", direction=Direction.DOWN)
    build.target(falls, team, target=0)
    for place, month in enumerate(MONTHS):
        build.observation(falls, team, month, int(place in {1, 4, 5, 10, 20}))

    chart = drawn(falls, team).chart

    assert chart.choice == Choice("t", "rare events")
    assert [(point.period.code, value) for point, value in zip(chart.points, chart.values, strict=True)] == [
        ("2024-05", Decimal(92)), ("2024-06", Decimal(30)), ("2024-11", Decimal(153)), ("2025-09", Decimal(304)),
    ]  # fmt: skip
    assert (chart.control.improvement, chart.lines.upper, chart.variation, chart.assurance) == (
        "increase",
        None,
        None,
        None,
    )


def test_the_page_says_with_which_figure_another_chart_fits_and_which_it_was(team: Unit) -> None:
    falls = build.indicator("falls", direction=Direction.DOWN)
    # One a month is a small count; with the first month without, they are fewer than one a month: rare events.
    for place, month in enumerate(MONTHS[:18]):
        build.observation(falls, team, month, int(place != 14))
    one = drawn(falls, team)

    face = chart_face(one, ())

    assert one.chart.choice == Choice("t", "rare events")
    assert face is not None
    assert face.changed == (
        "Another chart fits since the figure of March 2025. Before: c chart."
        " Small counts: how far they spread follows from their mean."
    )


def test_a_chart_that_is_as_it_was_says_nothing_of_a_change(team: Unit) -> None:
    face = chart_face(drawn(a_share(team), team), ())

    assert (face and face.changed, face and face.caution) == ("", "")


def test_a_level_that_creeps_warns_that_its_limits_are_too_narrow_and_hides_no_point(team: Unit) -> None:
    waiting = build.indicator("waiting", kind=Kind.STOCK)
    levels = [Decimal(100 + abs(place % 16 - 8) * 5) for place in range(len(MONTHS))]
    for month, level in zip(MONTHS, levels, strict=True):
        build.observation(waiting, team, month, level)
    one = drawn(waiting, team)
    client = as_person(build.person_with(RoleName.ANALYST, team))

    face = chart_face(one, ())
    told = client.get("/api/v1/spc/", {"indicator": "waiting", "unit": "team"}).json()

    assert face is not None
    assert face.caution.startswith("Caution: each figure resembles the one before (autocorrelation 0.8")
    assert told["autocorrelation"]["is_signal"]
    bare = xmr_chart(levels, improvement=one.chart.control.improvement, screens_outliers=False, minimum_points=13)
    assert [(segment.lines, segment.sign) for segment in one.chart.control.segments] == [
        (segment.lines, segment.sign) for segment in bare.segments
    ]


def test_a_period_that_nobody_reported_may_have_held_an_event(team: Unit) -> None:
    falls = build.indicator("falls", direction=Direction.DOWN)
    for place, month in enumerate(MONTHS):
        if place != 7:
            build.observation(falls, team, month, int(place in {1, 4, 10, 20}))

    assert list(drawn(falls, team).chart.values) == [92, None, 304]


def test_rare_events_of_days_are_looked_for_over_a_year(team: Unit) -> None:
    falls = build.indicator("falls", frequency="day", direction=Direction.DOWN)
    days = [TODAY - dt.timedelta(days=back) for back in range(1, 200)]
    for place, day in enumerate(days):
        build.observation(falls, team, day.isoformat(), int(place % 9 == 0))

    one = drawn(falls, team)

    assert (len(one.points), len(one.chart.points), set(one.chart.values)) == (37, 22, {Decimal(9)})


def test_means_of_measurements_are_limited_by_their_spread_within_each_period(team: Unit) -> None:
    wait = build.indicator("wait", kind=Kind.DURATION, statistic=Statistic.MEAN, unit="d", direction=Direction.DOWN)
    for month in MONTHS:
        build.observation(wait, team, month, histogram={10: 4, 20: 4, 30: 4})

    chart = drawn(wait, team).chart
    companion = chart.companion()

    assert (chart.choice.chart, set(chart.values)) == ("xbar", {Decimal(20)})
    # 3 × 8.528 ÷ (c4(12) × √12)
    assert float(chart.lines.upper or 0) == pytest.approx(27.554, abs=0.01)
    assert companion is not None
    assert (companion.kind, {round(value or 0, 3) for value in companion.values}) == ("s", {Decimal("8.528")})


def test_moving_ranges_stand_below_an_xmr_chart_when_asked_for(team: Unit) -> None:
    wait = build.indicator("wait")
    for place, month in enumerate(MONTHS):
        build.observation(wait, team, month, (9, 11)[place % 2])

    companion = drawn(wait, team).chart.companion()
    page = as_person(build.person_with(RoleName.VIEWER, team)).get("/indicators/wait/team/").content.decode()

    assert companion is not None
    assert (companion.kind, companion.values[:3]) == ("mr", (None, Decimal(2), Decimal(2)))
    assert (companion.control.segments[0].lines.mean, companion.control.segments[0].lines.upper) == (
        Decimal(2),
        Decimal("6.534"),
    )
    assert "<summary>Moving ranges</summary>" in page


def test_a_run_chart_is_judged_by_its_runs_around_the_median(team: Unit) -> None:
    count = build.indicator("count")
    for place, month in enumerate(MONTHS[-12:]):
        build.observation(count, team, month, 10 + place)

    chart = drawn(count, team).chart
    runs = chart.runs()

    assert (chart.choice, chart.lines.mean, chart.lines.upper) == (Choice("run", "few"), Decimal("15.5"), None)
    assert runs is not None
    assert (runs.longest, runs.crossings, runs.is_signal) == (6, 1, True)


def test_a_figure_on_the_median_is_no_part_of_any_run_though_it_ends_in_no_digit(team: Unit) -> None:
    share = build.indicator("share", kind=Kind.RATIO, factor=100)
    for month, events in zip(MONTHS[-7:], (1, 2, 2, 2, 3, 1, 3), strict=True):
        build.observation(share, team, month, events, 3)

    runs = drawn(share, team).chart.runs()

    assert runs is not None
    assert (runs.n_obs, runs.n_useful, runs.longest, runs.crossings) == (7, 4, 1, 3)


def test_a_run_chart_by_choice_has_neither_limits_nor_icons_however_long(team: Unit) -> None:
    share = a_share(team, chart=ChartType.RUN)
    build.target(share, team, target=50)

    one = drawn(share, team)

    assert (one.chart.choice, one.chart.lines.upper) == (Choice("run", "by hand"), None)
    assert (one.chart.variation, one.chart.assurance, one.chart.variation_at(3)) == (None, None, None)


def test_a_rebase_and_a_point_left_out_hold_whatever_the_chart(team: Unit) -> None:
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

    chart = drawn(share, team).chart

    assert [segment.first for segment in chart.control.segments] == [0, 17]
    assert (chart.ghosts, chart.control.segments[1].feeds.count(False), chart.fired(20)) == (frozenset({20}), 1, [])


def test_figures_that_do_not_differ_have_no_limits_and_promise_nothing_whatever_the_chart(team: Unit) -> None:
    share = build.indicator("share", kind=Kind.RATIO, factor=100, direction=Direction.UP, screens_outliers=False)
    build.target(share, team, target=50)
    for month in MONTHS:
        build.observation(share, team, month, 40, 100)

    charts = []
    for named in (ChartType.AUTO, ChartType.XMR, ChartType.P):
        Indicator.objects.update(chart=named)
        charts.append(drawn(share, team).chart)

    assert [chart.lines.upper is None for chart in charts] == [True, True, False]
    assert [chart.assurance for chart in charts] == [None, None, "inconsistent"]


def test_tile_page_table_files_and_api_say_the_same(team: Unit) -> None:
    share = a_share(team)
    build.target(share, team, target=70)
    build.observation(share, team, "2026-10", 20, 100)
    one = drawn(share, team)
    client = as_person(build.person_with(RoleName.ANALYST, team))

    hanging = Hanging(key="1", address="", place="", owner="", owner_name="", can_enter=False)
    tile = tile_face(one, hanging, today=TODAY)
    page = sheet_face(share, team, build.person_with(RoleName.LEAD, team), today=TODAY)
    told = client.get("/api/v1/spc/", {"indicator": "share", "unit": "team"}).json()
    rows = list(csv.DictReader(io.StringIO(client.get("/indicators/share/team/chart.csv").content.decode())))
    value = client.get("/api/v1/values/", {"indicator": "share", "since": "2026-10"}).json()["results"][-1]

    assert tile.icons == page.tile.icons
    assert tile.spark == page.spark
    assert (told["chart"], told["reason"], page.chart.name if page.chart else "") == ("pp", "shares", "p′ chart")
    assert (told["variation_icon"], told["assurance_icon"]) == (one.chart.variation, one.chart.assurance)
    assert (value["variation"], value["assurance"]) == (one.chart.variation, one.chart.assurance)
    assert (rows[-1]["variation"], rows[-1]["chart"]) == (one.chart.variation, "pp")
    assert [float(row["upper_limit"]) for row in rows] == told["upl"]
    assert [float(row["value"]) for row in rows] == told["y"]
    assert page.rows[0].said == "below the lower limit"


def test_another_chart_can_be_asked_for_without_changing_the_definition(team: Unit) -> None:
    drawn(a_share(team), team)
    client = as_person(build.person_with(RoleName.ANALYST, team))

    told = [
        client.get("/api/v1/spc/", {"indicator": "share", "unit": "team", "chart": chart}).json()
        for chart in ("xmr", "p", "t")
    ]

    assert [(one["chart"], one["reason"]) for one in told] == [("xmr", "by hand"), ("p", "by hand"), ("t", "by hand")]


def test_the_chart_is_a_versioned_field_of_the_sheet_that_changes_no_old_figure_and_breaks_no_line(team: Unit) -> None:
    share = a_share(team)
    save_indicator(definition={"code": "share", "chart": "xmr"}, now=NOW, takes_effect_on=dt.date(2026, 10, 1))
    share.refresh_from_db()

    one = drawn(share, team)

    assert (share.version, one.chart.choice) == (2, Choice("xmr", "by hand"))
    assert [len(one.chart.control.segments), one.chart.redefined] == [1, frozenset()]


def test_a_change_of_chart_waits_for_the_day_on_which_it_takes_effect(team: Unit) -> None:
    share = a_share(team)
    save_indicator(definition={"code": "share", "chart": "xmr"}, now=NOW, takes_effect_on=dt.date(2027, 1, 1))
    share.refresh_from_db()

    assert drawn(share, team).chart.choice == Choice("pp", "shares")


def test_a_definition_names_no_chart_that_its_kind_cannot_have(team: Unit) -> None:
    a_share(team)

    with pytest.raises(DefinitionRefused) as refusal:
        save_indicator(definition={"code": "share", "chart": "c"}, now=NOW)

    assert refusal.value.field == "chart"
