"""What people type into a tile, and what is made of it."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from indicators.calculations import Parts
from indicators.forms.entries import Unreadable, read_parts, typed


@pytest.mark.parametrize(
    ("kind", "text", "parts"),
    [
        ("count", "34", Parts(Decimal(34))),
        ("count", " 1 248 ", Parts(Decimal(1248))),
        ("stock", "1\u202f248,5", Parts(Decimal("1248.5"))),
        ("ratio", "18/21", Parts(Decimal(18), Decimal(21))),
        ("ratio", "18 / 21", Parts(Decimal(18), Decimal(21))),
        ("mean", "152,5/20", Parts(Decimal("152.5"), Decimal(20))),
        ("duration", "12 3 12 7", Parts(days=(3, 7, 12), cases=(1, 1, 2))),
        ("duration", "3:1; 12 : 2", Parts(days=(3, 12), cases=(1, 2))),
    ],
)
def test_a_figure_is_read_as_people_write_it(kind: str, text: str, parts: Parts) -> None:
    assert read_parts(kind, text) == parts


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("count", "", "Type a figure first."),
        ("count", "many", "“many” is not a number."),
        ("count", "1,248", "Is 1,248 thousands or decimals? Write it without the comma."),
        ("count", "12 13", "“12 13” is not a number."),
        ("count", "1 2345", "“1 2345” is not a number."),
        ("count", "85 %", "“85 %” is not a number."),
        ("mean", "18 21/20", "“18 21” is not a number."),
        ("ratio", "85", "Type both parts, like 18/21: how many, out of how many."),
        ("ratio", "85 %", "Type both parts, like 18/21: how many, out of how many."),
        ("mean", "7.6", "Type the sum and the number of answers, like 152/20."),
        ("duration", "a week", "Type the days of each case, like 3 7 12, or days and cases, like 3:1; 12:2."),
    ],
)
def test_what_is_no_figure_is_refused_with_its_reason(kind: str, text: str, sentence: str) -> None:
    with override("en"), pytest.raises(Unreadable) as refusal:
        read_parts(kind, text)

    assert str(refusal.value) == sentence


def test_a_comma_before_three_digits_is_decimal_in_french() -> None:
    with override("fr"):
        assert read_parts("count", "1,248") == Parts(Decimal("1.248"))


@given(st.decimals(min_value=0, max_value=10**9, places=3), st.sampled_from(["en", "fr"]))
def test_what_stands_is_offered_as_it_would_be_typed(figure: Decimal, language: str) -> None:
    with override(language):
        assert read_parts("count", typed("count", Parts(figure))) == Parts(figure)
