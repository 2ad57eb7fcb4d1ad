"""The invented centre looks like a place where people work: counted, not looked at."""

import datetime as dt

import polars as pl
import pytest

from demo.generate.calendar import easter, holidays
from demo.generate.events import TEAMS, events_frame
from demo.generate.figures import figures_frame
from demo.generate.units import MOVED, NEW_INTAKE, intake_opens_on, teams, unit_rows
from tests.demo.calendar import TODAY, calendar

SEED = 7


@pytest.fixture(scope="module")
def events() -> pl.DataFrame:
    frame = events_frame(TODAY, SEED)
    return frame.with_columns(pl.col("at").str.to_datetime())


@pytest.fixture(scope="module")
def figures() -> pl.DataFrame:
    return figures_frame(calendar(), TODAY, SEED)


def days_between(events: pl.DataFrame, start: str, stop: str) -> pl.DataFrame:
    """Return case, day of the first `stop`, team of it, days from the first `start`."""
    first = events.filter(pl.col("activity") == start).group_by("case_id").agg(pl.col("at").min().alias("from"))
    last = events.filter(pl.col("activity") == stop).sort("at").group_by("case_id").first().rename({"at": "to"})
    days = (pl.col("to").dt.date() - pl.col("from").dt.date()).dt.total_days()
    return first.join(last, on="case_id").with_columns(days.alias("days"))


@pytest.mark.parametrize(("year", "month", "day"), [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)])
def test_easter_falls_where_the_calendar_says(year: int, month: int, day: int) -> None:
    assert easter(year) == dt.date(year, month, day)


def test_labour_day_and_patriots_day_are_holidays() -> None:
    found = {day.astype(dt.date) for day in holidays(dt.date(2026, 1, 1), dt.date(2026, 12, 31))}

    assert {dt.date(2026, 9, 7), dt.date(2026, 5, 18), dt.date(2026, 10, 12), dt.date(2026, 4, 3)} <= found


def test_the_centre_has_five_directorates_fourteen_programmes_and_sixty_teams() -> None:
    rows = unit_rows(TODAY)

    codes = {kind: len({row.code for row in rows if row.kind == kind}) for kind in {row.kind for row in rows}}
    assert codes == {"organisation": 1, "directorate": 5, "programme": 14, "service": 4, "team": 60}


def test_one_team_moved_and_one_opened_on_a_date() -> None:
    rows = unit_rows(TODAY)

    moved = [(row.parent, row.valid_from, row.valid_to) for row in rows if row.code == MOVED]
    assert moved == [
        ("dep", dt.date(2020, 4, 1), dt.date(2026, 3, 31)),
        ("smj", dt.date(2026, 4, 1), None),
    ]
    assert teams(TODAY)[NEW_INTAKE] == ("jed", intake_opens_on(TODAY))


@pytest.mark.parametrize("today", [dt.date(2024, 2, 29), dt.date(2026, 1, 1), dt.date(2027, 4, 1)])
def test_any_day_can_be_today(today: dt.date) -> None:
    frame = events_frame(today, SEED)

    last = dt.date.fromisoformat(frame["at"].to_list()[-1][:10])
    assert today - dt.timedelta(days=4) <= last < today
    assert figures_frame(calendar(today), today, SEED).height > 20_000


def test_the_same_seed_gives_the_same_rows(events: pl.DataFrame, figures: pl.DataFrame) -> None:
    again = events_frame(TODAY, SEED).with_columns(pl.col("at").str.to_datetime())

    assert again.equals(events)
    assert figures_frame(calendar(), TODAY, SEED).equals(figures)


def test_three_years_hold_some_twelve_thousand_episodes(events: pl.DataFrame) -> None:
    assert 11_500 < events["case_id"].n_unique() < 12_900
    assert 95_000 < events.height < 120_000
    assert set(events["team"].unique()) == set(TEAMS)


def test_events_of_an_episode_follow_one_another(events: pl.DataFrame) -> None:
    first = events.sort("case_id", "at", "event_id").group_by("case_id", maintain_order=True).first()
    last = events.sort("case_id", "at", "event_id").group_by("case_id", maintain_order=True).last()
    ends = ("Closure", "Drop-out", "Referred out")
    ended = events.filter(pl.col("activity").is_in(ends))

    assert first["activity"].unique().to_list() == ["Referral"]
    assert ended["case_id"].n_unique() == ended.height
    assert last.filter(pl.col("activity").is_in(ends)).height == ended.height


def test_people_work_in_the_day_and_rarely_at_weekends(events: pl.DataFrame) -> None:
    hours = events["at"].dt.hour()
    weekends = events.filter(pl.col("at").dt.weekday() > 5)

    assert hours.min() == 8
    assert hours.max() == 20
    assert weekends.height / events.height < 0.01
    by_weekday = events.group_by(pl.col("at").dt.weekday()).len().filter(pl.col("at") <= 5)["len"].to_list()
    assert max(by_weekday) < 1.3 * min(by_weekday)


def test_priorities_are_served_in_their_order(events: pl.DataFrame) -> None:
    waits = days_between(events, "Referral", "First service")

    median = dict(waits.group_by("priority").agg(pl.col("days").median()).sort("priority").iter_rows())
    assert median["P1"] <= 2 < median["P2"] <= 10 < median["P3"] <= 33 < median["P4"] <= 90


def test_the_wait_of_the_centre_fell_and_that_of_the_north_rose(events: pl.DataFrame) -> None:
    waits = days_between(events, "Referral", "First service").with_columns(
        pl.col("team").str.split("-").list.get(1).alias("area")
    )
    before = waits.filter(pl.col("to").dt.date() < intake_opens_on(TODAY))
    lately = waits.filter(pl.col("to").dt.date() > TODAY - dt.timedelta(days=120))

    def median(frame: pl.DataFrame, area: str) -> float:
        return float(frame.filter(pl.col("area") == area)["days"].quantile(0.5) or 0)

    assert median(lately, "centre") < 0.65 * median(before, "centre")
    assert median(lately, "north") > 1.3 * median(before, "north")
    assert abs(median(lately, "south") / median(before, "south") - 1) < 0.2


def test_schools_make_autumn_busier_than_summer(events: pl.DataFrame) -> None:
    month = events.filter(pl.col("activity") == "Referral")["at"].dt.month()

    assert month.to_list().count(10) > 1.7 * month.to_list().count(7)


def test_one_in_eight_comes_back_within_a_year(events: pl.DataFrame) -> None:
    referrals = events.filter(pl.col("activity") == "Referral").group_by("person_id").len()

    share = referrals.filter(pl.col("len") > 1).height / referrals.height
    assert 0.07 < share < 0.16


def test_some_teams_are_late_and_one_figure_is_impossible(figures: pl.DataFrame) -> None:
    plans = figures.filter(pl.col("indicator") == "plans-agreed")
    impossible = plans.filter(pl.col("numerator").cast(int) > pl.col("denominator").cast(int))
    lately = figures.filter(pl.col("indicator") == "well-being", pl.col("period") == "2026-W46")

    assert impossible["unit"].to_list() == ["jed-east-2"]
    assert "jed-north-3" not in lately["unit"].to_list()
    assert 50 < lately.height < 60


def test_no_team_reports_before_it_opened(figures: pl.DataFrame) -> None:
    first = figures.filter(pl.col("unit") == NEW_INTAKE, pl.col("indicator") == "well-being")["period"].min()

    assert first == "2025-W34"
