"""The entry grid under the hands of people: by keyboard, by paste, two at once."""

import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from indicators.models import Confirmation, EarlierEntry, Observation
from indicators.operations.doubts.rules import RuleGiven, set_rules
from organisation.models import Person
from tests import build
from tests.browser.conftest import Aside
from tests.indicators.entering import Programme, programme, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Drive = Callable[..., Any]


@pytest.fixture
def youth() -> Programme:
    return programme()


@pytest.fixture
def drive(live_server: LiveServer, aside: Aside) -> Iterator[Drive]:
    """Answer a function that runs another on the entry pages of some people, in a thread that knows no database."""

    def driven(act: Callable[..., Any], *people: Person, size: tuple[int, int] = (1280, 800)) -> Any:
        keys = [signed_in(person).cookies[settings.SESSION_COOKIE_NAME].value for person in people]
        return aside(lambda browser: act(*[_page(browser, live_server.url, key, size) for key in keys]))

    yield driven
    connection.close()


def _page(browser: Browser, address: str, key: str, size: tuple[int, int]) -> Page:
    context: BrowserContext = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/enter/")
    return page


def row(page: Page, unit: str, indicator: str) -> Locator:
    return page.locator(f"[data-unit={unit}][data-indicator={indicator}]")


def figures() -> dict[str, tuple[int | None, int | None]]:
    """Numerator and denominator of what stands, by unit and indicator."""
    rows = Observation.objects.select_related("unit", "indicator")
    return {
        f"{one.unit.code} {one.indicator.code}": (
            None if one.numerator is None else int(one.numerator),
            None if one.denominator is None else int(one.denominator),
        )
        for one in rows
    }


def test_ten_figures_by_keyboard_take_one_page_load_and_under_a_minute(youth: Programme, drive: Drive) -> None:
    for team in build.units(*"abcdef", parent=youth.programme):
        build.reporter(youth.referrals, team)

    def ten(page: Page) -> tuple[float, int]:
        loads: list[str] = []
        page.on("framenavigated", lambda frame: loads.append(frame.url))
        began = time.monotonic()
        for figure in ("11", "12", "13", "14", "15", "16", "17", "152/20", "18/21", "20"):
            page.keyboard.type(figure)
            page.keyboard.press("Enter")
        expect(page.locator("[data-tally] b")).to_have_text("10")
        return time.monotonic() - began, len(loads)

    took, loads = drive(ten, youth.contributor)

    assert (took < 60, loads) == (True, 0)
    teams = {f"{code} referrals": (11 + place, None) for place, code in enumerate("abcdef")}
    norths = {"north referrals": (17, None), "north score": (152, 20), "north seen": (18, 21)}
    assert figures() == teams | norths | {"south referrals": (20, None)}


def test_a_pasted_column_fills_down_and_a_bad_cell_blocks_no_other(youth: Programme, drive: Drive) -> None:
    def paste(page: Page) -> None:
        page.evaluate(
            """() => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", "34\\r\\nnonsense\\r\\n18\\t21\\r\\n20\\r\\n99\\r\\n");
                document.activeElement.dispatchEvent(
                    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
            }"""
        )
        expect(page.locator("[data-tally] b")).to_have_text("3")
        expect(row(page, "north", "score").locator(".is-refused")).to_contain_text("152/20")
        expect(page.locator("[data-says]")).to_have_text("Lines beyond the last cell, left out: 1")

    drive(paste, youth.contributor)

    assert figures() == {"north referrals": (34, None), "north seen": (18, 21), "south referrals": (20, None)}


def test_a_column_of_one_indicator_is_chosen_by_keyboard_and_pasted_over_twelve_teams(
    youth: Programme, drive: Drive
) -> None:
    for team in build.units(*(f"team-{number:02}" for number in range(10)), parent=youth.programme):
        build.reporter(youth.referrals, team)

    def paste(page: Page) -> tuple[str, int]:
        page.locator("#indicator").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.evaluate(
            """() => {
                const clipboardData = new DataTransfer();
                clipboardData.setData("text/plain", [...Array(12).keys()].map((place) => place + 1).join("\\r\\n"));
                document.activeElement.dispatchEvent(
                    new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
            }"""
        )
        expect(page.locator("[data-tally] b")).to_have_text("12")
        return page.url.partition("?")[2], page.locator("[data-cell]").count()

    address, rows = drive(paste, youth.contributor)

    assert (address, rows) == (f"period={youth.month.code}&unit=&indicator=referrals", 12)
    assert sorted(figures().values()) == [(number, None) for number in range(1, 13)]


def test_a_correction_is_asked_for_its_reason_and_undone_through_the_same_door(youth: Programme, drive: Drive) -> None:
    build.observation(youth.referrals, youth.north, youth.month.code, 34)

    def correct(page: Page) -> None:
        cell = row(page, "north", "referrals")
        cell.locator("[data-figure]").fill("36")
        page.keyboard.press("Tab")
        page.keyboard.type("Two came by fax")
        page.keyboard.press("Enter")
        expect(cell.locator(".is-saved")).to_contain_text("was 34")
        cell.locator("[data-figure]").focus()
        page.keyboard.press("Control+z")
        expect(cell.locator("[data-figure]")).to_have_value("34")
        expect(cell.locator(".is-saved")).to_contain_text("was 36")

    drive(correct, youth.contributor)

    assert figures() == {"north referrals": (34, None)}
    kept = EarlierEntry.objects.order_by("revision").values_list("numerator", "note", "replaced_by__email")
    assert list(kept) == [
        (Decimal(34), "", "contributor@example.org"),
        (Decimal(36), "Two came by fax", "contributor@example.org"),
    ]


@pytest.mark.parametrize(("wish", "stands"), [("Keep mine: 31", 31), ("Take theirs: 34", 34)])
def test_of_two_people_at_one_cell_the_second_sees_the_firsts_figure_and_chooses(
    youth: Programme, drive: Drive, wish: str, stands: int
) -> None:
    def both(first: Page, second: Page) -> None:
        for page, figure in ((first, "34"), (second, "31")):
            row(page, "north", "referrals").locator("[data-figure]").fill(figure)
            page.keyboard.press("Enter")
            expect(row(page, "north", "referrals").locator(".is-saved, .is-conflict")).to_be_visible()
        expect(row(second, "north", "referrals")).to_contain_text("34 was entered meanwhile (Marie Bouchard")
        second.get_by_role("button", name=wish).click()
        expect(row(second, "north", "referrals").locator(".is-saved")).to_be_visible()

    drive(both, youth.lead, youth.contributor)

    assert figures() == {"north referrals": (stands, None)}


def test_without_a_connection_a_cell_waits_and_is_saved_afterwards(youth: Programme, drive: Drive) -> None:
    def cut(page: Page) -> None:
        page.context.set_offline(True)
        page.keyboard.type("34")
        page.keyboard.press("Enter")
        expect(row(page, "north", "referrals").locator(".is-waiting")).to_contain_text("No connection")
        page.context.set_offline(False)
        expect(row(page, "north", "referrals").locator(".is-saved")).to_be_visible()

    drive(cut, youth.contributor)

    assert figures() == {"north referrals": (34, None)}


def test_what_was_typed_outlives_the_session_and_is_saved_after_signing_in_elsewhere(
    youth: Programme, drive: Drive
) -> None:
    def signed_out_and_in(page: Page, elsewhere: Page) -> None:
        page.context.clear_cookies()
        page.keyboard.type("34")
        page.keyboard.press("Enter")
        expect(row(page, "north", "referrals").locator("strong")).to_have_text("Not saved")
        page.context.add_cookies(
            [
                {"name": one["name"], "value": one["value"], "domain": one["domain"], "path": one["path"]}
                for one in elsewhere.context.cookies()
            ]
        )
        row(page, "north", "referrals").locator("[data-figure]").focus()
        page.keyboard.press("Enter")
        expect(row(page, "north", "referrals").locator("strong")).to_have_text("Saved")

    drive(signed_out_and_in, youth.lead, youth.lead)

    assert figures() == {"north referrals": (34, None)}


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_the_grid_has_no_fault_that_axe_knows_and_fits_its_screen(
    youth: Programme, drive: Drive, size: tuple[int, int]
) -> None:
    def judged(page: Page) -> tuple[int, bool]:
        page.keyboard.type("nonsense")
        page.keyboard.press("Enter")
        expect(page.locator(".is-refused")).to_be_visible()
        faults = Axe().run(page).violations_count
        return faults, page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    assert drive(judged, youth.contributor, size=size) == (0, True)


def test_a_file_is_sent_looked_at_and_taken_on_pages_that_axe_finds_no_fault_in(youth: Programme, drive: Drive) -> None:
    text = f"indicator,unit,period,value\nreferrals,north,{youth.month.code},36\nseen,north,{youth.month.code},many\n"

    def imported(page: Page) -> list[int]:
        page.get_by_role("link", name="Import from a file").click()
        faults = [Axe().run(page).violations_count]
        page.set_input_files("#file", {"name": "f.csv", "mimeType": "text/csv", "buffer": text.encode()})
        page.get_by_role("button", name="Look at it").click()
        faults.append(Axe().run(page).violations_count)
        page.get_by_role("button", name="Take 1 figure").click()
        expect(page.get_by_role("status")).to_have_text("Taken: 1 new, 0 changed, 1 refused.")
        return faults

    assert drive(imported, youth.contributor) == [0, 0]
    assert figures() == {"north referrals": (36, None)}


def test_a_lead_locks_a_period_and_its_cells_take_nothing_more(youth: Programme, drive: Drive) -> None:
    def locked(lead: Page, other: Page) -> bool:
        lead.locator("#lock-unit").select_option("youth")
        lead.get_by_role("button", name="Lock", exact=True).click()
        expect(lead.get_by_role("button", name="Unlock")).to_be_visible()
        row(other, "north", "referrals").locator("[data-figure]").fill("34")
        other.keyboard.press("Enter")
        expect(row(other, "north", "referrals").locator(".is-refused")).to_contain_text("was locked by Marie Bouchard")
        return row(lead, "north", "referrals").locator("[data-figure]").is_editable()

    assert drive(locked, youth.lead, youth.contributor) is False
    assert figures() == {}


def test_a_doubted_figure_asks_in_its_place_and_a_note_settles_it(youth: Programme, drive: Drive) -> None:
    rule = RuleGiven(kind="range", high=Decimal(50))
    set_rules(indicator=youth.referrals, given=[rule], by=None, now=timezone.now())

    def act(page: Page) -> None:
        cell = row(page, "north", "referrals")
        cell.locator("[data-figure]").fill("51")
        page.keyboard.press("Enter")
        expect(cell.locator(".is-suspect")).to_contain_text("expected: at most 50")
        expect(cell.get_by_label("Is it right? What have you checked?")).to_be_visible()
        cell.locator("[data-note]").fill("two schools at once")
        page.keyboard.press("Enter")
        expect(cell.locator(".is-saved")).to_contain_text("51")
        expect(cell.locator("[data-note-box]")).to_be_hidden()
        expect(cell.locator("[data-note]")).to_have_value("")

    drive(act, youth.lead)

    assert list(Confirmation.objects.values_list("note", "revision")) == [("two schools at once", 2)]
    assert Observation.objects.get().suspicions == []
