"""Yes or no: a share, all or any over units; the last answer over time."""

import datetime as dt
from decimal import Decimal

import pytest

from indicators.choices import Combine, Kind
from indicators.forms.entries import Unreadable, read_parts, typed
from indicators.forms.observations import Catalogue, CellRefused, clean_row
from indicators.models import Indicator, Value
from indicators.operations import ObservationRefused, drain_rollups, rebuild_values
from indicators.queries import ValueFilter, check_rollups, values, why
from organisation.choices import Frequency
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 12, 1)


def _huddles(combine: str = Combine.SHARE) -> tuple[Indicator, Unit]:
    """Three teams of four answer yes in October, one in November; the quarter ends with November's answers."""
    hospital = build.unit("hospital")
    held = build.indicator("held", kind=Kind.YES_NO, combine=combine, also_at=[Frequency.QUARTER])
    answers = {"a": (1, 0), "b": (1, 1), "c": (1, 0), "d": (0, 0)}
    for code, team in zip(answers, build.units(*answers, parent=hospital), strict=True):
        for month, yes in zip(("2026-10", "2026-11"), answers[code], strict=True):
            build.observation(held, team, month, yes, 1)
    drain_rollups(now=build.LATER)
    return held, hospital


@pytest.mark.parametrize(
    ("combine", "october", "quarter"), [(Combine.SHARE, 75, 25), (Combine.ALL, 0, 0), (Combine.ANY, 1, 1)]
)
def test_answers_combine_over_units_and_the_last_counts_over_time(combine: str, october: int, quarter: int) -> None:
    _held, hospital = _huddles(combine)

    told = {row.period: row.value for row in values(ValueFilter(units=[hospital.code]), today=TODAY)}

    assert told == {"2026-10": october, "2026-11": quarter, "2026-Q4": quarter}


def test_drained_answers_equal_rebuilt_and_independently_computed_ones() -> None:
    _huddles()
    drained = set(Value.objects.values_list("unit", "period", "numerator", "denominator", "reporting"))

    rebuild_values(now=build.LATER)

    assert set(Value.objects.values_list("unit", "period", "numerator", "denominator", "reporting")) == drained
    assert check_rollups().different == 0


def test_the_answers_of_few_teams_are_no_small_number() -> None:
    _held, hospital = _huddles()

    [row] = values(ValueFilter(units=[hospital.code], frequency="month", until=dt.date(2026, 10, 31)), today=TODAY)

    assert (row.value, row.numerator, row.denominator) == (Decimal(75), Decimal(3), Decimal(4))
    assert row.n is None


def test_why_counts_the_answers() -> None:
    held, hospital = _huddles()

    answer = why(indicator=held, unit=hospital, period=build.period("2026-10"), today=TODAY)

    assert answer.equation == "3 yes of 4 = 75"
    assert [child.share for child in answer.children] == [Decimal("0.25")] * 4


@pytest.mark.parametrize(("text", "yes"), [("yes", 1), ("Non", 0), ("1", 1), ("O", 1), ("0", 0)])
def test_answers_are_typed_as_people_say_them(text: str, yes: int) -> None:
    assert read_parts(Kind.YES_NO, text).numerator == yes
    assert read_parts(Kind.YES_NO, typed(Kind.YES_NO, read_parts(Kind.YES_NO, text))).numerator == yes


def test_what_is_neither_is_refused_at_every_door() -> None:
    held, hospital = _huddles()
    catalogue = Catalogue.load()
    catalogue.meet(["2026-10"])
    cells = {"indicator": held.code, "unit": hospital.code, "period": "2026-10"}

    with pytest.raises(Unreadable):
        read_parts(Kind.YES_NO, "perhaps")
    with pytest.raises(CellRefused, match="1 or 0"):
        clean_row(cells | {"value": "2"}, catalogue, source="imported", today=TODAY)
    with pytest.raises(ObservationRefused, match="1 or 0"):
        build.observation(held, hospital, "2026-10", 3, 4)
    row = clean_row(cells | {"value": "1"}, catalogue, source="imported", today=TODAY)
    assert row.parts is not None
    assert (row.parts.numerator, row.parts.denominator) == (Decimal(1), Decimal(1))
