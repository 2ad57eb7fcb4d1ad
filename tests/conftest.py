"""What every test may ask for, and when a test may be skipped."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser

from obeya.engines import embedded_engines
from tests.chromium import opened_chromium

# How fast examples are drawn says how busy the machine is, not whether the product is right.
settings.register_profile("obeya", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("obeya")

#: Published logs and results, kept beside the project; read in place, never copied.
REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Have the embedded engines up while tests run, where the environment names no others."""
    if session.config.getoption("dist") != "no":
        return (yield)  # Its workers run the tests, each with engines of its own.
    with embedded_engines():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Run what empties the tables last, whatever the shuffle: the seeded calendar goes with them.

    A module stays with one worker, for what it makes once is dear; its two halves may go to two.
    """
    for item in items:
        half = "last" if empties_the_tables(item) else "first"
        item.add_marker(pytest.mark.xdist_group(f"{item.location[0]} {half}"))
    yield
    items.sort(key=empties_the_tables)


def empties_the_tables(item: pytest.Item) -> bool:
    """Tell whether a test commits, so that every table is emptied after it."""
    database = item.get_closest_marker("django_db")
    fixtures = getattr(item, "fixturenames", ())
    return (database is not None and bool(database.kwargs.get("transaction"))) or "transactional_db" in fixtures


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Begin every test in English: a page for someone who reads French leaves its language to the thread's next one."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def reference() -> Path:
    """Return the folder of reference data, or skip where it is absent."""
    if not REFERENCE.is_dir():
        pytest.skip("the shared reference data is not beside this checkout")
    return REFERENCE


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Open the browser once for a module. No longer: it keeps an event loop running, and others run their own."""
    with opened_chromium() as browser:
        yield browser


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport:
    """In CI a test may be skipped for missing reference data alone; any other skip is a failure."""
    report = pytest.TestReport.from_item_and_call(item, call)
    if report.skipped and os.environ.get("CI") == "true" and (REFERENCE.is_dir() or "reference" not in item.keywords):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} would skip in CI: {report.longrepr}"
    return report
