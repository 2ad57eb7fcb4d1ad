"""Rules that doubt a figure: each kind, at every way in, who confirms it, and what becomes of the doubt."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indicators.calculations import Parts
from indicators.calculations.doubts import Looked, Rule, is_doubted
from indicators.choices import Kind, Source
from indicators.models import Confirmation, Indicator, Observation, ValidationRule, Value
from indicators.operations import DefinitionRefused, Row, drain_rollups, record_observations, withdraw_observation
from indicators.operations.doubts.doubting import confirm_figure
from indicators.operations.doubts.rules import RuleGiven, set_rules
from indicators.operations.refusals import MayNotEnter, NoteMissing
from indicators.queries import Wanted, series, why
from indicators.rule_words import rule_text
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 15, 9, tzinfo=dt.UTC)
TODAY = NOW.date()
NONE_YET = Looked(figure=None, parts=Parts())
EARLIER = [Decimal(one) for one in (10, 12, 9, 11, 10, 12)]


@pytest.mark.parametrize(
    ("rule", "looked", "expected"),
    [
        ({"kind": "range", "low": Decimal(0), "high": Decimal(100)}, {"figure": Decimal(100)}, False),
        ({"kind": "range", "low": Decimal(0), "high": Decimal(100)}, {"figure": Decimal("100.1")}, True),
        ({"kind": "range", "low": Decimal(1)}, {"figure": Decimal(0)}, True),
        ({"kind": "parts"}, {"parts": Parts(Decimal(21), Decimal(18))}, True),
        ({"kind": "parts"}, {"parts": Parts(Decimal(18), Decimal(18))}, False),
        ({"kind": "compare"}, {"figure": Decimal(9), "other": Decimal(8)}, True),
        ({"kind": "compare"}, {"figure": Decimal(9), "other": None}, False),
        ({"kind": "jump", "most": Decimal(50), "is_percent": True}, {"figure": Decimal(15)}, False),
        ({"kind": "jump", "most": Decimal(50), "is_percent": True}, {"figure": Decimal("15.1")}, True),
        ({"kind": "jump", "most": Decimal(5)}, {"figure": Decimal(4)}, True),
        ({"kind": "history", "periods": 6}, {"figure": Decimal(12)}, False),
        ({"kind": "history", "periods": 6}, {"figure": Decimal(13)}, True),
        # Mean 10⅔, mean moving range 2: 3 × 2 ÷ 1.128 = 5.3 on either side.
        ({"kind": "history", "periods": 6, "width": Decimal(3)}, {"figure": Decimal("15.9")}, False),
        ({"kind": "history", "periods": 6, "width": Decimal(3)}, {"figure": Decimal("16.1")}, True),
        ({"kind": "history", "periods": 6}, {"figure": Decimal(99), "earlier": EARLIER[:5]}, False),
    ],
)
def test_each_kind_of_rule_doubts_what_it_does_not_expect(
    rule: dict[str, Any], looked: dict[str, Any], expected: object
) -> None:
    held: dict[str, Any] = {"figure": Decimal(0), "parts": Parts(), "earlier": EARLIER} | looked

    assert is_doubted(Rule(**rule), Looked(**held)) is expected


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(["range", "history", "parts", "compare", "jump"]),
    earlier=st.lists(st.decimals(-100, 100, places=2), max_size=12),
)
def test_what_is_not_there_is_never_doubted(kind: str, earlier: list[Decimal]) -> None:
    rule = Rule(kind=kind, low=Decimal(1), high=Decimal(2), periods=6, most=Decimal(1))

    assert not is_doubted(rule, Looked(figure=None, parts=Parts(), earlier=earlier, other=Decimal(-5)))


def test_a_doubted_figure_is_kept_and_doubts_every_figure_above_it() -> None:
    referrals, team, parent = _referrals(RuleGiven(kind="range", high=Decimal(50)))
    build.target(referrals, parent, target=Decimal(10))

    build.observation(referrals, team, "2026-10", 51, now=NOW)
    drain_rollups(now=NOW)

    [above] = series([Wanted(referrals.pk, parent.pk, "month")], today=TODAY)
    assert _doubts(team) == ["range"]
    assert (above.status, above.due and above.due.figure) == ("suspect", Decimal(51))
    assert list(Value.objects.order_by("unit__code").values_list("suspect", flat=True)) == [1, 1]


def test_a_person_confirms_with_a_note_and_the_next_correction_is_looked_at_anew() -> None:
    referrals, team, parent = _referrals(RuleGiven(kind="range", high=Decimal(50)))
    lead = build.person_with(RoleName.LEAD, parent)
    build.observation(referrals, team, "2026-10", 51, now=NOW)

    with pytest.raises(NoteMissing):
        _confirm(referrals, team, lead, " ")
    with pytest.raises(MayNotEnter):
        _confirm(referrals, team, build.person_with(RoleName.VIEWER, parent), "seen")
    _confirm(referrals, team, lead, "Two schools sent their lists at once.")
    build.observation(referrals, team, "2026-10", 51, note="two schools", now=NOW)
    after_a_note = _doubts(team)
    build.observation(referrals, team, "2026-10", 60, now=NOW)

    [kept] = Confirmation.objects.all()
    assert (kept.confirmed_by, kept.note, kept.revision) == (lead, "Two schools sent their lists at once.", 1)
    assert (after_a_note, _doubts(team)) == ([], ["range"])


def test_the_figures_of_a_file_are_looked_at_like_those_of_a_person() -> None:
    referrals, team, _parent = _referrals(RuleGiven(kind="jump", most=Decimal(50), is_percent=True))
    months = [f"2026-{month:02d}" for month in range(1, 11)]
    figures = [10, 11, 30, 12, 13, 40, 41, 12, 9, 13]

    rows = [
        Row(referrals.pk, team.pk, build.period(code).pk, Parts(Decimal(figure)))
        for code, figure in zip(months, figures, strict=True)
    ]
    record_observations(rows=rows, source=Source.MEASURED, by=None, now=NOW)
    from_file = _doubted(team)
    Observation.objects.all().delete()
    for code, figure in zip(months, figures, strict=True):
        build.observation(referrals, team, code, figure, now=NOW)

    assert from_file == _doubted(team) == ["2026-03", "2026-06", "2026-07"]


def test_a_doubt_goes_with_its_reason_and_a_new_one_comes_only_to_what_is_written() -> None:
    referrals, team, _parent = _referrals(RuleGiven(kind="jump", most=Decimal(5)))
    build.observation(referrals, team, "2026-08", 10, now=NOW)
    build.observation(referrals, team, "2026-09", 20, now=NOW)
    build.observation(referrals, team, "2026-10", 22, now=NOW)
    before = _doubted(team)

    build.observation(referrals, team, "2026-08", 19, now=NOW)
    mended = _doubted(team)
    build.observation(referrals, team, "2026-08", 1, now=NOW)

    assert (before, mended, _doubted(team)) == (["2026-09", "2026-10"], [], [])


def test_of_two_indicators_the_one_written_last_is_doubted_until_either_is_mended() -> None:
    referrals, team, parent = _referrals()
    seen = build.indicator("seen")
    set_rules(indicator=seen, given=[RuleGiven(kind="compare", other="referrals")], by=None, now=NOW)
    build.observation(seen, team, "2026-10", 12, now=NOW)
    build.observation(seen, parent, "2026-10", 12, now=NOW)

    build.observation(referrals, team, "2026-10", 10, now=NOW)
    written_last = _doubted(team, "referrals")
    build.observation(seen, team, "2026-10", 9, now=NOW)

    assert (written_last, _doubted(team, "referrals"), _doubted(team, "seen")) == (["2026-10"], [], [])


def test_a_withdrawn_figure_takes_the_doubts_that_rested_on_it_along() -> None:
    referrals, team, _parent = _referrals(RuleGiven(kind="jump", most=Decimal(5)))
    build.observation(referrals, team, "2026-09", 100, now=NOW)
    build.observation(referrals, team, "2026-10", 10, now=NOW)

    withdraw_observation(indicator=referrals, unit=team, period=build.period("2026-09"), now=NOW)

    assert _doubted(team) == []


def test_a_rule_that_ends_doubts_no_longer_and_stays_to_be_named() -> None:
    referrals, team, _parent = _referrals(RuleGiven(kind="range", high=Decimal(50)))
    build.observation(referrals, team, "2026-10", 51, now=NOW)
    same = set_rules(indicator=referrals, given=[RuleGiven(kind="range", high=Decimal("50.0"))], by=None, now=NOW)

    changed = set_rules(indicator=referrals, given=[RuleGiven(kind="range", high=Decimal(60))], by=None, now=NOW)
    drain_rollups(now=NOW)

    assert (same, changed is not None and changed.cleared, _doubts(team)) == (None, 1, [])
    assert ValidationRule.objects.count() == 2
    assert set(Value.objects.values_list("suspect", flat=True)) == {0}


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (RuleGiven(kind="range"), "rules.low"),
        (RuleGiven(kind="range", low=Decimal(3), high=Decimal(2)), "rules.low"),
        (RuleGiven(kind="history", periods=3), "rules.periods"),
        (RuleGiven(kind="jump"), "rules.most"),
        (RuleGiven(kind="compare", other="referrals"), "rules.other"),
        (RuleGiven(kind="parts"), "rules.kind"),
        (RuleGiven(kind="guess"), "rules.kind"),
    ],
)
def test_a_rule_that_could_doubt_nothing_is_refused(rule: RuleGiven, field: str) -> None:
    with pytest.raises(DefinitionRefused) as refusal:
        _referrals(rule)

    assert refusal.value.field == field


def test_without_rules_nothing_more_is_read_however_many_figures_come(
    django_assert_max_num_queries: Any,
) -> None:
    referrals, team, _parent = _referrals()
    rows = [
        Row(referrals.pk, team.pk, build.period(f"2025-{month:02d}").pk, Parts(Decimal(month)))
        for month in range(1, 13)
    ]

    with django_assert_max_num_queries(14):
        record_observations(rows=rows, source=Source.MEASURED, by=None, now=NOW)


def _referrals(*rules: RuleGiven) -> tuple[Indicator, Unit, Unit]:
    parent = build.unit("parent")
    team = build.unit("team", parent=parent)
    referrals = build.indicator("referrals", kind=Kind.COUNT, direction="up")
    set_rules(indicator=referrals, given=rules, by=None, now=NOW)
    return referrals, team, parent


def _confirm(indicator: Indicator, unit: Unit, by: Any, note: str) -> bool:
    return confirm_figure(
        indicator=indicator, unit=unit, period=build.period("2026-10"), note=note, by=by, now=NOW, today=TODAY
    )


def _doubts(unit: Unit) -> list[str]:
    """The kinds of the rules that doubt the unit's only figure."""
    return [code.partition("-")[0] for code in Observation.objects.get(unit=unit).suspicions]


def _doubted(unit: Unit, indicator: str = "referrals") -> list[str]:
    """The periods of the unit's doubted figures."""
    rows = Observation.objects.filter(unit=unit, indicator__code=indicator).exclude(suspicions=[])
    return list(rows.order_by("period__starts_on").values_list("period__code", flat=True))


def test_why_names_the_rule_that_doubts_and_who_confirmed() -> None:
    referrals, team, parent = _referrals(RuleGiven(kind="range", high=Decimal(50)))
    lead = build.person_with(RoleName.LEAD, parent)
    build.observation(referrals, team, "2026-10", 51, now=NOW)
    drain_rollups(now=NOW)
    october = build.period("2026-10")

    doubted = why(indicator=referrals, unit=team, period=october, today=TODAY)
    above = why(indicator=referrals, unit=parent, period=october, today=TODAY)
    _confirm(referrals, team, lead, "two schools")
    confirmed = why(indicator=referrals, unit=team, period=october, today=TODAY)

    [code] = doubted.own[0].suspicions
    assert rule_text(doubted.doubted_by[code]) == "at most 50"
    assert [child.suspect for child in above.children] == [1]
    [told] = confirmed.own[0].confirmed
    assert (told.confirmed_by, told.note, confirmed.own[0].suspicions) == (lead, "two schools", ())
