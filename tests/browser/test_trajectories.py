"""A trajectory in a real Chromium: its map by keyboard and without script, and events from a file to the map."""

import datetime as dt
import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from organisation.choices import RoleName
from tests import build
from tests.trajectories.logs import add, trajectory
from trajectories.models import EventUpload, Trajectory
from trajectories.operations import keep_maps
from trajectories.tasks import read_upload

# Playwright keeps an event loop in this thread; the database is asked from it none the less.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL, PASSWORD = "lead@example.org", "obeya-demo-maps"
STEPS = [
    {"code": "referral", "name_en": "Referral", "name_fr": "Demande", "activities": ["REFERRAL"]},
    {"code": "service", "name_en": "In service", "name_fr": "En service", "activities": ["SERVICE"]},
    {"code": "end", "name_en": "Closure", "name_fr": "Fermeture", "activities": ["CLOSURE"]},
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def days_ago(days: int) -> dt.date:
    return timezone.localdate() - dt.timedelta(days=days)


@pytest.fixture
def youths(site: str) -> Trajectory:
    """Eight people referred three weeks ago, of whom six were served ten days later."""
    centre = build.unit("centre", name_en="Centre")
    build.unit("north", parent=centre)
    youths = trajectory(steps=STEPS, timezone="America/Toronto", name_en="Youths in difficulty")
    add(youths, "\n".join(f"n{n} {days_ago(21)} REFERRAL north" for n in range(8)))
    add(youths, "\n".join(f"n{n} {days_ago(11)} SERVICE north" for n in range(6)))
    keep_maps(youths, now=timezone.now())
    build.role(build.person(EMAIL, password=PASSWORD), RoleName.LEAD, centre)
    return youths


def signed_in(context: BrowserContext, site: str) -> Page:
    page = context.new_page()
    page.goto(f"{site}/account/login/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{site}/")
    return page


@pytest.fixture
def page(site: str, youths: Trajectory, chromium: Browser) -> Page:
    return signed_in(chromium.new_context(viewport={"width": 1920, "height": 1080}), site)


def test_the_day_of_the_map_is_moved_by_keyboard(site: str, page: Page) -> None:
    page.goto(f"{site}/trajectories/youths/?unit=north")
    total = page.locator(".map-totals b").first
    expect(total).to_have_text("8")
    slider = page.get_by_role("slider")
    expect(slider).to_have_attribute("aria-valuetext", "now")

    slider.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-as-of-day]")).not_to_have_text("now")
    for _ in range(3):
        page.keyboard.press("ArrowLeft")

    expect(total).to_have_text("0")
    expect(slider).to_be_focused()
    assert "weeks=-4" in page.url


def test_the_map_is_asked_for_without_a_script_too(site: str, youths: Trajectory, chromium: Browser) -> None:
    page = signed_in(chromium.new_context(java_script_enabled=False), site)
    page.goto(f"{site}/trajectories/youths/")
    page.get_by_role("slider").focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")

    page.get_by_role("button", name="Show").click()

    assert "weeks=-4" in page.url
    expect(page.locator(".map-totals b").first).to_have_text("0")


def test_a_phone_shows_a_list_where_a_wall_shows_the_drawing(site: str, page: Page) -> None:
    shown = {}
    for width in (390, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{site}/trajectories/youths/")
        beside = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
        shown[width] = (page.locator(".map-drawing").is_visible(), page.locator(".map-list").is_visible(), beside <= 0)

    assert shown == {390: (False, True, True), 1920: (True, False, True)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_of_a_trajectory_are_accessible(site: str, page: Page, theme: str) -> None:
    page.context.add_cookies([{"name": "theme", "value": theme, "url": site}])
    violations = {}

    for path in ("/trajectories/", "/trajectories/youths/", "/trajectories/youths/events/"):
        page.goto(f"{site}{path}")
        found = Axe().run(page, options={"runOnly": RULES})
        violations[path] = [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]

    assert violations == {path: [] for path in violations}


def test_events_come_from_a_file_that_is_looked_at_tried_and_taken(site: str, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        f"dossier;quoi;quand;equipe\nTremblay;REFERRAL;{days_ago(5)};north\nRoy;REFERRAL;hier;north\n", encoding="utf-8"
    )
    page.goto(f"{site}/trajectories/youths/events/")
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Look at it").click()
    for place, field in enumerate(("case", "activity", "at", "unit")):
        page.select_option(f"#column-{place}", field)

    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    read_upload(EventUpload.objects.get().pk)
    expect(page.get_by_role("heading", name="What would be taken")).to_be_visible()
    expect(page.get_by_role("region", name="Refused rows")).to_contain_text("when it happened")
    violations = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    page.get_by_role("button", name="Take it").click()
    page.goto(f"{site}/trajectories/youths/events/")
    read_upload(EventUpload.objects.get().pk)
    page.get_by_role("link", name="log.csv").click()

    expect(page.get_by_role("heading", name="What was taken")).to_be_visible()
    assert [one["id"] for one in violations] == []
