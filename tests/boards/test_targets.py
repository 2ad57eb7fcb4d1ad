"""A lead looks at what a target would change before setting it, walks a path, ends it; all that was set stays told."""

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from indicators.models import Indicator, Target
from indicators.operations import drain_rollups
from indicators.queries import Wanted, series
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
FIRST = dt.date(TODAY.year - 1, 1, 1)


def waits() -> tuple[Indicator, Unit, Unit]:
    """Two teams with 12 months of 20 and of 30 days of last year; the programme aims at 25."""
    youth = build.unit("youth", name_en="Youth")
    north, south = build.units("north", "south", parent=youth)
    waits = build.indicator("waits", direction="down", unit="d", grace_days=0)
    for month in range(1, 13):
        build.observation(waits, north, f"{FIRST.year}-{month:02d}", 20)
        build.observation(waits, south, f"{FIRST.year}-{month:02d}", 30)
    drain_rollups(now=build.LATER)
    build.target(waits, youth, target=Decimal(25), threshold=Decimal(40))
    return waits, youth, north


def signed_in(role: RoleName, at: Unit) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(build.person_with(role, at, "marie@example.org"))
    return client


def read(answer: object) -> str:
    text = re.sub(r"<[^>]+>", " ", unescape(answer.content.decode()))  # type: ignore[attr-defined]  # a response
    return " ".join(text.split())


def test_what_would_change_is_shown_before_anything_is_saved() -> None:
    indicator, _youth, north = waits()
    lead = signed_in(RoleName.LEAD, north)
    proposed = {"valid_from": FIRST.isoformat(), "target": "15", "threshold": "18", "path": ""}

    looked = lead.post("/indicators/waits/north/target/", proposed)
    before = Target.objects.filter(unit=north).count()
    seen = re.search(r'name="seen"\s+value="(\w+)"', looked.content.decode())
    assert seen
    another = lead.post("/indicators/waits/north/target/", proposed | {"target": "16", "seen": seen[1]})
    saved = lead.post("/indicators/waits/north/target/", proposed | {"seen": seen[1]})

    assert "12 of 12 past figures would have another status, at 1 unit held to this target." in read(looked)
    assert "On target Act 12" in read(looked)
    assert (before, another.status_code, saved.status_code) == (0, 200, 302)
    [kept] = Target.objects.filter(unit=north, indicator=indicator)
    assert (kept.target, kept.threshold, str(kept.set_by)) == (Decimal(15), Decimal(18), "marie@example.org")


def test_a_path_is_walked_by_the_chart() -> None:
    indicator, _youth, north = waits()
    lead = signed_in(RoleName.LEAD, north)
    proposed = {"valid_from": FIRST.isoformat(), "target": "30", "path": "steps"}
    proposed |= {"day-0": f"{FIRST.year}-04-01", "target-0": "26", "day-1": f"{FIRST.year}-10-01", "target-1": "22"}

    _set(lead, "north", proposed)

    [drawn] = series([Wanted(indicator.pk, north.pk, "month")], today=dt.date(FIRST.year + 1, 1, 5))
    aimed = [
        point.target.target for point in drawn.points if point.target and point.period.starts_on.year == FIRST.year
    ]
    assert aimed == [30] * 3 + [26] * 6 + [22] * 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"threshold": "10"}, "The threshold lies on the worse side of the target."),
        ({"target": "", "threshold": ""}, "Give a target, a threshold or a band."),
        ({"target": "many"}, "“many” is not a number."),
        ({"valid_from": "2026-13-01"}, "is no day"),
        ({"valid_to": "2001-01-01"}, "It ends before it begins."),
        ({"path": "line"}, "A path has a way of moving, and at least one date with its target."),
        ({"path": "line", "day-0": "2001-01-01", "target-0": "3"}, "The dates of a path follow each other"),
        ({"band_low": "1"}, "Only an indicator that is better within a band has one."),
    ],
)
def test_a_target_that_contradicts_itself_is_refused_with_a_sentence(change: dict[str, str], sentence: str) -> None:
    _indicator, _youth, north = waits()
    proposed = {"valid_from": FIRST.isoformat(), "target": "15", "threshold": "18", "path": ""}

    answer = signed_in(RoleName.LEAD, north).post("/indicators/waits/north/target/", proposed | change)

    assert (answer.status_code, sentence in read(answer)) == (422, True)
    assert Target.objects.filter(unit=north).count() == 0


def test_what_was_set_is_told_with_who_and_until_when() -> None:
    _indicator, _youth, north = waits()
    lead = signed_in(RoleName.LEAD, north)
    for target in ("15", "16"):
        _set(lead, "north", {"valid_from": FIRST.isoformat(), "target": target, "path": "", "note": "agreed"})
    standing = Target.objects.standing().get(unit=north)

    lead.post(f"/indicators/waits/north/target/{standing.pk}/end/", {"last_day": f"{FIRST.year}-06-30"})
    page = read(lead.get("/indicators/waits/north/target/"))

    assert "inherited from Youth" in page
    assert f"≤ 16 d 1 Jan {FIRST.year} to 30 Jun {FIRST.year} marie@example.org" in page
    assert page.count("replaced: marie@example.org") == 2
    assert [(one.target, one.valid_to) for one in Target.objects.standing().filter(unit=north)] == [
        (Decimal(16), dt.date(FIRST.year, 6, 30))
    ]


def test_whoever_sets_no_targets_reads_them_and_is_offered_no_form() -> None:
    _indicator, youth, _north = waits()
    viewer = signed_in(RoleName.VIEWER, youth)

    page = viewer.get("/indicators/waits/youth/target/")
    answer = viewer.post("/indicators/waits/youth/target/", {"valid_from": FIRST.isoformat(), "target": "1"})

    assert "≤ 25 d Threshold 40 d set here" in read(page)
    assert "Show what would change" not in read(page)
    assert answer.status_code == 403


def _set(client: Client, unit: str, proposed: dict[str, str]) -> None:
    address = f"/indicators/waits/{unit}/target/"
    seen = re.search(r'name="seen"\s+value="(\w+)"', client.post(address, proposed).content.decode())
    assert seen
    assert client.post(address, proposed | {"seen": seen[1]}).status_code == 302
