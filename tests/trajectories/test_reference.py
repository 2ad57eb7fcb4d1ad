"""Published and generated logs give the published answers, by the product's own path: import and measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.trajectories.reference_logs import BY_LEVEL, ITEMS, assert_same, imported, kept_for_a_module, settle
from trajectories.calculations.measures.table import MEASURES
from trajectories.models import Event, Trajectory
from trajectories.queries import measure

#: Beside the names that the command promises, those that it also answers in full.
ASKED = [item for item in ITEMS if item["indicator"] in MEASURES and item["indicator"] not in BY_LEVEL]

pytestmark = [pytest.mark.reference, pytest.mark.django_db]


@pytest.fixture(scope="module")
def logs(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker, reference: Path
) -> Iterator[dict[str, Trajectory]]:
    """The logs that the chosen tests ask about, all at once: what a test imports, its end would undo."""
    chosen = {test.name for test in request.session.items if test.path == request.path}
    names = {item["log"] for item in ASKED if any(item["id"] in one for one in chosen)}
    with kept_for_a_module(django_db_blocker):
        made = {name: imported(reference, name) for name in sorted(names)}
        settle()
        yield made


@pytest.mark.parametrize("item", ASKED, ids=lambda item: item["id"])
def test_a_log_gives_the_published_answer(item: dict[str, Any], logs: dict[str, Trajectory]) -> None:
    answer = measure(logs[item["log"]], item["indicator"], item["params"])

    assert_same(answer, item["answer"], item["tolerance_abs"])


ZONES_MATTER = [item for item in ITEMS if item["indicator"] == "timezone_effect"]


@pytest.mark.parametrize("item", ZONES_MATTER, ids=lambda item: item["id"])
def test_days_of_a_log_with_offsets_are_those_of_its_zone(item: dict[str, Any], reference: Path) -> None:
    expected, zone = item["answer"], item["params"].get("zone", "Europe/Amsterdam")
    month = item["params"].get("month", "2011-05")
    log = imported(reference, item["log"], zone=zone, code="elsewhere")
    times = Event.objects.filter(trajectory=log).values_list("wall", "utc_offset")
    days = [(wall.date(), (wall - dt.timedelta(seconds=offset or 0)).date()) for wall, offset in times]

    local = measure(log, "contacts", {})
    in_utc = sum(day.isoformat()[:7] == month for _, day in days)
    differing = sum(here != utc for here, utc in days)

    wanted = {name: n for name, n in expected.items() if name.startswith("events_")}
    assert [local[month], in_utc, differing] == list(wanted.values())
