"""The entry grid: what is on it for whom, and what becomes of one cell."""

import re
from decimal import Decimal
from http import HTTPStatus

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from indicators.calculations import Parts
from indicators.choices import MarkKind
from indicators.models import ChartMark, EarlierEntry, Observation
from indicators.operations import drain_rollups, withdraw_observation
from indicators.queries import Wanted, series
from indicators.queries.entering.grid import Grid, entry_grid
from indicators.queries.entering.usual import usual_of
from indicators.queries.figures.standing import find_standing
from indicators.spc import Lines
from organisation.choices import Frequency, RoleName
from organisation.models import Person
from tests import build
from tests.indicators.entering import Programme, days_after, months_before, programme, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def youth() -> Programme:
    return programme()


def cells(grid: Grid) -> list[str]:
    return [f"{row.unit.code} {row.indicator.code}" for row in grid.rows]


def grid_of(person: Person, youth: Programme, under: str = "") -> Grid:
    return entry_grid(person, today=days_after(youth.month, 3), under=under)


def sent(
    youth: Programme, figure: str, client: Client, *, indicator: str = "referrals", **more: str
) -> tuple[int, str]:
    """Send a figure of the north team; answer the status and the text of the cell's state."""
    cell = {"indicator": indicator, "unit": "north", "period": youth.month.code, "figure": figure} | more
    answer = client.post("/enter/figure/", cell)
    return answer.status_code, " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def key_of(youth: Programme) -> str:
    standing = find_standing(youth.referrals, youth.north, youth.month)
    assert standing is not None
    return standing.key


def test_the_grid_holds_what_is_expected_of_my_units_for_the_last_closed_period(youth: Programme) -> None:
    elsewhere = build.unit("elsewhere")
    build.reporter(youth.referrals, elsewhere)

    grid = grid_of(youth.contributor, youth)

    assert grid.period == youth.month
    assert cells(grid) == ["north referrals", "north score", "north seen", "south referrals"]


def test_a_unit_that_has_reported_lately_is_asked_again_and_a_measured_figure_is_not(youth: Programme) -> None:
    [before] = months_before(youth.month, 1)
    build.observation(youth.score, youth.south, before.code, 152, 20)
    build.observation(youth.seen, youth.south, before.code, 18, 21, source="measured")

    assert "south score" in cells(grid_of(youth.contributor, youth))
    assert "south seen" not in cells(grid_of(youth.contributor, youth))


@pytest.mark.parametrize("address", ["/enter/", "/enter/import/", "/enter/import/draft/"])
def test_who_may_enter_nothing_is_told_so_and_not_offered_it(youth: Programme, address: str) -> None:
    client = signed_in(build.person_with(RoleName.VIEWER, youth.programme))

    answer = client.get(address)

    assert answer.status_code == 403
    assert "Your roles let you look at figures, not enter them." in answer.content.decode()
    assert 'href="/enter/"' not in client.get("/").content.decode()
    assert 'href="/enter/"' in signed_in(youth.contributor).get("/").content.decode()


def test_who_may_enter_and_has_no_figures_due_is_told_so() -> None:
    lonely = build.person_with(RoleName.CONTRIBUTOR, build.unit("lonely"))

    assert "No figures are yours to enter." in signed_in(lonely).get("/enter/").content.decode()


def test_the_grid_opens_at_the_frequency_that_waits_for_most(youth: Programme) -> None:
    shifts = [build.indicator(f"shift-{number}", frequency=Frequency.WEEK) for number in range(5)]
    for indicator in shifts:
        build.reporter(indicator, youth.south)

    grid = grid_of(youth.contributor, youth)

    assert [(tab.frequency, tab.figures, tab.missing) for tab in grid.tabs] == [("week", 5, 5), ("month", 4, 4)]
    assert cells(grid) == [f"south shift-{number}" for number in range(5)]


def test_the_grid_narrows_to_a_unit_and_what_stands_under_it(youth: Programme) -> None:
    assert cells(grid_of(youth.contributor, youth, under="south")) == ["south referrals"]
    assert len(cells(grid_of(youth.contributor, youth, under="youth"))) == 4


def test_the_grid_narrows_to_one_indicator_at_all_units(youth: Programme) -> None:
    grid = entry_grid(youth.contributor, today=days_after(youth.month, 3), only="referrals")

    assert cells(grid) == ["north referrals", "south referrals"]
    assert [one.code for one in grid.offered] == ["referrals", "score", "seen"]
    assert cells(entry_grid(youth.contributor, today=days_after(youth.month, 3), only="seen", under="south")) == []
    assert cells(entry_grid(youth.contributor, today=days_after(youth.month, 3), only="nothing")) == []


def test_an_indicator_brings_its_own_period(youth: Programme) -> None:
    build.reporter(build.indicator("shifts", frequency=Frequency.WEEK), youth.south)

    grid = entry_grid(youth.contributor, today=days_after(youth.month, 3), only="shifts")

    assert (grid.period and grid.period.frequency, cells(grid)) == ("week", ["south shifts"])


def test_one_indicator_is_a_column_of_units_and_the_address_keeps_it(youth: Programme) -> None:
    client = signed_in(youth.lead)

    page = client.get("/enter/", {"indicator": "referrals", "unit": "youth"})
    locked = client.post(
        "/enter/locks/", {"unit": "north", "period": youth.month.code, "narrowed": page.context["grid"].narrowed}
    )

    [group] = page.context["grid"].groups
    assert (group.name, [(row.name, row.hint) for row in group.rows]) == (
        "Referrals",
        [("North", "Youth"), ("South", "Youth")],
    )
    assert locked["location"] == f"/enter/?period={youth.month.code}&unit=youth&indicator=referrals"
    assert [one.code for one in page.context["grid"].indicators if one.is_chosen] == ["referrals"]


def test_last_figures_and_the_usual_range_come_from_the_units_own_history(youth: Programme) -> None:
    for number, month in enumerate(months_before(youth.month, 24)):
        build.observation(youth.referrals, youth.north, month.code, 20 + number % 2 * 4)

    row = grid_of(youth.contributor, youth).rows[0]

    assert [one.figure for one in row.earlier[:3]] == [20, 24, 20]
    # 24 months that swing by 4 around 22: 22 ± 2.66 × 4.
    assert (row.usual.lower, row.usual.upper) == (Decimal("11.36"), Decimal("32.64"))


@pytest.mark.parametrize(("cases", "chart"), [([40, 60], "pp"), ([None], "xmr")])
def test_the_usual_range_is_that_of_the_chart_which_the_tile_shows(
    youth: Programme, cases: list[int | None], chart: str
) -> None:
    measured = youth.referrals if cases == [None] else youth.seen
    months = list(reversed(months_before(youth.month, 30)))
    for number, month in enumerate(months):
        build.observation(measured, youth.north, month.code, 20 + number * 7 % 12, cases[number % len(cases)])
    ChartMark.objects.create(
        indicator=measured,
        unit=youth.north,
        period=months[12],
        kind=MarkKind.REBASE,
        made_by=youth.lead,
        made_at=timezone.now(),
        reason="New intake team",
    )
    drain_rollups(now=timezone.now())

    [row] = [one for one in grid_of(youth.contributor, youth).rows if one.standing is None and one.earlier]

    [tile] = series([Wanted(measured.pk, youth.north.pk, Frequency.MONTH)], today=youth.month.starts_on)
    assert tile.chart.choice.chart == chart
    assert row.usual == tile.chart.lines
    assert usual_of(measured, youth.north, youth.month) == tile.chart.lines


def test_rare_events_have_no_usual_range_since_their_chart_is_of_the_days_between(youth: Programme) -> None:
    for number, month in enumerate(months_before(youth.month, 24)):
        build.observation(youth.referrals, youth.north, month.code, int(number % 4 == 0))

    assert grid_of(youth.contributor, youth).rows[0].usual == Lines()


@pytest.mark.parametrize("teams", [1, 3])
def test_the_page_takes_the_same_queries_for_one_team_as_for_three(
    youth: Programme, teams: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for team in build.units(*(f"team-{number}" for number in range(teams)), parent=youth.south):
        for indicator in (youth.referrals, youth.seen):
            build.reporter(indicator, team)
            for month in months_before(youth.month, 2):
                build.observation(indicator, team, month.code, 3, 4 if indicator == youth.seen else None)
    client = signed_in(youth.contributor)

    # Session, person; indicators, periods, roles, pairs, lines, locks, calendar, history, who may lock;
    # and of the charts: periods, reports, marks.
    with django_assert_num_queries(14):
        page = client.get("/enter/")

    assert page.content.decode().count("data-cell") == 4 + 2 * teams
    with django_assert_num_queries(14):
        column = client.get("/enter/?indicator=referrals")

    assert column.content.decode().count("data-cell") == 2 + teams


def test_a_figure_is_saved_with_who_and_when_and_its_values_follow(youth: Programme) -> None:
    assert sent(youth, "34", signed_in(youth.contributor)) == (HTTPStatus.OK, "Saved 34")

    kept = Observation.objects.get()
    assert (kept.numerator, kept.entered_by, kept.source, kept.revision) == (
        Decimal(34),
        youth.contributor,
        "entered",
        1,
    )


@pytest.mark.parametrize(
    ("indicator", "typed", "parts", "shown"),
    [
        ("seen", "18/21", Parts(Decimal(18), Decimal(21)), "85.7 %"),
        ("score", "152,5 / 20", Parts(Decimal("152.5"), Decimal(20)), "7.6/10"),
        ("referrals", "1 248", Parts(Decimal(1248)), "1248"),
    ],
)
def test_a_cell_takes_the_parts_of_its_kind(
    youth: Programme, indicator: str, typed: str, parts: Parts, shown: str
) -> None:
    status, words = sent(youth, typed, signed_in(youth.contributor), indicator=indicator)

    kept = Observation.objects.get()
    assert (status, words) == (HTTPStatus.OK, f"Saved {shown}")
    assert Parts(kept.numerator, kept.denominator) == parts


@pytest.mark.parametrize(
    ("typed", "why"),
    [("many", "“many” is not a number."), ("-3", "A count cannot be less than zero.")],
)
def test_a_bad_cell_is_refused_in_one_sentence_and_nothing_is_written(youth: Programme, typed: str, why: str) -> None:
    assert sent(youth, typed, signed_in(youth.contributor)) == (HTTPStatus.UNPROCESSABLE_ENTITY, f"Not saved {why}")
    assert not Observation.objects.exists()


def test_a_figure_outside_the_usual_range_is_saved_and_says_so(youth: Programme) -> None:
    for number, month in enumerate(months_before(youth.month, 24)):
        build.observation(youth.referrals, youth.north, month.code, 20 + number % 2 * 4)

    assert sent(youth, "340", signed_in(youth.contributor))[1] == "Saved 340 outside the usual range"


def test_a_correction_keeps_the_old_figure_who_wrote_it_and_why_it_changed(youth: Programme) -> None:
    sent(youth, "34", signed_in(youth.contributor))

    answer = sent(youth, "36", signed_in(youth.lead), seen=key_of(youth), note="Two came by fax")

    now, before = Observation.objects.get(), EarlierEntry.objects.get()
    assert answer == (HTTPStatus.OK, "Saved 36 · was 34")
    assert (now.numerator, now.entered_by, now.note) == (Decimal(36), youth.lead, "Two came by fax")
    assert (before.numerator, before.entered_by, before.replaced_by) == (Decimal(34), youth.contributor, youth.lead)


def test_an_emptied_cell_takes_its_figure_back_and_keeps_it_as_an_earlier_entry(youth: Programme) -> None:
    sent(youth, "34", signed_in(youth.contributor))

    status, words = sent(youth, "", signed_in(youth.lead), seen=key_of(youth))

    assert (status, words.split()[0]) == (HTTPStatus.OK, "Late" if "Late" in words else "Due")
    assert not Observation.objects.exists()
    assert EarlierEntry.objects.get().replaced_by == youth.lead


def test_the_second_of_two_people_is_shown_the_firsts_figure_and_chooses(youth: Programme) -> None:
    sent(youth, "34", signed_in(youth.lead))
    client = signed_in(youth.contributor)

    status, words = sent(youth, "31", client, seen="")

    assert status == HTTPStatus.CONFLICT
    assert words.startswith("Two figures 34 was entered meanwhile (Marie Bouchard, ")
    assert words.endswith("Keep mine: 31 Take theirs: 34")
    assert Observation.objects.get().numerator == 34
    assert sent(youth, "31", client, seen=key_of(youth)) == (HTTPStatus.OK, "Saved 31 · was 34")


def test_the_same_figure_from_two_people_is_no_conflict(youth: Programme) -> None:
    sent(youth, "34", signed_in(youth.lead))

    assert sent(youth, "34", signed_in(youth.contributor), seen="") == (HTTPStatus.OK, "Saved 34")
    assert not EarlierEntry.objects.exists()


def test_a_figure_taken_back_meanwhile_is_a_choice_too(youth: Programme) -> None:
    sent(youth, "34", signed_in(youth.lead))
    seen = key_of(youth)
    withdraw_observation(
        indicator=youth.referrals, unit=youth.north, period=youth.month, by=youth.lead, now=build.LATER
    )

    status, words = sent(youth, "36", signed_in(youth.contributor), seen=seen)

    assert status == HTTPStatus.CONFLICT
    assert "Someone has taken the figure back meanwhile." in words


def test_nobody_enters_where_they_may_not(youth: Programme) -> None:
    stranger = build.person_with(RoleName.CONTRIBUTOR, build.unit("elsewhere"))

    assert sent(youth, "34", signed_in(stranger)) == (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Not saved You may not enter figures for this unit.",
    )
    assert Client().post("/enter/figure/").status_code == HTTPStatus.FOUND


@pytest.mark.parametrize("typed", ["36", "34", "many", ""])
def test_who_may_not_enter_a_figure_is_not_told_it_either(youth: Programme, typed: str) -> None:
    stranger = signed_in(build.person_with(RoleName.CONTRIBUTOR, build.unit("elsewhere")))
    cell = {"indicator": "referrals", "unit": "north", "period": youth.month.code, "figure": typed}
    while_nothing_stands = stranger.post("/enter/figure/", cell).content

    sent(youth, "34", signed_in(youth.lead))

    assert stranger.post("/enter/figure/", cell).content == while_nothing_stands
