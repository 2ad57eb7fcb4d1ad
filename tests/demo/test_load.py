"""The demo is loaded once, by the real path, and looked at from all sides."""

import datetime as dt
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from boards.models import Board, Tile
from boards.queries import boards_for, wanted_of
from demo.load import load_demo
from indicators.models import Confirmation, Indicator, Observation, Target
from indicators.queries import series, sheet_of
from organisation.choices import Do
from organisation.models import Person, Unit
from organisation.queries import may
from tests import build
from trajectories.models import Event, Refresh

#: A Tuesday in the past, so that no figure lies in a machine's future.
TODAY = dt.date(2025, 11, 25)

pytestmark = pytest.mark.django_db


@pytest.mark.demo
def test_the_demo_is_a_place_where_people_work() -> None:
    load_demo(today=TODAY, now=timezone.now(), say=lambda _line: None)

    assert Counter(Unit.objects.values_list("kind", flat=True)) == {
        "organisation": 1,
        "directorate": 5,
        "programme": 14,
        "service": 4,
        "team": 60,
    }
    assert Indicator.objects.count() == 32
    assert 95_000 < Event.objects.count() < 125_000
    assert Event.objects.values("case").distinct().count() > 11_500
    assert Observation.objects.count() > 60_000
    assert list(Refresh.objects.values_list("error", flat=True)) == [""]
    assert not Indicator.objects.filter(name_fr="").exists()
    _walls_show_every_status()
    _people_see_their_walls()
    _figures_add_up()
    _slips_are_doubted_and_paths_walked()
    _definitions_say_what_their_versions_say()


def _walls_show_every_status() -> None:
    tiles = list(Tile.objects.select_related("zone__board__unit", "indicator", "unit"))
    statuses = Counter(one.status for one in series([wanted_of(tile) for tile in tiles], today=TODAY))
    expected = {"on target", "watch", "act", "late", "no data", "pending", "suspended", "n/a", "no target", "suspect"}

    assert set(statuses) == expected
    assert statuses["on target"] + statuses["watch"] + statuses["act"] > 0.75 * len(tiles)
    assert Tile.objects.filter(zone__board__slug="youths-in-difficulty").count() == 12


def _people_see_their_walls() -> None:
    people = {
        person.email.partition("@")[0]: person for person in Person.objects.filter(email__endswith="@example.org")
    }
    walls = {name: [board.slug for board in boards_for(person, today=TODAY)] for name, person in people.items()}
    three = {slug: Board.objects.get(slug=slug).unit for slug in ("vallee", "youths-in-difficulty", "north-team-2")}

    assert set(people) == {"admin", "lead", "contributor", "viewer", "analyst", "patient"}
    assert all(person.check_password("obeya-demo") for person in people.values())
    assert walls["lead"] == walls["viewer"] == walls["analyst"]
    assert set(three) <= set(walls["lead"])
    assert may(people["lead"], Do.ENTER_FIGURES, three["north-team-2"], on=TODAY)
    assert may(people["contributor"], Do.ENTER_FIGURES, three["north-team-2"], on=TODAY)
    assert not may(people["contributor"], Do.ENTER_FIGURES, three["youths-in-difficulty"], on=TODAY)
    assert not may(people["viewer"], Do.ENTER_FIGURES, three["north-team-2"], on=TODAY)
    assert not may(people["patient"], Do.SEE, three["vallee"], on=TODAY)


def _figures_add_up() -> None:
    told = StringIO()
    call_command("check_rollups", stdout=told)

    assert "differences 0" in told.getvalue()


def test_production_refuses_the_demo(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not for production"):
        call_command("load_demo")

    assert not Unit.objects.exists()


def test_an_organisation_that_has_units_keeps_them() -> None:
    build.unit("ours")

    with pytest.raises(CommandError, match="there are units already"):
        call_command("load_demo")

    assert [unit.code for unit in Unit.objects.all()] == ["ours"]


def _slips_are_doubted_and_paths_walked() -> None:
    doubted = Observation.objects.exclude(suspicions=[]).values_list("indicator__code", "unit__code")

    assert set(doubted) == {("plans-agreed", "jed-east-2")}
    assert list(Confirmation.objects.values_list("indicator__code", "unit__code")) == [("overtime", "heb-river")]
    assert set(Target.objects.exclude(path="").values_list("indicator__code", "path")) == {
        ("story-told-once", "steps"),
        ("immunised-on-time", "line"),
    }


def _definitions_say_what_their_versions_say() -> None:
    """Else the first change that someone tries would show what they have not changed."""
    said = {one.code: (one.versions.latest("number").sheet, sheet_of(one)) for one in Indicator.objects.all()}

    assert {code for code, (newest, now) in said.items() if newest != now} == set()
    assert Indicator.objects.get(code="absence").owner == Person.objects.get(name="Catherine Rivard")
