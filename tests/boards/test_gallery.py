"""The gallery shows every status, every icon and every chart, whatever is added to them."""

import pytest
from django.test import Client

from boards.charts.variation import ASSURANCE, VARIATION, assurance_icon, variation_icon
from boards.drawing.statuses import status_face
from boards.gallery.charts import chart_tiles, companions
from boards.gallery.tiles import icons, states
from indicators.choices import ChartType, Status


def test_every_status_has_its_tile() -> None:
    assert {tile.status.word for tile in states()} == {status_face(status).word for status in Status}


def test_every_icon_of_variation_and_assurance_is_there() -> None:
    assert icons() == (*map(variation_icon, VARIATION), *map(assurance_icon, ASSURANCE))


def test_every_chart_has_a_tile_and_a_drawing() -> None:
    tiles = chart_tiles()

    assert [tile.key for tile in tiles] == [f"chart-{kind}" for kind in ChartType.values if kind != "auto"]
    assert all(tile.spark is not None for tile in tiles)
    assert [key for key, _name, _spark in companions()] == ["companion-mr", "companion-s"]


def test_only_run_charts_and_those_between_events_have_less_than_two_icons() -> None:
    assert {tile.key.removeprefix("chart-"): len(tile.icons) for tile in chart_tiles() if len(tile.icons) < 2} == {
        "run": 0, "g": 1, "t": 1,
    }  # fmt: skip


@pytest.mark.django_db
def test_the_page_is_open_to_everyone_and_draws_them_all(client: Client) -> None:
    page = client.get("/components/").content.decode()

    drawn = [f'id="slot-{tile.key}"' in page for tile in (*states(), *chart_tiles())]
    assert (len(drawn), all(drawn)) == (len(states()) + len(ChartType) - 1, True)
    assert [str(words) in page for *_, words in VARIATION.values()] == [True] * len(VARIATION)
