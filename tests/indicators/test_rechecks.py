"""A rule that is new, changed or gone looks at the figures that stand, and doubts roll up in the same request."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from indicators.calculations import Parts
from indicators.choices import Source
from indicators.models import Indicator, Observation, StaleValue, ValidationRule, Value
from indicators.operations import Row, drain_rollups, enter_figure, record_observations, withdraw_figure
from indicators.operations.doubts.doubting import confirm_figure
from indicators.operations.doubts.rules import RuleGiven, proposed_rules, set_rules
from indicators.queries.entering.rechecks import recheck_foreseen
from organisation.choices import RoleName
from organisation.models import Person, Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 15, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
AT_MOST_50 = RuleGiven(kind="range", high=Decimal(50))


@pytest.fixture
def parent() -> Unit:
    return build.unit("parent")


@pytest.fixture
def team(parent: Unit) -> Unit:
    return build.unit("team", parent=parent)


@pytest.fixture
def referrals() -> Indicator:
    return build.indicator("referrals", direction="down")


@pytest.fixture
def lead(parent: Unit) -> Person:
    return build.person_with(RoleName.LEAD, parent)


def test_a_new_rule_marks_the_figures_that_stand_and_all_above_them(
    referrals: Indicator, team: Unit, parent: Unit
) -> None:
    months(referrals, team, 10, 60, 70)
    drain_rollups(now=NOW)

    found = set_rules(indicator=referrals, given=[AT_MOST_50], by=None, now=NOW)
    drain_rollups(now=NOW)

    assert found is not None
    assert (found.figures, found.marked, found.cleared, len(found.units)) == (3, 2, 0, 1)
    assert doubted(team) == ["2026-02", "2026-03"]
    assert suspects(parent) == {"2026-01": 0, "2026-02": 1, "2026-03": 1}


def test_what_it_would_come_to_is_told_before_and_nothing_is_saved(referrals: Indicator, team: Unit) -> None:
    months(referrals, team, 10, 60, 70)
    change = proposed_rules(referrals, [AT_MOST_50, RuleGiven(kind="range", low=Decimal(20))])

    foreseen = recheck_foreseen(change)
    is_untouched = (doubted(team), ValidationRule.objects.count()) == ([], 0)
    found = set_rules(
        indicator=referrals, given=[AT_MOST_50, RuleGiven(kind="range", low=Decimal(20))], by=None, now=NOW
    )

    assert is_untouched
    assert (foreseen.marked, foreseen) == (3, found)


def test_a_window_leaves_the_figures_before_it_alone(referrals: Indicator, team: Unit) -> None:
    months(referrals, team, 60, 60, 70)

    found = set_rules(indicator=referrals, given=[AT_MOST_50], by=None, now=NOW, since=dt.date(2026, 2, 28))

    assert found is not None
    assert (found.figures, found.marked, doubted(team)) == (2, 2, ["2026-02", "2026-03"])


def test_a_changed_rule_marks_and_clears_and_one_that_is_gone_clears(referrals: Indicator, team: Unit) -> None:
    set_rules(indicator=referrals, given=[AT_MOST_50], by=None, now=NOW)
    months(referrals, team, 10, 60, 70)

    changed = set_rules(indicator=referrals, given=[RuleGiven(kind="range", low=Decimal(20))], by=None, now=NOW)
    after_change = doubted(team)
    gone = set_rules(indicator=referrals, given=[], by=None, now=NOW)

    assert changed is not None
    assert gone is not None
    assert (changed.marked, changed.cleared, after_change) == (1, 2, ["2026-01"])
    assert (gone.marked, gone.cleared, doubted(team)) == (0, 1, [])


def test_what_a_person_has_confirmed_stays_so_until_it_is_corrected(
    referrals: Indicator, team: Unit, lead: Person
) -> None:
    set_rules(indicator=referrals, given=[AT_MOST_50], by=None, now=NOW)
    months(referrals, team, 60, 70)
    for month in ("2026-01", "2026-02"):
        confirm_figure(
            indicator=referrals, unit=team, period=build.period(month), note="seen", by=lead, now=NOW, today=TODAY
        )
    set_rules(indicator=referrals, given=[], by=None, now=NOW)
    build.observation(referrals, team, "2026-02", 80, now=NOW + dt.timedelta(hours=1))

    found = set_rules(indicator=referrals, given=[RuleGiven(kind="range", high=Decimal(40))], by=None, now=NOW)

    assert found is not None
    assert (found.confirmed, found.marked, doubted(team)) == (1, 1, ["2026-02"])


def test_a_history_is_looked_at_in_order_of_time_as_if_it_had_been_written_so(referrals: Indicator, team: Unit) -> None:
    figures = [10, 11, 12, 10, 11, 12, 99, 11, 98, 12]
    history = RuleGiven(kind="history", periods=8)
    months(referrals, team, *figures)

    set_rules(indicator=referrals, given=[history], by=None, now=NOW)
    looked_at_later = doubted(team)
    Observation.objects.all().delete()
    months(referrals, team, *figures)

    assert looked_at_later == doubted(team) == ["2026-07", "2026-09"]


def test_of_two_compared_figures_the_one_entered_last_is_doubted(referrals: Indicator, team: Unit) -> None:
    seen = build.indicator("seen")
    build.observation(seen, team, "2026-01", 12, now=NOW)
    build.observation(referrals, team, "2026-01", 10, now=NOW + dt.timedelta(hours=1))
    build.observation(referrals, team, "2026-02", 10, now=NOW)
    build.observation(seen, team, "2026-02", 12, now=NOW + dt.timedelta(hours=1))

    found = set_rules(indicator=seen, given=[RuleGiven(kind="compare", other="referrals")], by=None, now=NOW)

    assert found is not None
    assert (found.marked, doubted(team, "referrals"), doubted(team, "seen")) == (2, ["2026-01"], ["2026-02"])


def test_a_comparison_takes_no_doubt_away_that_the_other_indicator_has_of_its_own(
    referrals: Indicator, team: Unit
) -> None:
    seen = build.indicator("seen")
    set_rules(indicator=referrals, given=[AT_MOST_50], by=None, now=NOW)
    set_rules(indicator=seen, given=[RuleGiven(kind="compare", other="referrals")], by=None, now=NOW)
    build.observation(referrals, team, "2026-01", 60, now=NOW)

    build.observation(seen, team, "2026-01", 12, now=NOW)

    assert doubted(team, "referrals") == ["2026-01"]


def test_the_work_is_done_in_few_queries_however_many_figures_stand(
    referrals: Indicator, parent: Unit, django_assert_max_num_queries: Any
) -> None:
    teams = build.units(*(f"team-{number}" for number in range(30)), parent=parent)
    rows = [
        Row(referrals.pk, unit.pk, build.period(f"2026-{month:02d}").pk, Parts(Decimal(month * 10)))
        for unit in teams
        for month in range(1, 11)
    ]
    record_observations(rows=rows, source=Source.MEASURED, by=None, now=NOW)

    with django_assert_max_num_queries(21):
        found = set_rules(indicator=referrals, given=[AT_MOST_50], by=None, now=NOW)

    assert found is not None
    assert (found.figures, found.marked, len(found.units)) == (300, 150, 30)


@pytest.mark.parametrize("way", ["corrected", "withdrawn", "confirmed"])
def test_doubts_that_go_from_neighbours_roll_up_in_the_same_request(
    referrals: Indicator, team: Unit, parent: Unit, lead: Person, way: str
) -> None:
    set_rules(indicator=referrals, given=[RuleGiven(kind="jump", most=Decimal(20))], by=None, now=NOW)
    months(referrals, team, 12, 99, 85)
    drain_rollups(now=NOW)
    before = suspects(parent)
    january, february = build.period("2026-01"), build.period("2026-02")
    common: dict[str, Any] = {"indicator": referrals, "unit": team, "by": lead, "now": NOW, "today": TODAY}

    if way == "corrected":
        enter_figure(period=january, parts=Parts(Decimal(80)), source=Source.ENTERED, **common)
    elif way == "withdrawn":
        withdraw_figure(period=january, **common)
    else:
        confirm_figure(period=february, note="seen", **common)

    assert before == {"2026-01": 0, "2026-02": 1, "2026-03": 1}
    assert set(suspects(parent).values()) == {0}
    assert StaleValue.objects.count() == 0


def test_a_file_tells_what_its_rules_come_to_and_tries_without_saving(
    referrals: Indicator, team: Unit, tmp_path: Path, capsys: Any
) -> None:
    months(referrals, team, 10, 60, 70)
    file = tmp_path / "catalogue.yaml"
    file.write_text(
        "- {code: referrals, name_en: Referrals, name_fr: Demandes, kind: count, unit: '', factor: 1, decimals: 0,"
        " direction: down, frequency: month, rules: [{kind: range, high: 50}]}",
        encoding="utf-8",
    )

    call_command("import_indicators", file, "--dry-run")
    tried, after_trying = capsys.readouterr().out, doubted(team)
    call_command("import_indicators", file, "--figures-since", "2026-03-01")
    done = capsys.readouterr().out

    assert "referrals: 2 of 3 figures that stand: doubted now. At 1 unit." in tried
    assert (after_trying, doubted(team)) == ([], ["2026-03"])
    assert "referrals: 1 of 1 figure that stands: doubted now. At 1 unit." in done


def test_the_administration_tells_how_many_figures_a_rule_would_doubt_before_it_saves(
    referrals: Indicator, team: Unit, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    months(referrals, team, 10, 60, 70)
    drain_rollups(now=NOW)
    client.force_login(build.person("admin@example.org", is_superuser=True))
    address = "/admin/indicators/validationrule/add/"
    typed = {"indicator": referrals.pk, "kind": "range", "high": "50", "since": ""}

    told = client.post(address, typed)
    seen = told.context["adminform"].form["seen"].value()
    is_untouched = ValidationRule.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, typed | {"seen": seen})

    assert "2 of 3 figures that stand: doubted now. At 1 unit." in told.content.decode()
    assert is_untouched
    assert suspects(team) == {"2026-01": 0, "2026-02": 1, "2026-03": 1}


def months(indicator: Indicator, unit: Unit, *figures: int) -> None:
    for month, figure in enumerate(figures, 1):
        build.observation(indicator, unit, f"2026-{month:02d}", figure, now=NOW)


def doubted(unit: Unit, indicator: str = "referrals") -> list[str]:
    rows = Observation.objects.filter(unit=unit, indicator__code=indicator).exclude(suspicions=[])
    return list(rows.order_by("period__starts_on").values_list("period__code", flat=True))


def suspects(unit: Unit) -> dict[str, int]:
    rows = Value.objects.filter(unit=unit, period__frequency="month")
    return dict(rows.order_by("period__starts_on").values_list("period__code", "suspect"))
