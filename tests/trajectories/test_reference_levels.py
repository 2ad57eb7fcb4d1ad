"""Bound to indicators and refreshed, a log's measures are the published ones at every level of the units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from core.imports import ImportReport
from indicators.calculations import Parts, add, figure
from indicators.models import Value
from organisation.forms.unit_rows import read_unit_rows
from organisation.operations import import_units
from tests import build
from tests.trajectories.reference_logs import BY_LEVEL, ITEMS, NOW, assert_same, imported, kept_for_a_module, settle
from trajectories.models import Trajectory
from trajectories.operations import refresh, save_trajectory

#: Of the log with units; the months' histograms add up to that of all the time before a day.
SURVIVAL = [item for item in ITEMS if item["indicator"] == "access_delay_kaplan_meier" and item["log"] == "traj_public"]
#: Days without a contact: the values of the root at the end of 2024 are those of the whole log.
SILENT = {
    item["params"]["N"]: item["answer"]["open_cases_silent_over_N"]
    for item in ITEMS
    if item["indicator"] == "gaps" and item["log"] == "traj_public"
}
LEVELS = [item for item in ITEMS if item["indicator"] in BY_LEVEL]

pytestmark = [pytest.mark.reference, pytest.mark.django_db]


@pytest.fixture(scope="module")
def measured(django_db_setup: None, django_db_blocker: DjangoDbBlocker, reference: Path) -> Iterator[Trajectory]:
    """The generated log with its units and its bound measures, refreshed."""
    with kept_for_a_module(django_db_blocker):
        units = ImportReport()
        import_units(rows=read_unit_rows(reference / "trajectories" / "logs" / "traj_units.csv", units), report=units)
        imported(reference, "traj_public")
        trajectory = bound()
        row = refresh(trajectory, now=NOW)
        assert row is not None
        assert (row.error, row.left_out) == ("", {"contributions": 0, "teams": 0})
        settle()
        yield trajectory


def bound() -> Trajectory:
    build.indicator("delay", kind="duration", statistic="median")
    build.indicator("half-seen", kind="duration", statistic="km_median")
    build.indicator("waiting", kind="stock")
    build.indicator("passed")
    build.indicator("returned")
    build.indicator("open", kind="stock")
    build.indicator("contacts")
    build.indicator("workers", kind="distinct")
    contacts = {"activities": ["FIRST_SERVICE", "CONTACT"]}
    for days in SILENT:
        build.indicator(f"silent-{days}", kind="stock")
    measures = [
        {"indicator": "delay", "measure": "access_delay"},
        {"indicator": "half-seen", "measure": "access_delay_kaplan_meier"},
        {"indicator": "waiting", "measure": "waiting_list"},
        {"indicator": "passed", "measure": "handoffs", "params": {"column": "team"}},
        {"indicator": "returned", "measure": "ping_pong"},
        {"indicator": "open", "measure": "open_caseload"},
        {"indicator": "contacts", "measure": "workload", "params": contacts},
        {"indicator": "workers", "measure": "workload", "params": contacts},
        *(
            {"indicator": f"silent-{days}", "measure": "open_cases_silent_over_N", "params": contacts | {"N": days}}
            for days in SILENT
        ),
    ]
    report = ImportReport()
    trajectory = save_trajectory(definition={"code": "traj_public", "measures": measures}, report=report, now=NOW)
    assert report.refused == 0
    return trajectory


@pytest.mark.parametrize("item", LEVELS, ids=lambda item: item["id"])
def test_values_of_a_level_are_the_published_ones(item: dict[str, Any], measured: Trajectory) -> None:
    level, expected = item["params"]["level"], item["answer"]

    read: dict[str, Any] = {
        "access_delay_by_unit_month": delays,
        "handoffs_by_level": passages,
        "waiting_now_by_level": waiting,
        "open_caseload": still_open,
        "workload": busy,
    }[item["indicator"]](level)
    if "sample" in expected:
        rows = {name: read[name] for name in expected["sample"]}
        sums = {
            f"sum_{name}": sum(row[place] for row in read.values()) for place, name in enumerate(("n", "median", "p90"))
        }
        read = {"rows": len(read), **sums, "sample": rows}
    elif "table" in expected:
        read = {"rows": len(read), "table": read}
    elif "by_unit" in expected:
        # Of many units the reference lists the first; the total is of all.
        read["by_unit"] = {name: read["by_unit"][name] for name in expected["by_unit"]}
    else:
        read = {name: read[name] for name in expected}
    assert_same(read, expected, 1e-3)


@pytest.mark.parametrize("item", SURVIVAL, ids=lambda item: item["id"])
def test_months_add_up_to_the_published_median_that_counts_those_waiting(
    item: dict[str, Any], measured: Trajectory
) -> None:
    before, expected = item["params"]["as_of"], item["answer"]

    months = Value.objects.filter(
        indicator__code="half-seen", unit__placements__parent=None, period__ends_on__lt=before
    )
    parts = add(Parts.of_histogram(dict(zip(row.days or (), row.cases or (), strict=True))) for row in months)

    assert (parts.n, sum(parts.cases or ())) == (expected["events"], expected["n"])
    assert figure("duration", parts, statistic="km_median") == expected["median"]
    assert figure("duration", parts, statistic="km_p90") == expected["p90"]


def test_hand_offs_straight_back_to_teams_are_the_published_ones(measured: Trajectory) -> None:
    [item] = [
        one
        for one in ITEMS
        if (one["indicator"], one["log"], one["params"].get("column")) == ("handoffs", "traj_public", "team")
    ]

    assert sum(value.numerator or 0 for value in values("returned", "l5")) == item["answer"]["ping_pong"]


@pytest.mark.parametrize("days", SILENT)
def test_open_cases_without_a_contact_for_long_are_the_published_ones(days: int, measured: Trajectory) -> None:
    root = Value.objects.get(indicator__code=f"silent-{days}", unit__placements__parent=None, period__code="2024-12")

    assert root.numerator == SILENT[days]


def values(indicator: str, level: str) -> Iterator[Value]:
    found = Value.objects.filter(indicator__code=indicator, unit__kind=level).select_related("unit", "period")
    yield from found.order_by("unit__code", "period__starts_on")


def number(value: Value) -> str:
    return value.unit.code.rpartition("-")[2]


def delays(level: str) -> dict[str, Any]:
    """n, median, p90 and those within 28 days, from the histogram of each unit and month."""
    return {f"{number(value)}|{value.period.code}": face(value) for value in values("delay", level)}


def face(value: Value) -> list[float]:
    waited = [day for day, cases in zip(value.days or (), value.cases or (), strict=True) for _ in range(cases)]
    return [len(waited), quantile(waited, 0.5), quantile(waited, 0.9), sum(day <= 28 for day in waited)]


def quantile(ordered: list[int], q: float) -> float:
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def passages(level: str) -> dict[str, Any]:
    totals: dict[str, Decimal] = {}
    for value in values("passed", level):
        totals[number(value)] = totals.get(number(value), Decimal()) + (value.numerator or 0)
    counted = {name: int(total) for name, total in totals.items() if total}
    return {"total": sum(counted.values()), "by_unit": counted}


def waiting(level: str) -> dict[str, Any]:
    at_end = (value for value in values("waiting", level) if value.period.code == "2024-12" and value.numerator)
    return {number(value): [int(value.numerator or 0), max(value.days or [0])] for value in at_end}


def still_open(level: str) -> dict[str, Any]:
    at_end = [value for value in values("open", level) if value.period.code == "2024-12" and value.numerator]
    by_unit = {number(value): int(value.numerator or 0) for value in at_end}
    return {"total": sum(by_unit.values()), "by_unit": by_unit}


def busy(level: str) -> dict[str, Any]:
    """Contacts, and the different workers who had them, of each unit and month."""
    workers = {(value.unit_id, value.period_id): len(value.members or ()) for value in values("workers", level)}
    return {
        f"{number(value)}|{value.period.code}": [int(value.numerator or 0), workers[value.unit_id, value.period_id]]
        for value in values("contacts", level)
        if value.numerator
    }
