"""What people do at a wall, in a real Chromium: enter a figure and see every wall above it follow, by keyboard alone."""

import datetime as dt
import os
import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from boards.choices import Level
from indicators.choices import Direction, Kind
from indicators.operations import drain_rollups
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build

# Playwright keeps an event loop in this thread; the database is asked from it none the less.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL, PASSWORD = "lead@example.org", "obeya-demo-walls"
PLACES = {"strategic": "centre", "tactical": "service", "operational": "team"}


def months(count: int) -> list[str]:
    """Return the last months that have ended, newest first."""
    day, codes = timezone.localdate().replace(day=1), []
    for _ in range(count):
        day = (day - dt.timedelta(days=1)).replace(day=1)
        codes.append(day.strftime("%Y-%m"))
    return codes


@pytest.fixture
def organisation(site: str) -> str:
    """Make three walls above each other, a lead who sees them all, and two years of a share in per cent."""
    centre = build.unit("centre", name_en="Centre", name_fr="Centre")
    service = build.unit("service", parent=centre, name_en="Service")
    team, other = build.units("team", "other", parent=service)
    share = build.indicator(
        "agreed", kind=Kind.RATIO, name_en="Plans agreed", unit="%", decimals=1, direction=Direction.UP, grace_days=31
    )
    build.target(share, centre, target=80, threshold=60)
    for unit in (team, other):
        build.reporter(share, unit)
        for month in months(16):
            build.observation(share, unit, month, 18, 20)
    drain_rollups(now=timezone.now())
    for level, unit in zip(Level.values, (centre, service, team), strict=True):
        build.board(unit, share, slug=level, level=level, true_north_en="No child waiting alone.")
    lead = build.person(EMAIL, name="Marie Bouchard", password=PASSWORD)
    build.role(lead, RoleName.LEAD, centre)
    return site


@pytest.fixture
def context(organisation: str, chromium: Browser) -> BrowserContext:
    """Sign in as the lead, at the door."""
    context = chromium.new_context(viewport={"width": 1920, "height": 1080}, timezone_id="America/Toronto")
    page = context.new_page()
    page.goto(f"{organisation}/account/login/")
    page.fill("input[name=login]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(f"{organisation}/")
    page.close()
    return context


def wall(context: BrowserContext, site: str, slug: str) -> Page:
    page = context.new_page()
    page.goto(f"{site}/boards/{slug}/")
    expect(page.locator("html")).to_have_attribute("data-live-state", "live")
    return page


def figure(page: Page) -> Locator:
    return page.locator(".figure-link")


def test_a_figure_entered_by_keyboard_changes_every_wall_above_it(organisation: str, context: BrowserContext) -> None:
    strategic, tactical, operational = (wall(context, organisation, slug) for slug in PLACES)
    expect(figure(strategic)).to_have_text("90.0%")

    operational.bring_to_front()
    operational.locator("[data-enter]").focus()
    operational.keyboard.press("Enter")
    expect(operational.locator("input[name=figure]")).to_be_focused()
    operational.keyboard.type("6/20")
    began = time.monotonic()
    operational.keyboard.press("Enter")

    expect(figure(operational)).to_have_text("30.0%")
    # A window that nobody looks at asks when somebody does; each is looked at here in turn.
    for page in (tactical, strategic):
        page.bring_to_front()
        expect(figure(page)).to_have_text("60.0%")
    assert time.monotonic() - began < 5
    # Asked of the document by the clock: a window that is behind draws no frames and tells of no focus.
    operational.wait_for_function("() => document.activeElement.matches('[data-enter]')", polling=100, timeout=5000)


def test_an_open_wall_follows_what_a_lead_arranges_by_keyboard(organisation: str, context: BrowserContext) -> None:
    build.indicator("waiting", name_en="People waiting")
    seen, page = wall(context, organisation, "operational"), context.new_page()
    page.goto(f"{organisation}/boards/operational/edit/")

    page.get_by_label("Indicator").select_option("waiting")
    page.get_by_role("button", name="Hang it").press("Enter")
    expect(seen.locator(".tile-name")).to_have_text(["Plans agreed", "People waiting"])
    page.get_by_role("button", name="Move People waiting up").press("Enter")
    expect(seen.locator(".tile-name")).to_have_text(["People waiting", "Plans agreed"])
    page.get_by_role("button", name="Take Plans agreed down").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("was taken down")
    page.get_by_label("Name in English").fill("Team A")
    page.get_by_label("True North in English").fill("Seen within a month.")
    page.get_by_label("Name in English").press("Enter")

    expect(seen.locator(".tile-name")).to_have_text(["People waiting"])
    expect(seen.locator("h1")).to_contain_text("Team A")
    expect(seen.locator(".north")).to_contain_text("Seen within a month.")


def test_escape_leaves_the_entry_and_a_refusal_keeps_what_was_typed(organisation: str, context: BrowserContext) -> None:
    page = wall(context, organisation, "operational")
    page.locator("[data-enter]").press("Enter")
    field = page.locator("input[name=figure]")
    expect(field).to_be_focused()

    page.keyboard.type("85")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert").filter(has_text="Type both parts")).to_be_visible()
    expect(field).to_have_value("85")
    page.keyboard.press("Escape")
    expect(field).to_have_count(0)
    expect(page.locator("[data-enter]")).to_be_focused()


def test_a_figure_sent_after_the_session_has_ended_is_kept_and_sent_again(
    organisation: str, context: BrowserContext
) -> None:
    page = context.new_page()
    page.goto(f"{organisation}/boards/operational/")
    page.locator("[data-enter]").first.click()
    page.locator("input[name=figure]").fill("19/20")
    standing = context.cookies()
    expect(page.locator("[data-lost]")).to_be_hidden()

    context.clear_cookies()
    page.keyboard.press("Enter")
    expect(page.locator("[data-lost]")).to_be_visible()
    context.add_cookies([{"name": one["name"], "value": one["value"], "url": organisation} for one in standing])
    page.locator("input[name=figure]").press("Enter")

    expect(page.locator(".entry-form")).to_have_count(0)
    expect(page.locator(".tile .figure, .tile").first).to_contain_text("95")


def test_a_figure_opens_to_what_made_it(organisation: str, context: BrowserContext) -> None:
    page = wall(context, organisation, "tactical")

    figure(page).press("Enter")

    panel = page.get_by_role("dialog")
    expect(panel.get_by_role("row", name="Team")).to_be_visible()
    expect(panel).to_contain_text("inherited from Centre")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(figure(page)).to_be_focused()


def test_twelve_tiles_are_large_and_need_no_scrolling(organisation: str, context: BrowserContext) -> None:
    build.board(Unit.objects.get(code="team"), *(build.indicator() for _ in range(12)), slug="twelve")
    page = context.new_page()
    sizes = []

    for width, height in ((1920, 1080), (3840, 2160)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"{organisation}/boards/twelve/?wall=1")
        name = page.locator(".tile-name").first.evaluate("name => parseFloat(getComputedStyle(name).fontSize)")
        hidden = page.evaluate("() => document.querySelector('main').scrollHeight - innerHeight")
        sizes.append(name)
        assert hidden <= 0

    assert sizes[0] >= 22
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.05)


def test_the_first_tile_of_a_young_wall_does_not_swell_to_fill_it(organisation: str, context: BrowserContext) -> None:
    page = context.new_page()

    page.goto(f"{organisation}/boards/tactical/?wall=1")

    box = page.locator(".tile").bounding_box()
    assert box
    assert (box["width"] < 1920 / 2, box["height"] < 1080 / 2) == (True, True)


def test_the_pages_fit_a_phone_and_are_accessible_there(organisation: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    sheet = "/indicators/agreed/service/"
    board = "/boards/tactical/"
    paths = (
        "/",
        board,
        f"{board}edit/",
        "/boards/new/",
        "/indicators/agreed/",
        sheet,
        f"{sheet}target/",
        "/enter/",
        "/components/",
    )
    found = {}

    for path in paths:
        page.goto(f"{organisation}{path}")
        fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        found[path] = (fits, [(one["id"], one["nodes"][0]["html"][:200]) for one in faults.response["violations"]])

    assert found == {path: (True, []) for path in paths}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible(organisation: str, context: BrowserContext, theme: str) -> None:
    context.add_cookies([{"name": "theme", "value": theme, "url": organisation}])
    page = context.new_page()
    violations = {}

    board = "/boards/tactical/"
    for path in ("/", board, f"{board}edit/", "/indicators/agreed/service/", "/components/", f"{board}?wall=1"):
        page.goto(f"{organisation}{path}")
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        violations[path] = [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]

    assert violations == {path: [] for path in violations}
