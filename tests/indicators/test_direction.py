"""A definition does not turn round under its targets."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from indicators.choices import Direction
from indicators.models import Indicator
from indicators.operations import DefinitionRefused, save_indicator
from organisation.models import Person
from tests import build

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 15, 9, tzinfo=dt.UTC)


@pytest.fixture
def waits() -> Indicator:
    """Fewer is better, at two units; the older target of one has ended."""
    centre = build.unit("centre", name_en="Centre")
    team = build.unit("team", parent=centre, name_en="Team")
    waits = build.indicator("waits", direction="down")
    build.observation(waits, team, "2026-01", 12)
    build.target(waits, centre, target=Decimal(20), threshold=Decimal(30))
    build.target(waits, team, valid_to=dt.date(2026, 1, 31), target=Decimal(25), threshold=Decimal(40))
    build.target(waits, team, valid_from=dt.date(2026, 2, 1), target=Decimal(10))
    return waits


def test_another_direction_names_the_targets_that_it_would_turn_into_nonsense(waits: Indicator) -> None:
    with pytest.raises(DefinitionRefused) as refusal:
        save_indicator(definition={"code": "waits", "direction": "up"}, now=NOW)

    assert refusal.value.field == "direction"
    assert str(refusal.value) == (
        "Targets that stand do not fit this direction; end or change them first: "
        "Centre, 1 Jan 2015 (The threshold lies on the worse side of the target)."
    )
    assert Indicator.objects.get().direction == Direction.DOWN


def test_a_change_that_takes_effect_earlier_meets_the_targets_of_then(waits: Indicator) -> None:
    with pytest.raises(DefinitionRefused, match=r"Centre, 1 Jan 2015 .*; Team, 1 Jan 2015 "):
        save_indicator(definition={"code": "waits", "direction": "up"}, now=NOW, takes_effect_on=dt.date(2026, 1, 1))


@pytest.mark.parametrize("direction", ["none", "down"])
def test_a_direction_that_fits_is_taken(waits: Indicator, direction: str) -> None:
    save_indicator(definition={"code": "waits", "direction": direction, "name_en": "Waits"}, now=NOW)

    assert Indicator.objects.get().direction == direction


def test_a_file_may_turn_a_definition_round_together_with_its_targets(waits: Indicator, tmp_path: Path) -> None:
    alone, together = tmp_path / "alone.yaml", tmp_path / "together.yaml"
    definition = (
        "- {code: waits, name_en: Waits, name_fr: Attentes, kind: count, unit: '', factor: 1, decimals: 0,"
        " direction: up, frequency: month"
    )
    alone.write_text(definition + "}", encoding="utf-8")
    target = "{unit: centre, valid_from: 2015-01-01, target: 30, threshold: 20}"
    together.write_text(f"{definition}, targets: [{target}]}}", encoding="utf-8")

    with pytest.raises(CommandError):
        call_command("import_indicators", alone)
    call_command("import_indicators", together)

    assert 'direction,"Targets that stand do not fit' in (tmp_path / "alone.yaml.refused.csv").read_text()
    assert Indicator.objects.get().direction == Direction.UP


def test_the_administration_shows_the_targets_beside_the_direction(waits: Indicator, client: Client) -> None:
    refused = posted(client, waits, direction="up")
    taken = posted(client, waits, direction="none")

    assert "do not fit this direction" in str(refused.context["adminform"].form.errors["direction"])
    assert (taken.redirect_chain[-1][1], Indicator.objects.get().direction) == (302, Direction.NONE)


def test_another_factor_is_taken_with_a_warning_of_targets_that_were_of_the_scale_before(
    waits: Indicator, tmp_path: Path, capsys: pytest.CaptureFixture[str], client: Client
) -> None:
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text(
        "- {code: waits, name_en: Waits, name_fr: Attentes, kind: count, unit: '', factor: 1000, decimals: 0,"
        " direction: down, frequency: month}",
        encoding="utf-8",
    )
    told = "The factor of waits has changed, and 2 targets were set for figures of the scale before: check them."

    call_command("import_indicators", sheet)
    once = told in "".join(capsys.readouterr())
    call_command("import_indicators", sheet)
    again = told in "".join(capsys.readouterr())
    answer = posted(client, waits, factor=10)

    assert (once, again) == (True, False)
    assert told in [str(one) for one in answer.context["messages"]]


def posted(client: Client, indicator: Indicator, **changed: object) -> Any:
    """Send the sheet of an indicator as the administration shows it, with fields changed."""
    admin = Person.objects.filter(is_superuser=True).first() or build.person("admin@example.org", is_superuser=True)
    client.force_login(admin)
    address = f"/admin/indicators/indicator/{indicator.pk}/change/"
    form: Any = client.get(address).context["adminform"].form
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    for prefix in ("reporters", "left_out"):
        typed |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    return client.post(address, typed | changed, follow=True)
