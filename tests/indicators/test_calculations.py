"""Figures, status and chart lines, on examples small enough to check by eye."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from indicators.calculations import Parts, Reading, add, figure, shown, status

#: Ten people waited 1, 1, 2, 3, 5, 8, 13, 21, 34 and 55 days.
DELAYS = Parts.of_histogram({1: 2, 2: 1, 3: 1, 5: 1, 8: 1, 13: 1, 21: 1, 34: 1, 55: 1})


@pytest.mark.parametrize(
    ("kind", "parts", "expected"),
    [
        ("count", Parts(Decimal(7)), 7),
        ("stock", Parts(Decimal(7), None, (3, 9), (5, 2)), 7),
        ("ratio", Parts(Decimal(18), Decimal(24)), 75),
        ("mean", Parts(Decimal(18), Decimal(24)), Decimal("0.75")),
        ("ratio", Parts(Decimal(0), Decimal(0)), None),
        ("count", None, None),
    ],
)
def test_each_kind_has_its_figure(kind: str, parts: Parts | None, expected: object) -> None:
    assert figure(kind, parts, factor=100) == expected


@pytest.mark.parametrize(
    ("statistic", "expected"),
    [
        ("median", Decimal("6.5")),
        ("p90", Decimal("36.1")),
        ("mean", Decimal("14.3")),
        ("max", Decimal(55)),
        ("share_within", Decimal(50)),
    ],
)
def test_a_duration_shows_the_statistic_of_its_definition(statistic: str, expected: Decimal) -> None:
    assert figure("duration", DELAYS, statistic=statistic, within=5) == expected


def test_ninety_of_a_hundred_and_sixty_of_eighty_make_83_3_and_not_82_5() -> None:
    both = add([Parts(Decimal(90), Decimal(100)), Parts(Decimal(60), Decimal(80))])

    assert shown(figure("ratio", both, factor=100), 1) == Decimal("83.3")


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("0.5", 0, "1"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("1.005", 2, "1.01"),
        ("-0.4", 0, "0"),
        ("1234.5", 2, "1234.50"),
    ],
)
def test_rounding_is_half_up_and_only_for_showing(value: str, decimals: int, expected: str) -> None:
    assert str(shown(Decimal(value), decimals)) == expected


#: A complete figure of October, looked at in the middle of November.
GOOD: dict[str, Any] = {
    "value": Decimal(80),
    "period_ends_on": dt.date(2026, 10, 31),
    "today": dt.date(2026, 11, 15),
    "grace_days": 7,
    "reporting": 9,
    "expected": 9,
    "minimum_coverage": Decimal("0.8"),
    "direction": "up",
    "target": Decimal(80),
    "threshold": Decimal(60),
    "has_report": True,
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, "on target"),
        ({"value": Decimal("79.9")}, "watch"),
        ({"value": Decimal(60)}, "watch"),
        ({"value": Decimal("59.9")}, "act"),
        ({"value": Decimal("59.9"), "threshold": None}, "watch"),
        ({"target": None}, "no target"),
        ({"target": None, "value": Decimal(1)}, "act"),
        ({"direction": "none"}, "no target"),
        ({"direction": "down", "threshold": Decimal(100)}, "on target"),
        ({"direction": "down", "threshold": Decimal(100), "value": Decimal(81)}, "watch"),
        ({"direction": "down", "threshold": Decimal(100), "value": Decimal(101)}, "act"),
        ({"is_suspect": True}, "suspect"),
        ({"value": None}, "no data"),
        ({"reporting": 7}, "no data"),
        ({"reporting": 8}, "on target"),
        ({"reporting": 8, "today": dt.date(2026, 11, 7)}, "pending"),
        ({"reporting": 0, "has_report": False, "today": dt.date(2026, 11, 7)}, "pending"),
        ({"reporting": 0, "has_report": False, "today": dt.date(2026, 11, 8)}, "late"),
        ({"reporting": 0, "has_report": False, "is_closed_for_good": True}, "no data"),
        ({"today": dt.date(2026, 10, 31)}, "not due"),
        ({"today": dt.date(2026, 10, 31), "is_suspended": True}, "suspended"),
        ({"is_suspended": True, "is_applicable": False}, "n/a"),
    ],
)
def test_the_first_status_that_applies_is_the_status(change: dict[str, Any], expected: str) -> None:
    assert status(Reading(**GOOD | change)) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("4", "on target"), ("6", "on target"), ("6.1", "watch"), ("2", "watch"), ("1.9", "act")]
)
def test_watch_reaches_as_far_beyond_a_band_as_the_threshold_says(value: str, expected: str) -> None:
    band = {"direction": "band", "band_low": Decimal(4), "band_high": Decimal(6), "threshold": Decimal(2)}

    assert status(Reading(**GOOD | band | {"value": Decimal(value)})) == expected
