"""From any figure to what made it, and from there down to the team's own report, by links alone."""

import datetime as dt
import re
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from boards.pages.sheets import sheet_face
from indicators.choices import Kind
from indicators.models import Indicator
from indicators.operations import drain_rollups, set_reporters
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build
from tests.api.asking import as_person

pytestmark = pytest.mark.django_db


def three_teams(last: str, before: str) -> tuple[Unit, Indicator]:
    """A hospital, whose first team reported twice for the last month, the second for the one before, the third never."""
    hospital = build.unit("h")
    a, b, c = build.units("a", "b", "c", parent=hospital)
    ratio = build.indicator("seen", kind=Kind.RATIO, decimals=1, unit="%", grace_days=7)
    set_reporters(indicator=ratio, units=[a, b, c], valid_from=build.LONG_AGO, now=build.LATER)
    build.observation(ratio, a, last, 9, 10, note="counted twice")
    build.observation(ratio, a, last, 8, 10)
    build.observation(ratio, b, before, 9, 30)
    drain_rollups(now=build.LATER)
    return hospital, ratio


def months() -> tuple[str, str]:
    """The last month that has ended, and the one before."""
    last = timezone.localdate().replace(day=1) - dt.timedelta(days=1)
    before = last.replace(day=1) - dt.timedelta(days=1)
    return last.strftime("%Y-%m"), before.strftime("%Y-%m")


def page_of(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", unescape(client.get(address).content.decode()))


def test_units_below_and_missing_ones_lead_to_their_own_explanation(client: Client) -> None:
    last, before = months()
    hospital, _ = three_teams(last, before)
    client.force_login(build.person_with(RoleName.LEAD, hospital))

    page = page_of(client, f"/indicators/seen/h/?period={last}")

    below = re.findall(r'<th scope="row"> <a href="([^"]+)">', page)
    assert below == [f"/indicators/seen/{unit}/?period={last}#why" for unit in "abc"]
    assert re.findall(r'<li> <a href="([^"]+)">', page) == below[1:]


def test_who_has_not_reported_is_told_with_the_last_report_and_the_day_it_was_due() -> None:
    hospital, ratio = three_teams("2026-10", "2026-09")

    face = sheet_face(ratio, hospital, build.person_with(RoleName.LEAD, hospital), today=dt.date(2026, 11, 20))

    assert face.why is not None
    assert face.why.due == "due 7 Nov, 13 days late"
    assert [(one.name, one.last) for one in face.why.missing] == [
        ("B", "last report: September"),
        ("C", "has never reported"),
    ]


def test_each_figure_of_the_table_leads_to_its_own_why(client: Client) -> None:
    last, before = months()
    hospital, _ = three_teams(last, before)
    client.force_login(build.person_with(RoleName.LEAD, hospital))

    page = page_of(client, "/indicators/seen/h/")

    found = re.findall(r'<td class="number"> <a href="\?period=([^"#]+)#why" [^>]*>([^<]+)</a>', page)
    assert found == [(last, "80.0 %"), (before, "30.0 %")]


def test_the_team_tells_its_entries_with_their_parts_and_what_stood_before(client: Client) -> None:
    last, before = months()
    hospital, _ = three_teams(last, before)
    client.force_login(build.person_with(RoleName.LEAD, hospital))

    page = page_of(client, f"/indicators/seen/a/?period={last}")

    entries = re.findall(r"<dt>(?:<s>)?([^<]+)(?:</s>)?<br><small>([^<]+)</small></dt>", page)
    assert entries == [("80.0 %", "8 ÷ 10"), ("90.0 %", "9 ÷ 10")]
    assert "counted twice" in page
    assert "Definition, version 1" in page


def test_the_same_by_api_names_the_addresses_below_and_since_when() -> None:
    hospital, _ = three_teams("2026-09", "2026-08")
    client = as_person(build.person_with(RoleName.ANALYST, hospital))

    answer = client.get("/api/v1/values/seen/h/2026-09/why/").json()

    assert [child["why"] for child in answer["children"]] == [
        f"/api/v1/values/seen/{unit}/2026-09/why/" for unit in "abc"
    ]
    assert answer["missing_since"] == [
        {"unit": "b", "due_on": "2026-10-07", "last_period": "2026-08"},
        {"unit": "c", "due_on": "2026-10-07", "last_period": None},
    ]


def test_an_abandoned_figure_says_so_and_is_no_headline(client: Client) -> None:
    last, before = months()
    hospital, ratio = three_teams(last, before)
    ended = dt.date.fromisoformat(f"{last}-15")
    Indicator.objects.filter(pk=ratio.pk).update(status="abandoned", abandoned_on=ended)
    client.force_login(build.person_with(RoleName.LEAD, hospital))

    page = page_of(client, "/indicators/seen/h/")

    assert '<p class="why-figure is-quiet">' in page
    assert "abandoned on 15" in page
