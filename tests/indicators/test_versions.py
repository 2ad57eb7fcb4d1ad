"""Definitions change from a day on; what was, is judged by the rule that it had, unless a person asks otherwise."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from indicators.choices import Direction, IndicatorStatus, Kind
from indicators.models import DefinitionVersion, Indicator, Target
from indicators.operations import ALWAYS, DefinitionRefused, drain_rollups, restate, save_indicator
from indicators.queries import ValueFilter, Wanted, series, values, versions_of, why
from indicators.queries.definitions.versions import breaks_line
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 20)
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def _reported() -> Unit:
    """Two months of 1 out of 4, per hundred, with a target of 20."""
    team = build.unit("team")
    share = build.indicator("share", kind=Kind.RATIO, direction=Direction.UP, decimals=0)
    build.target(share, team, target=Decimal(20))
    for month in ("2026-09", "2026-10"):
        build.observation(share, team, month, 1, 4, now=NOW)
    return team


def _change(**fields: object) -> None:
    """Change the definition from October on."""
    save_indicator(
        definition={"code": "share", **fields}, now=NOW, takes_effect_on=dt.date(2026, 10, 15), reason="per thousand"
    )
    drain_rollups(now=NOW)


def test_old_periods_keep_the_old_rule_and_the_line_breaks() -> None:
    team = _reported()

    _change(factor=Decimal(1000), direction=Direction.DOWN)

    [drawn] = series([Wanted(Indicator.objects.get().pk, team.pk, "month")], today=TODAY)
    told = [(one.figure, one.status, one.definition_version, one.breaks_line) for one in drawn.points[-3:-1]]
    rows = [(row.value, row.status, row.definition_version) for row in values(ValueFilter(), today=TODAY)]
    answer = why(indicator=Indicator.objects.get(), unit=team, period=build.period("2026-09"), today=TODAY)
    assert told == [(Decimal(25), "on target", 1, False), (Decimal(250), "watch", 2, True)]
    assert rows == [(Decimal(25), "on target", 1), (Decimal(250), "watch", 2)]
    assert (answer.figure, answer.equation, answer.definition_version) == (Decimal(25), "1 ÷ 4 × 100 = 25", 1)


def test_better_words_are_a_version_and_break_no_line() -> None:
    team = _reported()

    _change(name_en="Share seen")

    [drawn] = series([Wanted(Indicator.objects.get().pk, team.pk, "month")], today=TODAY)
    assert [(one.definition_version, one.breaks_line) for one in drawn.points[-3:-1]] == [(1, False), (2, False)]


def test_a_restatement_reads_old_periods_anew_and_says_who_and_why() -> None:
    team = _reported()
    _change(factor=Decimal(1000))
    analyst = build.person("a@example.org", is_superuser=True)
    later = NOW + dt.timedelta(hours=1)

    restate(indicator=Indicator.objects.get(), since=ALWAYS, by=analyst, reason="board asked", today=TODAY, now=later)

    newest = DefinitionVersion.objects.get(number=3)
    changed = values(ValueFilter(updated_since=later), today=TODAY)
    assert [(row.unit, row.value, row.definition_version) for row in changed] == [
        (team.code, Decimal(250), 3),
        (team.code, Decimal(250), 3),
    ]
    assert (newest.is_restatement, newest.changed_by, newest.reason) == (True, analyst, "board asked")


def test_a_restatement_needs_the_right_a_reason_and_something_to_restate() -> None:
    _reported()
    share = Indicator.objects.get()
    analyst, nobody = build.person(is_superuser=True), build.person()

    with pytest.raises(DefinitionRefused, match="may not restate"):
        restate(indicator=share, since=ALWAYS, by=nobody, reason="so", today=TODAY, now=NOW)
    with pytest.raises(DefinitionRefused, match="Say why"):
        restate(indicator=share, since=ALWAYS, by=analyst, reason=" ", today=TODAY, now=NOW)
    with pytest.raises(DefinitionRefused, match="already"):
        restate(indicator=share, since=ALWAYS, by=analyst, reason="so", today=TODAY, now=NOW)


def test_a_definition_without_figures_changes_from_the_beginning() -> None:
    save_indicator(definition={"code": "new", "name_en": "New", "kind": "count", "frequency": "month"}, now=NOW)
    save_indicator(definition={"code": "new", "decimals": 1}, now=NOW)

    kept = DefinitionVersion.objects.order_by("number").values_list("number", "takes_effect_on")

    assert list(kept) == [(1, ALWAYS), (2, ALWAYS)]


def test_a_version_cannot_begin_before_the_one_that_it_replaces() -> None:
    _reported()
    _change(factor=Decimal(1000))

    with pytest.raises(DefinitionRefused, match="restate"):
        save_indicator(definition={"code": "share", "decimals": 2}, now=NOW, takes_effect_on=dt.date(2026, 9, 1))


def test_versions_say_what_changed_in_words() -> None:
    _reported()
    other = build.indicator("other")

    _change(factor=Decimal(1000), direction=Direction.DOWN, warnings_en="Few cases", complementary=[other.code])

    newest, first = versions_of(Indicator.objects.get(code="share"))
    assert [(one.label, one.before, one.after) for one in newest.differences] == [
        ("Factor", "100", "1000"),
        ("Direction", "Higher is better", "Lower is better"),
        ("Warnings and limits in English", "", "Few cases"),
        ("Complementary indicators", "", "other"),
    ]
    assert (newest.reason, first.number, first.differences) == ("per thousand", 1, ())


def test_what_is_abandoned_stays_readable() -> None:
    team = _reported()

    save_indicator(definition={"code": "share", "status": IndicatorStatus.ABANDONED}, now=NOW)
    drain_rollups(now=NOW)

    [drawn] = series([Wanted(Indicator.objects.get().pk, team.pk, "month")], today=TODAY)
    assert Indicator.objects.get().abandoned_on == TODAY
    assert [one.status for one in drawn.points[-3:]] == ["on target", "on target", "suspended"]


@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_an_exported_catalogue_is_read_back_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    team = build.unit("team")
    delay = build.indicator("delay", kind=Kind.DURATION, statistic="share_within", within=30, name_fr="Délai")
    delay.complementary.add(build.indicator("later", warnings_en="Few: cases", warnings_fr="Peu\u00a0: des cas"))
    build.reporter(delay, team)
    build.target(delay, team, target=Decimal("0.123456"), threshold=Decimal(2))
    path = tmp_path / f"catalogue.{suffix}"

    call_command("export_indicators", path)
    call_command("import_indicators", path)
    again = capsys.readouterr().out
    Target.objects.all().delete()
    Indicator.objects.all().delete()
    call_command("import_indicators", path)
    call_command("export_indicators", tmp_path / f"copy.{suffix}")

    assert "unchanged 2, refused 0" in again
    assert (tmp_path / f"copy.{suffix}").read_text() == path.read_text()
    assert set(Indicator.objects.values_list("code", "version")) == {("delay", 1), ("later", 1)}


def test_an_import_says_from_when_and_why(tmp_path: Path) -> None:
    _reported()
    path = tmp_path / "catalogue.yaml"
    call_command("export_indicators", path)
    path.write_text(path.read_text().replace("factor: 100", "factor: 1000"))

    call_command("import_indicators", path, effective=dt.date(2027, 1, 1), reason="as the ministry")

    newest = DefinitionVersion.objects.get(number=2)
    assert (newest.takes_effect_on, newest.reason) == (dt.date(2027, 1, 1), "as the ministry")


def test_a_day_asked_for_a_definition_that_stays_the_same_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _reported()
    path = tmp_path / "catalogue.yaml"
    call_command("export_indicators", path)

    call_command("import_indicators", path, effective=dt.date(2026, 1, 1))

    [code] = Indicator.objects.values_list("code", flat=True)
    assert capsys.readouterr().out.splitlines()[-3:] == [
        "read 1, new 0, changed 0, unchanged 1, refused 0",
        "1 definition says what it said before, so it has no new version that begins on 2026-01-01: " + code + ".",
        "To judge earlier periods by a definition as it stands, restate them on its page.",
    ]


def test_a_rule_told_anew_breaks_the_line_and_its_translation_does_not() -> None:
    before, translated, french, french_changed, changed = (
        Indicator(inclusion_en=en, inclusion_fr=fr)
        for en, fr in [("All", ""), ("All", "Tous"), ("", "Tous"), ("", "Tous, sauf"), ("All but", "Tous")]
    )

    assert not breaks_line(before, translated)
    assert breaks_line(translated, changed)
    assert breaks_line(french, french_changed)
