"""What may be computed from what: refused with a sentence where the definition is saved, kept in versions."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from indicators.calculations import Parts
from indicators.choices import Kind
from indicators.models import Component, Indicator, Value
from indicators.operations import (
    DefinitionRefused,
    ObservationRefused,
    drain_rollups,
    record_observation,
    refuse_unsound,
    restate,
    save_indicator,
    set_reporters,
)
from indicators.queries import versions_of
from indicators.queries.definitions.catalogue import catalogue
from tests import build

pytestmark = pytest.mark.django_db

NOW = build.LATER


def refusal(definition: dict[str, Any]) -> tuple[str, str]:
    """The field and the sentence with which a definition is refused."""
    fields = {"name_en": "New", "kind": Kind.FORMULA, "frequency": "month"} | definition
    with pytest.raises(DefinitionRefused) as refused:
        save_indicator(definition=fields, now=NOW)
    return refused.value.field, str(refused.value)


@pytest.mark.parametrize(
    ("expression", "sentence"),
    [
        ("", "A formula has an expression, such as: cost / episodes × 100."),
        ("2 + 2", "A formula names at least one indicator."),
        ("cost / * 2", "Column 8: an indicator, a number or “(” is expected. “cost / ▸* 2”"),
        ("(cost + 2", "Column 10: “)” is expected. “(cost + 2▸”"),
        ("cost 2", "Column 6: one of + − × ÷ is expected, or the end. “cost ▸2”"),
        ("1,5 × cost", "Column 2: decimals follow a point, not a comma. “1▸,5 × cost”"),
        ("cost / 0", "Column 8: this is zero, and nothing can be divided by zero. “cost / ▸0”"),
        ("cost / visits", "Column 8: no indicator has the code visits. “cost / ▸visits”"),
        (
            "cost-episodes",
            "Column 1: no indicator has the code cost-episodes; a minus has spaces around it. “▸cost-episodes”",
        ),
    ],
)
def test_an_expression_that_cannot_be_is_refused_at_its_place(expression: str, sentence: str) -> None:
    build.indicator("cost")

    assert refusal({"code": "new", "expression": expression}) == ("expression", sentence)
    assert not Indicator.objects.filter(code="new").exists()


def test_the_sentence_is_in_the_readers_language() -> None:
    with translation.override("fr"):
        assert refusal({"code": "new", "expression": "2 +"}) == (
            "expression",
            "Colonne 4\u00a0: un indicateur, un nombre ou «\u00a0(\u00a0» est attendu. «\u00a02 +▸\u00a0»",
        )


def test_nothing_is_computed_from_itself_however_long_the_way() -> None:
    build.indicator("cost")
    build.formula("double", "cost * 2")
    build.formula("fourfold", "double * 2")
    build.index("all", {"fourfold": 1})

    assert refusal({"code": "new", "expression": "new + 1"}) == (
        "expression",
        "It would be computed from itself: new → new.",
    )
    assert refusal({"code": "double", "expression": "all + cost"}) == (
        "expression",
        "It would be computed from itself: double → all → fourfold → double.",
    )


def test_a_frequency_at_which_a_component_has_no_values_is_refused() -> None:
    build.indicator("daily", frequency="day", also_at=["month"])
    build.indicator("monthly")

    made = build.formula("sum", "daily + monthly")

    assert refusal({"code": "new", "expression": "daily + monthly", "frequency": "day"}) == (
        "frequency",
        "“monthly” has no values at this frequency: Day.",
    )
    assert refusal({"code": "new", "expression": "daily", "also_at": ["quarter"]}) == (
        "also_at",
        "“daily” has no values at this frequency: Quarter.",
    )
    assert refusal({"code": "daily", "kind": Kind.COUNT, "frequency": "day", "also_at": []}) == (
        "also_at",
        "“sum” is computed from it at a frequency that it would lose.",
    )
    assert made.frequency == "month"


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ([], "An index has parts, each with its weight."),
        ([{"indicator": "cost", "weight": "0"}], "The weight of cost is more than zero."),
        ([{"indicator": "visits", "weight": "1"}], "No indicator has the code visits."),
        (
            [{"indicator": "cost", "weight": "1", "valid_from": "2026-02-01", "valid_to": "2026-01-01"}],
            "The weight of cost ends before it begins.",
        ),
        (
            [
                {"indicator": "cost", "weight": "1", "valid_to": "2026-03-31"},
                {"indicator": "cost", "weight": "2", "valid_from": "2026-03-31"},
            ],
            "cost has two weights on the same day.",
        ),
    ],
)
def test_weights_that_cannot_be_are_refused(weights: list[dict[str, str]], sentence: str) -> None:
    build.indicator("cost")
    whole = [{"valid_from": None, "valid_to": None} | weight for weight in weights]

    assert refusal({"code": "new", "kind": Kind.INDEX, "weights": whole}) == ("weights", sentence)


def test_only_their_kinds_have_expressions_and_weights() -> None:
    build.indicator("cost")

    assert refusal({"code": "new", "kind": Kind.COUNT, "expression": "cost"}) == (
        "expression",
        "Only a formula has an expression.",
    )
    assert refusal({"code": "new", "kind": Kind.COUNT, "weights": [{"indicator": "cost", "weight": "1"}]}) == (
        "weights",
        "Only an index has weights.",
    )


def test_what_is_computed_is_reported_by_nobody() -> None:
    unit = build.unit("unit")
    build.indicator("cost")
    of = build.formula("double", "cost * 2")

    with pytest.raises(ObservationRefused) as refused:
        record_observation(
            indicator=of, unit=unit, period=build.period("2026-01"), parts=Parts(), source="api", by=None, now=NOW,
            today=NOW.date(),
        )  # fmt: skip
    with pytest.raises(DefinitionRefused) as nobody:
        set_reporters(indicator=of, units=[unit], valid_from=build.LONG_AGO, now=NOW)

    assert (refused.value.code, refused.value.field) == ("computed_from_others", "indicator")
    assert str(refused.value) == "This indicator is computed from others: enter their figures instead."
    assert str(nobody.value) == "It is computed from other indicators: nobody reports it."


def test_what_others_are_computed_from_keeps_its_code_and_stays() -> None:
    cost = build.indicator("cost")
    build.formula("double", "cost * 2")

    cost.code = "spending"
    with pytest.raises(DefinitionRefused) as refused:
        refuse_unsound(cost, ["code"])

    assert str(refused.value) == "“double” is computed from it and names it by this code."
    with pytest.raises(ProtectedError):
        cost.delete()


def test_an_earlier_expression_holds_for_earlier_periods() -> None:
    unit = build.unit("unit")
    cost = build.indicator("cost")
    for month in ("2026-01", "2026-02", "2026-03"):
        build.observation(cost, unit, month, 10)
    of = build.formula("more", "cost * 2")
    drain_rollups(now=NOW)

    save_indicator(definition={"code": "more", "expression": "cost * 3"}, now=NOW, takes_effect_on=dt.date(2026, 2, 1))
    drain_rollups(now=NOW)
    changed = list(Value.objects.filter(indicator=of).order_by("period__starts_on").values_list("numerator", flat=True))
    admin = build.person(is_superuser=True)
    restate(indicator=of, since=build.LONG_AGO, by=admin, reason="Agreed", today=NOW.date(), now=NOW)
    drain_rollups(now=NOW)
    restated = list(
        Value.objects.filter(indicator=of).order_by("period__starts_on").values_list("numerator", flat=True)
    )

    assert changed == [20, 30, 30]
    assert restated == [30, 30, 30]
    assert [one.summary for one in versions_of(Indicator.objects.get(pk=of.pk))] == [
        "Restated",
        "Expression: cost * 2 → cost * 3",
        "",
    ]


def test_a_difference_of_weights_can_be_read() -> None:
    build.indicator("cost")
    build.indicator("wait")
    build.index("north", {"cost": 1, "wait": 2})
    weights = [
        {"indicator": "cost", "weight": "1", "valid_from": None, "valid_to": "2026-03-31"},
        {"indicator": "cost", "weight": "1.5", "valid_from": "2026-04-01", "valid_to": None},
    ]

    made, _outcome = save_indicator(definition={"code": "north", "weights": weights}, now=NOW)

    assert versions_of(made)[0].summary == (
        "Weights: cost × 1; wait × 2 → cost × 1, to 2026-03-31; cost × 1.5, from 2026-04-01"
    )
    assert set(Component.objects.values_list("of__code", "indicator__code")) == {("north", "cost"), ("north", "wait")}


def test_a_catalogue_goes_out_and_comes_back_in_whatever_order(tmp_path: Path) -> None:
    build.indicator("zeal")
    build.indicator("2nd-count")
    build.formula("b-share", "zeal / [2nd-count] * 100", unit="%")
    build.index("a-north", {"b-share": "2.5", "zeal": 1})
    before = catalogue()
    file = tmp_path / "catalogue.json"
    file.write_text(json.dumps([one | {"name_fr": "x", "unit": one["unit"] or "x"} for one in before]))
    Indicator.objects.filter(kind=Kind.INDEX).delete()
    Indicator.objects.filter(kind=Kind.FORMULA).delete()
    Indicator.objects.all().delete()

    call_command("import_indicators", file)

    after = {one["code"]: one for one in catalogue()}
    assert [one["code"] for one in before] == ["2nd-count", "a-north", "b-share", "zeal"]
    assert after["b-share"]["expression"] == "zeal / [2nd-count] * 100"
    assert after["a-north"]["weights"] == [{"indicator": "b-share", "weight": 2.5}, {"indicator": "zeal", "weight": 1}]


def test_the_administration_site_takes_weights_as_lines(client: Client) -> None:
    client.force_login(build.person(is_superuser=True))
    build.indicator("cost")
    build.indicator("wait")
    page = {
        "code": "north", "name_en": "True North", "kind": "index", "combine": "share", "factor": "1", "decimals": "0",
        "direction": "up", "frequency": "month", "calendar": "every_day", "minimum_coverage": "0", "grace_days": "7", "status": "active",
        "missing": "skip", "adds_up": "on", "chart": "auto", "screens_outliers": "on",
        "reporters-TOTAL_FORMS": "0", "reporters-INITIAL_FORMS": "0",
        "left_out-TOTAL_FORMS": "0", "left_out-INITIAL_FORMS": "0",
    }  # fmt: skip
    address = reverse("admin:indicators_indicator_add")

    refused = client.post(address, page | {"weights": "cost 2\nwait much"})
    client.post(address, page | {"weights": "cost 2\r\nwait 1.50 2026-04-01\r\n"})

    assert refused.context["adminform"].form.errors == {"weights": ["Line 2: “much” is no number."]}
    assert Indicator.objects.get(code="north").weights == [
        {"indicator": "cost", "weight": "2", "valid_from": None, "valid_to": None},
        {"indicator": "wait", "weight": "1.5", "valid_from": "2026-04-01", "valid_to": None},
    ]
