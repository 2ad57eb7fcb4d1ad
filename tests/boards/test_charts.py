"""The page of a figure: every point speaks, a lead marks the chart, and the chart can be taken away."""

import csv
import datetime as dt
import io
import struct
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from boards.charts.picture import png
from boards.charts.points import point_faces, suggestion
from boards.charts.variation import causes_of, icons_of
from boards.pages.sheets import drawing_face
from indicators.models import ChartMark, Indicator
from indicators.operations import drain_rollups
from indicators.queries import Series, Wanted, series
from organisation.choices import RoleName
from organisation.models import Unit
from tests import build

pytestmark = pytest.mark.django_db
NOW = build.LATER
TODAY = dt.date(2026, 11, 5)
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)][:34]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the day of the pages be the tests' own: in another year they would name months with their year."""
    noon = dt.datetime(TODAY.year, TODAY.month, TODAY.day, 17, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: noon)


@pytest.fixture
def team() -> Unit:
    return build.unit("TEAM")


@pytest.fixture
def shifted(team: Unit) -> Indicator:
    """Twenty months around 30, then eight around 10, where lower is better."""
    wait = build.indicator("wait", direction="down", unit="d")
    for place, month in enumerate(MONTHS[-28:]):
        build.observation(wait, team, month, (30 if place < 20 else 10) + place % 2)
    build.target(wait, team, target=9)
    drain_rollups(now=NOW)
    return wait


def drawn(wait: Indicator, team: Unit) -> Series:
    (one,) = series([Wanted(wait.pk, team.pk, wait.frequency)], today=TODAY)
    return one


def signed_in(role: RoleName, team: Unit) -> Client:
    client = Client()
    client.force_login(build.person_with(role, at=team))
    return client


def test_a_lasting_shift_is_coloured_named_and_suggested_as_a_rebase(team: Unit, shifted: Indicator) -> None:
    one = drawn(shifted, team)

    assert causes_of(one.chart.control) == ["bad"] * 20 + ["good"] * 8
    assert [(icon.css, icon.sign, icon.letter) for icon in icons_of(one.chart)] == [
        ("good", "down", "L"),
        ("bad", "", "F"),
    ]
    latest = point_faces(one, TODAY)[-1]
    assert latest.is_latest
    assert latest.text.startswith("October: 11\u00a0d, target ≤")
    assert latest.text.endswith("below the lower limit · seven or more in a row below the mean")
    suggested = suggestion(one, TODAY)
    assert suggested.text.startswith("The last 8 figures lie below the mean, since March")
    assert suggested.period == "2026-03"


def test_a_lead_marks_the_chart_on_its_page_and_takes_the_mark_back(team: Unit, shifted: Indicator) -> None:
    client = signed_in(RoleName.LEAD, team)

    client.post("/indicators/wait/TEAM/marks/", {"period": "2026-03", "kind": "rebase", "reason": "New intake team"})
    page = client.get("/indicators/wait/TEAM/").content.decode()
    mark = ChartMark.objects.in_force().get()
    client.post(f"/indicators/wait/TEAM/marks/{mark.pk}/undo/")

    assert (mark.indicator, mark.unit, mark.period.code, mark.reason) == (shifted, team, "2026-03", "New intake team")
    assert "New limits from here: New intake team" in page
    assert not ChartMark.objects.in_force().exists()


@pytest.mark.usefixtures("shifted")
def test_whoever_does_not_lead_sees_no_form_and_marks_nothing(team: Unit) -> None:
    client = signed_in(RoleName.VIEWER, team)

    client.post("/indicators/wait/TEAM/marks/", {"period": "2026-03", "kind": "ghost", "reason": "I don't like it"})

    assert not ChartMark.objects.exists()
    assert "marks-form" not in client.get("/indicators/wait/TEAM/").content.decode()


@pytest.mark.usefixtures("shifted")
def test_the_chart_can_be_taken_away_as_numbers_and_as_a_drawing(team: Unit) -> None:
    client = signed_in(RoleName.VIEWER, team)

    numbers = client.get("/indicators/wait/TEAM/chart.csv")
    drawing = client.get("/indicators/wait/TEAM/chart.svg")
    picture = client.get("/indicators/wait/TEAM/chart.png")

    rows = list(csv.DictReader(io.StringIO(numbers.content.decode())))
    assert len(rows) == 28
    assert (rows[-1]["period"], Decimal(rows[-1]["value"]), rows[-1]["rules"]) == (
        "2026-10",
        Decimal(11),
        "outside-1 shift-1",
    )
    assert drawing["Content-Type"] == "image/svg+xml"
    assert drawing["Content-Disposition"] == 'attachment; filename="wait-TEAM.svg"'
    # The signature of a PNG, then its width and height.
    assert (picture.content[:8], struct.unpack(">II", picture.content[16:24])) == (b"\x89PNG\r\n\x1a\n", (1600, 600))
    assert client.get("/indicators/wait/OTHER/chart.csv").status_code == 404


def test_the_drawing_that_is_taken_away_says_its_lines_its_target_and_what_was_marked(
    team: Unit, shifted: Indicator
) -> None:
    client = signed_in(RoleName.LEAD, team)
    client.post("/indicators/wait/TEAM/marks/", {"period": "2026-09", "kind": "note", "reason": "New intake team"})

    face = drawing_face(drawn(shifted, team), today=TODAY)
    drawing = client.get("/indicators/wait/TEAM/chart.svg").content.decode()

    assert face.lines == (
        "Mean 24.8, usual variation from 22.1 to 27.4. Target ≤\u00a09\u00a0d.",
        "L · Improvement: low or falling",
        "F · Falls short: the target is missed unless something changes",
        "September · Note: New intake team",
    )
    assert [line in drawing for line in face.lines] == [True] * 4
    assert 'viewBox="0 0 400 158" width="1200" height="474"' in drawing


def test_letters_are_drawn_without_any_font_of_the_machine() -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20" font-family="sans-serif"><text y="15">{}</text></svg>'

    pictures = {text: png(drawing.format(text)) for text in ("", "é ≥ 80 %", "≤ ′ √")}

    assert len(set(pictures.values())) == 3
