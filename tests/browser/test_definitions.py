"""The definition of a trajectory under the hands of a lead: by keyboard, with and without the script."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from core.imports import ImportReport
from organisation.choices import RoleName
from organisation.models import Person
from tests import build
from tests.browser.conftest import Aside
from tests.trajectories.logs import NOW, add
from tests.trajectories.test_definitions import WHOLE
from trajectories.models import Trajectory
from trajectories.operations import save_trajectory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Drive = Callable[..., Any]


@pytest.fixture
def lead() -> Person:
    centre = build.unit("centre")
    build.units("north", parent=centre)
    build.indicator("wait", kind="duration")
    measures = [{"indicator": "wait", "measure": "access_delay"}]
    add(save_trajectory(definition={**WHOLE, "measures": measures}, report=ImportReport(), now=NOW))
    return build.person_with(RoleName.LEAD, centre)


@pytest.fixture
def drive(live_server: LiveServer, aside: Aside) -> Iterator[Drive]:
    """Answer a function that runs another on the page of the form, in a thread that knows no database."""

    def driven(act: Callable[[Page], Any], person: Person, *, has_script: bool = True, width: int = 1280) -> Any:
        client = Client()
        client.force_login(person)
        key = client.cookies[settings.SESSION_COOKIE_NAME].value

        def played(browser: Browser) -> Any:
            size = {"width": width, "height": 844}
            context = browser.new_context(viewport=size, locale="en", java_script_enabled=has_script)  # type: ignore[arg-type]  # a size
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": live_server.url}])
            page = context.new_page()
            page.goto(f"{live_server.url}/trajectories/youths/definition/edit/")
            return act(page)

        return aside(played)

    yield driven
    connection.close()


@pytest.mark.parametrize("has_script", [True, False])
def test_steps_are_moved_and_added_by_keyboard_and_saved(lead: Person, drive: Drive, has_script: bool) -> None:  # noqa: FBT001 -- a parameter
    def act(page: Page) -> None:
        page.get_by_role("button", name="Move Service up").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#step-0")).to_have_value("Service")
        expect(page.locator("#step-0")).to_be_focused()
        page.get_by_role("button", name="Add a step").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#step-2")).to_be_focused()
        page.keyboard.type("Closure")
        page.keyboard.press("Enter")
        expect(page.get_by_label("Step of CLOSURE")).to_contain_text("Closure")
        page.get_by_label("Step of CLOSURE").select_option(label="Closure")
        page.get_by_label("DROPOUT: Closes").check()
        page.get_by_label("Why? (kept with the version)").fill("closures are a step")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("closures are a step")).to_be_visible()

    drive(act, lead, has_script=has_script)

    kept = Trajectory.objects.get()
    assert [(step["code"], step["activities"]) for step in kept.steps] == [
        ("service", ["SERVICE"]),
        ("referral", ["REFERRAL"]),
        ("closure", ["CLOSURE"]),
    ]
    assert (kept.version, kept.clock["close"]) == (2, ["CLOSURE", "DROPOUT"])


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_have_no_fault_that_axe_knows_and_fit_their_screen(lead: Person, drive: Drive, width: int) -> None:
    addresses = (
        "/trajectories/youths/definition/edit/",
        "/trajectories/youths/definition/",
        "/trajectories/youths/measures/wait/",
        "/trajectories/youths/measures/",
        "/trajectories/new/",
    )

    def act(page: Page) -> list[tuple[str, bool]]:
        host = page.url.partition("/trajectories/")[0]
        found = []
        for address in addresses:
            page.goto(host + address)
            faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
            fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            found.append((faults.generate_report() if faults.violations_count else "", bool(fits)))
        return found

    assert drive(act, lead, width=width) == [("", True)] * len(addresses)
