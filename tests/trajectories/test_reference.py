"""Published and generated logs give the published answers, by the product's own path: import, measure, refresh, read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from core.imports import ImportReport
from indicators.models import Value
from organisation.forms.unit_rows import read_unit_rows
from organisation.operations import import_units
from tests import build
from trajectories.calculations.measures import MEASURES
from trajectories.forms.csv_events import read_csv_events
from trajectories.models import Trajectory
from trajectories.operations import Origin, import_events, refresh, save_trajectory
from trajectories.queries import measure

ANSWERS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "trajectories" / "answers.json"
ITEMS = json.loads(ANSWERS.read_text()) if ANSWERS.exists() else []
ZONES = {"receipt": "Europe/Amsterdam", "bpi2012": "Europe/Amsterdam", "helpdesk": "Europe/Rome"}
#: What starts a case, for the one measure that asks the clock and not the item: only started cases are put through.
STARTS = {"helpdesk": ["Assign seriousness"], "bpi2013_incidents": ["Accepted", "Queued"]}
#: Keyed by units of a level; these are read from the values after a refresh.
BY_LEVEL = {"access_delay_by_unit_month", "handoffs_by_level", "waiting_now_by_level"}
#: Beside the names that the command promises, those that it also answers in full.
ASKED = [item for item in ITEMS if item["indicator"] in MEASURES and item["indicator"] != "open_caseload"]
LEVELS = [item for item in ITEMS if item["indicator"] in BY_LEVEL]
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

pytestmark = [pytest.mark.reference, pytest.mark.django_db]


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


class Logs(dict[str, Trajectory]):
    """Each log is imported when it is first asked about."""

    def __init__(self, reference: Path) -> None:
        self.reference = reference

    def __missing__(self, name: str) -> Trajectory:
        self[name] = imported(self.reference, name)
        return self[name]


@pytest.fixture(scope="module")
def logs(database: None, reference: Path) -> Logs:
    return Logs(reference)


def imported(reference: Path, name: str) -> Trajectory:
    clock = {"start": STARTS[name]} if name in STARTS else {}
    trajectory = Trajectory.objects.create(code=name, name_en=name, timezone=ZONES.get(name, "UTC"), clock=clock)
    report = ImportReport()
    chunks = read_csv_events(reference / "trajectories" / "logs" / f"{name}.csv.gz", report)
    origin = Origin(name=name, mapping={}, zone=trajectory.timezone)
    import_events(trajectory=trajectory, chunks=chunks, origin=origin, report=report, now=NOW)
    assert (report.new, report.refused) == (report.read, 0)
    return trajectory


@pytest.fixture(scope="module")
def measured(logs: Logs, reference: Path) -> Trajectory:
    """The generated log with its units and three bound measures, refreshed."""
    units = ImportReport()
    import_units(rows=read_unit_rows(reference / "trajectories" / "logs" / "traj_units.csv", units), report=units)
    build.indicator("delay", kind="duration", statistic="median")
    build.indicator("waiting", kind="stock")
    build.indicator("passed")
    bound = [
        {"indicator": "delay", "measure": "access_delay"},
        {"indicator": "waiting", "measure": "waiting_list"},
        {"indicator": "passed", "measure": "handoffs", "params": {"column": "team"}},
    ]
    report = ImportReport()
    assert logs["traj_public"].code == "traj_public"
    trajectory = save_trajectory(definition={"code": "traj_public", "measures": bound}, report=report, now=NOW)
    row = refresh(trajectory, now=NOW)
    assert report.refused == 0
    assert row is not None
    assert (row.error, row.left_out) == ("", {"contributions": 0, "teams": 0})
    return trajectory


@pytest.mark.parametrize("item", ASKED, ids=lambda item: item["id"])
def test_a_log_gives_the_published_answer(item: dict[str, Any], logs: Logs) -> None:
    answer = measure(logs[item["log"]], item["indicator"], item["params"])

    assert_same(answer, item["answer"], item["tolerance_abs"])


@pytest.mark.parametrize("item", LEVELS, ids=lambda item: item["id"])
def test_values_of_a_level_are_the_published_ones(item: dict[str, Any], measured: Trajectory) -> None:
    level, expected = item["params"]["level"], item["answer"]

    read: dict[str, Any] = {
        "access_delay_by_unit_month": delays,
        "handoffs_by_level": passages,
        "waiting_now_by_level": waiting,
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


def assert_same(found: object, expected: object, tolerance: float) -> None:
    """Compare to the stated tolerance; `top` lists workers, who are pseudonyms."""
    if isinstance(expected, dict):
        assert isinstance(found, dict)
        wanted = {name: one for name, one in expected.items() if not (name == "top" and isinstance(one, list))}
        assert found.keys() == wanted.keys()
        for name, one in wanted.items():
            assert_same(found[name], one, tolerance)
    elif isinstance(expected, list):
        assert isinstance(found, list)
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other, tolerance)
    elif isinstance(expected, int | float):
        assert found == pytest.approx(expected, abs=tolerance)
    else:
        assert found == expected
