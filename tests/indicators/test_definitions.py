"""Definitions, targets and expectations change by operations that the administration site uses too."""

import datetime as dt
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from indicators.choices import Direction, Kind
from indicators.models import Indicator, Reporter, StaleValue, Target, Value
from indicators.operations import (
    DefinitionRefused,
    drain_rollups,
    proposed_target,
    save_indicator,
    set_reporters,
    set_target,
)
from organisation.choices import Frequency, RoleName
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER
TODAY = dt.date(2026, 11, 20)


def test_every_change_is_a_new_version_and_values_follow_where_they_move() -> None:
    team = build.unit()
    count = build.indicator("count")
    build.observation(count, team, "2026-10", 4)
    drain_rollups(now=NOW)

    save_indicator(definition={"code": "count", "name_en": "Other words"}, now=NOW)
    with_other_words = Indicator.objects.get().version
    save_indicator(definition={"code": "count", "also_at": [Frequency.QUARTER]}, now=NOW)
    drain_rollups(now=NOW)
    with_quarter = set(Value.objects.values_list("period__code", flat=True))
    save_indicator(definition={"code": "count", "also_at": []}, now=NOW)
    drain_rollups(now=NOW)

    assert (with_other_words, Indicator.objects.get().version) == (2, 4)
    assert with_quarter == {"2026-10", "2026-Q4"}
    assert set(Value.objects.values_list("period__code", flat=True)) == {"2026-10"}


def test_figures_are_never_read_as_something_else() -> None:
    build.observation(build.indicator("count"), build.unit(), "2026-10", 4)

    with pytest.raises(DefinitionRefused, match="already has figures"):
        save_indicator(definition={"code": "count", "kind": Kind.STOCK}, now=NOW)


def test_a_target_ends_where_the_next_begins() -> None:
    hospital = build.unit()
    count = build.indicator(direction=Direction.UP)
    lead = build.person_with(RoleName.LEAD, hospital)

    for day, number in ((dt.date(2026, 1, 1), 5), (dt.date(2026, 4, 1), 6)):
        target = proposed_target(indicator=count, unit=hospital, valid_from=day, numbers={"target": Decimal(number)})
        set_target(target=target, by=lead, today=TODAY, now=NOW)

    assert list(Target.objects.order_by("valid_from").values_list("target", "valid_to")) == [
        (Decimal(5), dt.date(2026, 3, 31)),
        (Decimal(6), None),
    ]


def test_who_may_not_set_targets_is_refused() -> None:
    hospital = build.unit()
    contributor = build.person_with(RoleName.CONTRIBUTOR, hospital)

    target = proposed_target(
        indicator=build.indicator(), unit=hospital, valid_from=TODAY, numbers={"target": Decimal(1)}
    )

    with pytest.raises(DefinitionRefused, match="may not"):
        set_target(target=target, by=contributor, today=TODAY, now=NOW)


def test_expectations_end_and_begin_on_the_day_asked() -> None:
    a, b, c = build.units("a", "b", "c")
    count = build.indicator()
    first, later = dt.date(2026, 1, 1), dt.date(2026, 7, 1)

    set_reporters(indicator=count, units=[a, b], valid_from=first, now=NOW)
    changed = set_reporters(indicator=count, units=[b, c], valid_from=later, now=NOW)
    again = set_reporters(indicator=count, units=[b, c], valid_from=later, now=NOW)

    assert (changed, again) == (True, False)
    assert list(Reporter.objects.order_by("unit__code").values_list("unit__code", "valid_from", "valid_to")) == [
        ("a", first, dt.date(2026, 6, 30)),
        ("b", first, None),
        ("c", later, None),
    ]


def test_the_administration_site_asks_the_same_rules(client: Client) -> None:
    client.force_login(build.person(is_superuser=True))
    unit = build.unit()
    page = {
        "code": "delay",
        "name_en": "Delay",
        "kind": "duration",
        "factor": "1",
        "decimals": "0",
        "direction": "down",
        "frequency": "month",
        "adds_up": "on",
        "chart": "auto",
        "screens_outliers": "on",
        "missing": "skip",
        "minimum_coverage": "0",
        "grace_days": "7",
        "calendar": "every_day",
        "status": "active",
        "left_out-TOTAL_FORMS": "0",
        "left_out-INITIAL_FORMS": "0",
        "reporters-TOTAL_FORMS": "1",
        "reporters-INITIAL_FORMS": "0",
        "reporters-0-unit": str(unit.pk),
        "reporters-0-valid_from": "2026-01-01",
    }

    refused = client.post(reverse("admin:indicators_indicator_add"), page)
    taken = client.post(reverse("admin:indicators_indicator_add"), page | {"statistic": "median"})

    assert refused.context["adminform"].form.non_field_errors() == [
        "Constraint “a_duration_names_its_statistic” is violated."
    ]
    assert taken.status_code == 302
    assert Indicator.objects.get().statistic == "median"
    assert StaleValue.objects.filter(unit=None).count() == 1


def test_parts_and_source_are_told_in_the_reader_s_language_and_old_files_in_english(tmp_path: Path) -> None:
    path = tmp_path / "definitions.yaml"
    path.write_text(
        "- {code: seen, name_en: Seen, name_fr: Vus, kind: ratio, unit: '%', factor: 100, decimals: 1, direction: up,"
        " frequency: month, numerator_text: Seen in time, denominator_text_en: All, denominator_text_fr: Tous}"
    )
    call_command("import_indicators", str(path), stdout=StringIO())

    seen = Indicator.objects.get(code="seen")
    with override("fr"):
        told = (seen.numerator_text, seen.denominator_text, seen.source_text)

    assert (seen.numerator_text_en, seen.denominator_text_en) == ("Seen in time", "All")
    assert told == ("Seen in time", "Tous", "")
